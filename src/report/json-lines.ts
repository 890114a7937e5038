// SPDX-License-Identifier: Apache-2.0
import type { Report, ReportedFile, ReportedRefusal, ReportFormat } from '../core/report.ts';
import { asciiJsonLine } from './json.ts';

/*
 * JSON Lines: an event a line, each an object with the member `event`. `start` comes first and `end`
 * last; between them `file` as soon as a file has its verdict, and `refusal`. A file that is told of
 * twice changed its standing at the end: the later line holds.
 */

export interface RunStart {
  readonly toolVersion: string;
  readonly policyDigest: string;
  readonly installer: Omit<Report['installer'], 'exit'>;
}

export const jsonLines: ReportFormat = {
  format: 'jsonl',
  render: (report) => {
    const { tool, policy, installer } = report;
    const { exit: _exit, ...started } = installer;
    return [
      startLine({ toolVersion: tool.version, policyDigest: policy.digest, installer: started }),
      ...report.files.map(fileLine),
      ...report.refusals.map(refusalLine),
      ...endLines(report),
    ].join('');
  },
};

export function startLine({ toolVersion, policyDigest, installer }: RunStart): string {
  const tool = { name: 'wheelproof', version: toolVersion };
  return asciiJsonLine({
    event: 'start',
    version: 1,
    tool,
    policy: { digest: policyDigest },
    installer,
  });
}

export function fileLine(file: ReportedFile): string {
  return asciiJsonLine({ event: 'file', ...file });
}

export function refusalLine(refusal: ReportedRefusal): string {
  return asciiJsonLine({ event: 'refusal', ...refusal });
}

/** What only the end shows. */
export function endLines(report: Report): readonly string[] {
  const { jail, summary, coverage, exit } = report;
  return [
    ...report.installed.map((one) => asciiJsonLine({ event: 'installed', ...one })),
    ...report.half_installed.map((one) => asciiJsonLine({ event: 'half-installed', ...one })),
    ...report.notes.map((note) => asciiJsonLine({ event: 'note', note })),
    asciiJsonLine({
      event: 'end',
      jail,
      summary,
      coverage,
      installer: { exit: report.installer.exit },
      exit,
    }),
  ];
}

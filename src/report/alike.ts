// SPDX-License-Identifier: Apache-2.0
import type { ReportedFile } from '../core/report.ts';
import { compareVersions } from '../core/version.ts';
import { VERDICT_WORDS } from './style.ts';

/** With more refused files than this, those that are alike are told together. */
const MOST_ONE_BY_ONE = 20;
/** So many of a kind are still told one by one: the newest. */
const MOST_ALIKE = 3;

/**
 * One page may leave out hundreds of files of one project for one reason. Where there are many, the
 * newest of each kind are told, and the others counted, so that they bury nothing else.
 */
export function tellFewAlike(files: readonly ReportedFile[]): {
  readonly told: readonly ReportedFile[];
  /** What was left away, a line a kind. */
  readonly counted: readonly string[];
} {
  const refused = files.filter(({ reasons }) => reasons.length > 0);
  if (refused.length <= MOST_ONE_BY_ONE) return { told: files, counted: [] };
  const kinds = Map.groupBy(refused, kindOf);
  const hidden = new Set<ReportedFile>();
  const counted = [...kinds.values()].flatMap((alike) => {
    const more = alike.toSorted((a, b) => compareVersions(b.version, a.version)).slice(MOST_ALIKE);
    const [first] = more;
    if (first === undefined) return [];
    for (const file of more) hidden.add(file);
    const { word } = VERDICT_WORDS[first.verdict];
    const code = first.reasons[0]?.code ?? '';
    return [
      `… ${more.length} more files of ${first.project} ${word} (${code}; --report FILE lists them)`,
    ];
  });
  return { told: files.filter((file) => !hidden.has(file)), counted };
}

function kindOf({ project, verdict, reasons }: ReportedFile): string {
  return JSON.stringify([project, verdict, reasons[0]?.code ?? '']);
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { ReportFormat } from '../core/report.ts';
import { github } from './github.ts';
import { json } from './json.ts';
import { jsonLines } from './json-lines.ts';
import { markdown } from './markdown.ts';
import { sarif } from './sarif.ts';
import { terminal } from './terminal.ts';

/** Every way to show an outcome: one file each, one line here. */
export const FORMATS: readonly ReportFormat[] = [
  terminal,
  json,
  jsonLines,
  sarif,
  markdown,
  github,
];

/** @throws Refusal `WP-USAGE` where there is no such format. */
export function formatNamed(name: string): ReportFormat {
  const found = FORMATS.find(({ format }) => format === name);
  if (found !== undefined) return found;
  const known = FORMATS.map(({ format }) => format).join(', ');
  throw new Refusal('WP-USAGE', { message: `report format: expected ${known}, found "${name}"` });
}

export { buildReport, reportedFile, reportedRefusal, type ReportParts } from './build.ts';
export { exitOf, type Ending } from './exit-code.ts';
export { asciiJson } from './json.ts';
export { endLines, fileLine, refusalLine, startLine, type RunStart } from './json-lines.ts';
export { statementsOf, type Statements } from './places.ts';
export { withoutSecrets } from './redaction.ts';
export { Pace } from './pace.ts';
export { waitingLine } from './waiting.ts';

// SPDX-License-Identifier: Apache-2.0
import type { Report, ReportedFile } from '../core/report.ts';
import { safeText } from '../core/safe-text.ts';
import type { Unstated } from './locked-files.ts';
import { classOf } from './verify-text.ts';

/** Of one kind of trouble, so many are shown: `--json` has all. */
const MOST_SHOWN = 20;

/** What leads on where nothing is wrong, and nobody has said that it is right. */
const NEXT =
  "`--json` names each file; say in the policy whose word counts, or look at a file, then: wheelproof trust approve sha256:HEX --project PROJECT --reason 'why'";

/** What was found of a lock file's entries, for people: what speaks against one first, then how many there are of each. */
export function lockText(report: Report, path: string, unstated: readonly Unstated[]): string {
  const { files, notes, refusals, exit } = report;
  const releases = Map.groupBy(files, ({ project, version }) => `${project} ${version}`);
  const vouched = files.filter(({ verdict }) => verdict === 'vouched');
  const quiet = files.filter(isUnvouched);
  const wrong = files.filter((file) => file.verdict !== 'vouched' && !isUnvouched(file));
  const remembered = quiet.filter(isRemembered).length;
  const lines = [
    ...wrong.slice(0, MOST_SHOWN).flatMap(fileLines),
    ...more(wrong.length, 'files with something against them'),
    ...refusals
      .slice(0, MOST_SHOWN)
      .flatMap((one) => [`${one.code}: ${one.message}`, `  next: ${one.hint}`]),
    ...more(refusals.length, 'entries without a hash'),
    `${path}: ${counted(releases.size + unstated.length, 'release')}, ${counted(files.length, 'file')}`,
    `  vouched      ${vouched.length}${identities(vouched)}`,
    `  remembered   ${remembered}, by this machine alone`,
    `  by nobody    ${quiet.length - remembered}`,
    `  contradicted ${wrong.length}`,
    ...notes.map((note) => `  note         ${note}`),
    ...(exit !== 0 && quiet.length > 0 ? [`  next         ${NEXT}`] : []),
    exit === 0 ? `vouched${asideOf(unstated)}` : `refused${classOf(exit)}`,
  ];
  return lines.map((line) => `${safeText(line, 2_000)}\n`).join('');
}

export const counted = (count: number, what: string): string =>
  count === 1 ? `1 ${what}` : `${count} ${what}s`;

const isUnvouched = ({ reasons }: ReportedFile): boolean =>
  reasons.length > 0 && reasons.every(({ code }) => code === 'WP-NO-VOUCHER');

const isRemembered = ({ findings }: ReportedFile): boolean =>
  findings.some(({ kind, state }) => kind === 'memory' && state === 'vouched');

/** Of what states no bytes, nothing was found: that is not to be vouched for. */
function asideOf({ length }: readonly Unstated[]): string {
  if (length === 0) return '';
  return length === 1 ? '; 1 entry was not looked at' : `; ${length} entries were not looked at`;
}

function fileLines({ project, version, filename, reasons }: ReportedFile): readonly string[] {
  return [
    `${project} ${version}: ${filename}`,
    ...reasons.flatMap(({ code, message, hint }) => [`  ${code}: ${message}`, `    next: ${hint}`]),
  ];
}

function more(count: number, what: string): readonly string[] {
  return count > MOST_SHOWN ? [`and ${count - MOST_SHOWN} more ${what}: --json tells all`] : [];
}

function identities(files: readonly ReportedFile[]): string {
  const classes = new Map<string, number>();
  for (const { findings } of files) {
    const first = findings.find(
      (one) =>
        one.state === 'vouched' &&
        one.class !== 'integrity' &&
        !one.unconfirmed &&
        one.kind !== 'memory',
    );
    const kind = first?.kind ?? 'policy';
    classes.set(kind, (classes.get(kind) ?? 0) + 1);
  }
  const said = [...classes].map(([kind, count]) => `${kind} ${count}`);
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
}

// SPDX-License-Identifier: Apache-2.0
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { CODES, isCode, type Code } from '../../core/codes.ts';
import { parseDistributionFilename } from '../../core/distribution-filename.ts';
import { Refusal } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { REFUSAL_CLASSES } from '../../core/refusal-class.ts';
import { safeText } from '../../core/safe-text.ts';
import type { Approval, AuditEvent, RememberedFile, TrustRows } from '../../core/trust-rows.ts';
import type { Decision } from '../../core/verdict.ts';
import type { Places } from '../../host/index.ts';
import { decide, explainProject, type Policy } from '../../policy/index.ts';
import { asciiJson } from '../../report/index.ts';
import { approvalShape, fileShape, timeText, validApprovals } from '../../trust/index.ts';
import type { ChainSubject } from '../explain-chain.ts';
import { hashOf, hashOfWordOrFile } from '../trust-arguments.ts';
import { approvalsTable, auditLines, fileBlock } from '../trust-text.ts';
import { voucherLines } from '../voucher-lines.ts';
import { projectLines } from './policy.ts';

export interface ExplainContext {
  readonly rows: TrustRows;
  readonly policy: Policy;
  readonly places: Places;
}

export interface ExplainIo {
  out(text: string): void;
}

interface Json {
  readonly json?: true;
  readonly provenance?: readonly string[];
  readonly attestation?: readonly string[];
}

const several = (word: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  word,
];

/** `wheelproof explain CODE|FILE`: what a code means; what is known of a file, and what follows. */
export function registerExplainCommand(
  program: Command,
  open: () => Promise<ExplainContext>,
  io: ExplainIo,
): void {
  program
    .command('explain <code|file|sha256:hex>')
    .description('say what a refusal code means, or what is known of a file and what follows')
    .option('--provenance <file>', 'a provenance object of it (PEP 740); repeatable', several)
    .option('--attestation <file>', 'an attestation of it alone; repeatable', several)
    .option('--json', 'print JSON')
    .action(async (word: string, options: Json) => {
      const code = word.toUpperCase();
      if (isCode(code)) explainCode(code, io, options);
      else if (/^WP-[A-Z-]+$/u.test(code)) throw unknownCode(code);
      else await explainFile(await open(), word, { io, options });
    });
}

function explainCode(code: Code, io: ExplainIo, options: Json): void {
  const { class: refusalClass, title, why, next } = CODES[code];
  const { exit, meaning } = REFUSAL_CLASSES[refusalClass];
  if (options.json === true) {
    io.out(asciiJson({ code, class: refusalClass, exit, title, why, next }));
    return;
  }
  const lines = [
    code,
    `  ${title}`,
    `  class  ${refusalClass}: ${meaning}; exit code ${exit}`,
    `  why    ${why}`,
    `  next   ${next}`,
  ];
  io.out(`${lines.join('\n')}\n`);
}

function unknownCode(code: string): Refusal {
  return new Refusal('WP-USAGE', {
    message: `expected a refusal code, found ${safeText(code, 60)}`,
    hint: 'docs/errors/README.md lists all codes.',
  });
}

/** What memory, approvals and the audit trail know of one file name or one file's bytes. */
interface Known {
  /** `null` where only a name was given and nothing is remembered under it. */
  readonly sha256: string | null;
  readonly remembered: readonly RememberedFile[];
  readonly approvals: readonly Approval[];
  readonly events: readonly AuditEvent[];
}

async function explainFile(
  { rows, policy, places }: ExplainContext,
  word: string,
  { io, options }: { readonly io: ExplainIo; readonly options: Json },
): Promise<void> {
  const now = Date.now();
  const name = word.split(/[/\\]/u).at(-1) ?? word;
  const onDisk = hashOf(word) ?? ((await isFile(word)) ? await hashOfWordOrFile(word) : null);
  const known = lookUp(rows, name, onDisk);
  if (onDisk === null && known.remembered.length === 0) throw unknownFile(word);
  const judged = known.remembered.map((file) => judge({ rows, policy }, file, { onDisk, now }));
  const subject = subjectOf(known, { name, path: onDisk === null || hashOf(word) ? null : word });
  const { traceFile, chainShape, chainText } = await import('../explain-chain.ts');
  const chains = subject === null ? [] : await traceFile({ places, policy }, subject, options);
  if (options.json === true) {
    const proofs = chains.map(chainShape);
    io.out(asciiJson({ ...jsonShape(word, known, judged), proofs }));
    return;
  }
  const known256 = known.sha256 === null ? '' : `  sha256      ${known.sha256}\n`;
  io.out(`${safeText(name)}\n${known256}`);
  if (judged.length === 0) io.out('  Nothing is remembered of these bytes, nor under this name.\n');
  for (const one of judged)
    io.out(`\n${fileBlock(one.file)}${judgementText(policy, one, { known, now })}`);
  if (subject !== null) for (const one of chains) io.out(`\n${chainText(one, subject)}`);
  if (known.approvals.length > 0) io.out(`\n${approvalsTable(known.approvals, now)}`);
  if (known.events.length > 0) io.out(`\nWhat happened:\n${auditLines(known.events)}`);
}

/** What attestations would be of: one file name with one digest. */
function subjectOf(
  { sha256, remembered }: Known,
  { name, path }: { readonly name: string; readonly path: string | null },
): ChainSubject | null {
  const file = remembered.find((one) => one.sha256 === sha256);
  const filename = path === null ? (file?.filename ?? name) : name;
  const parsed = parseDistributionFilename(filename);
  if (sha256 === null || parsed === null) return null;
  const index = file?.index ?? 'direct:file://';
  return { filename, project: parsed.project, sha256, index, path };
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null); // absent: then it is a name
  return found?.isFile() ?? false;
}

function lookUp(rows: TrustRows, name: string, onDisk: string | null): Known {
  const sameBytes = onDisk === null ? [] : rows.recallBySha256(onDisk);
  const sameName = rows
    .list({})
    .filter((file) => file.filename === name && !sameBytes.some((one) => isSameRow(one, file)));
  const remembered = [...sameBytes, ...sameName];
  const hashes = new Set([...remembered.map((file) => file.sha256), ...(onDisk ? [onDisk] : [])]);
  const subjects = new Set([name, ...remembered.map((file) => file.filename)]);
  for (const sha256 of hashes) subjects.add(`sha256:${sha256}`);
  const events = [...subjects].flatMap((subject) => rows.auditTrail({ subject }));
  return {
    sha256: onDisk ?? (hashes.size === 1 ? ([...hashes][0] ?? null) : null),
    remembered,
    approvals: [...hashes].flatMap((sha256) => rows.approvals(sha256)),
    events: events.sort((one, other) => one.at - other.at),
  };
}

function isSameRow(one: RememberedFile, other: RememberedFile): boolean {
  return (
    one.index === other.index && one.project === other.project && one.filename === other.filename
  );
}

interface Judged {
  readonly file: RememberedFile;
  /** By memory and approvals alone: what else the next run finds out is not known here. */
  readonly decision: Decision;
}

function judge(
  { rows, policy }: Pick<ExplainContext, 'rows' | 'policy'>,
  file: RememberedFile,
  { onDisk, now }: { readonly onDisk: string | null; readonly now: number },
): Judged {
  const { index, project, version, filename, firstSeen } = file;
  const sha256 = onDisk ?? file.sha256;
  const [approval] = validApprovals(rows, sha256, project, now);
  const findings = [memoryFinding(file, sha256), ...(approval ? [approvalFinding(approval)] : [])];
  const ageMs = Math.max(0, now - firstSeen);
  const subject = { index, project, version, filename, ageMs, now, firstUseAnswer: null };
  return { file, decision: decide(policy, subject, findings) };
}

function memoryFinding(file: RememberedFile, sha256: string): Finding {
  const since = timeText(file.firstSeen).slice(0, 10);
  const isSame = file.sha256 === sha256;
  return {
    kind: 'memory',
    class: 'you',
    state: isSame ? 'vouched' : 'failed',
    identity: isSame ? `this machine, since ${since}` : null,
    detail: isSame
      ? `the same bytes as recorded on ${since}`
      : `expected sha256 ${file.sha256}, recorded on ${since}, found ${sha256}`,
    code: isSame ? null : 'WP-NAME-REUSED',
  };
}

function approvalFinding({ owner, reason }: Approval): Finding {
  return {
    kind: 'approval',
    class: 'you',
    state: 'vouched',
    identity: owner,
    detail: `approved by ${owner}: ${reason}`,
    code: null,
  };
}

function judgementText(
  policy: Policy,
  { file, decision }: Judged,
  { known, now }: { readonly known: Known; readonly now: number },
): string {
  const { project, version } = file;
  const lines = [
    ...voucherLines(known.events, known.sha256 ?? file.sha256),
    `By memory and approvals alone, policy says: ${decision.verdict}`,
    ...decision.reasons.map(({ code, message, hint }) => `  ${code}: ${message}; ${hint}`),
    ...decision.notes.map((note) => `  note: ${note}`),
    ...projectLines(explainProject(policy, { project, version: version || null, now })),
  ];
  return lines.map((line) => `${safeText(line, 1_000)}\n`).join('');
}

function jsonShape(word: string, known: Known, judged: readonly Judged[]): object {
  return {
    asked: word,
    sha256: known.sha256,
    files: judged.map(({ file, decision: { verdict, reasons, findings, notes } }) => ({
      ...fileShape(file),
      policy: { verdict, reasons, findings, notes },
    })),
    approvals: known.approvals.map((approval) => approvalShape(approval)),
    audit: known.events.map((event) => ({ ...event, at: timeText(event.at) })),
  };
}

function unknownFile(word: string): Refusal {
  return new Refusal('WP-USAGE', {
    message: `expected a refusal code, a file on disk, a remembered file name or sha256:HEX, found ${safeText(word, 200)}`,
    hint: '`wheelproof trust list` shows the names of remembered files.',
  });
}

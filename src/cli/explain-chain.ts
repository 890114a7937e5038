// SPDX-License-Identifier: Apache-2.0
import { safeText } from '../core/safe-text.ts';
import type { CertificateWords, EntryWords } from '../crypto/index.ts';
import type { AttestedFile } from '../evidence/statement.ts';
import { traceProofs, type ProofChain } from '../evidence/proof-chain.ts';
import { readKeptEvidence, type GivenEvidence } from '../evidence/index.ts';
import type { Places } from '../host/index.ts';
import type { Policy } from '../policy/index.ts';
import { timeText } from '../trust/index.ts';
import { openKeptProofs, trustedRootsOf } from './trusted-roots.ts';
import { readGiven } from './verify-evidence.ts';

export interface ChainContext {
  readonly places: Places;
  readonly policy: Policy;
}

export interface ChainSubject extends AttestedFile {
  readonly index: string;
  /** Where the file lies; `null`: only its digest is known. */
  readonly path: string | null;
}

/**
 * The way from a file's bytes to the trusted root, retraced now: by the attestations that were given
 * or lie beside it, otherwise by those that were kept when it was installed.
 * @throws Refusal `WP-USAGE`, `WP-TRUSTED-ROOT`
 */
export async function traceFile(
  { places, policy }: ChainContext,
  subject: ChainSubject,
  options: { readonly provenance?: readonly string[]; readonly attestation?: readonly string[] },
): Promise<readonly ProofChain[]> {
  const at = await readGiven(options, subject.path);
  const given = at.length > 0 ? at : await keptOf(places, subject);
  if (given.length === 0) return [];
  return traceProofs(given, subject, await trustedRootsOf(places, policy)(subject));
}

async function keptOf(places: Places, subject: ChainSubject): Promise<readonly GivenEvidence[]> {
  return await readKeptEvidence(openKeptProofs(places), subject);
}

export function chainText({ evidence, outcome }: ProofChain, subject: AttestedFile): string {
  const lines =
    outcome.state === 'holds'
      ? stepsOf(outcome, subject)
      : outcome.state === 'silent'
        ? [`  says nothing: ${outcome.why}`]
        : [
            `  ends here: ${outcome.why.code}: ${outcome.why.message}`,
            `  next: ${outcome.why.hint}`,
          ];
  return [`From these bytes to the trusted root (${evidence}):`, ...lines]
    .map((line) => `${safeText(line, 1_000)}\n`)
    .join('');
}

type Holds = Extract<ProofChain['outcome'], { state: 'holds' }>;

function stepsOf({ voucher, steps, root }: Holds, subject: AttestedFile): readonly string[] {
  const { identity, words, predicate, proof } = voucher;
  const { certificate, authorities, certificateLogs, entries } = steps;
  const told = Object.entries(identity.fields).map(([name, value]) => `${name} ${value}`);
  const all: readonly (readonly [string, ...string[]])[] = [
    ['bytes', `sha256 ${subject.sha256}`],
    [
      'statement',
      `${predicate} attestation of ${subject.filename} with this sha256; its own sha256 ${voucher.statement}`,
    ],
    ['signature', `by the certificate's key (${steps.key})`],
    ...(certificate === null ? [] : [certificateLine(certificate)]),
    ['publisher', words, `${identity.name}, certified for ${identity.issuer}`, ...told],
    ...proof.times.map(({ at, by }): [string, string] => [
      'time',
      `signed ${timeText(at)}, says ${by}: within the certificate's life`,
    ]),
    ...authorities.map((one, at): [string, ...string[]] => [
      at === authorities.length - 1 ? 'anchor' : 'authority',
      `${one.subject}, ${lifeOf(one)}`,
      `sha256 ${one.sha256}`,
    ]),
    ...certificateLogs.map((name): [string, string] => [
      'ct log',
      `${name} promises the certificate`,
    ]),
    ...entries.map(entryLine),
    [
      'root',
      `trusted root "${voucher.root}", id ${root.id}`,
      `its source last said that it is current: ${timeText(root.checkedAt)}`,
    ],
  ];
  return all.flatMap(([name, first = '', ...more], at) => [
    `  ${String(at + 1).padStart(2)} ${name.padEnd(11)} ${first}`,
    ...more.map((line) => `                 ${line}`),
  ]);
}

function certificateLine(one: CertificateWords): [string, ...string[]] {
  return ['certificate', `serial ${one.serial}, ${lifeOf(one)}`, `sha256 ${one.sha256}`];
}

const lifeOf = ({ notBefore, notAfter }: CertificateWords): string =>
  `valid ${timeText(notBefore)} to ${timeText(notAfter)}`;

function entryLine(entry: EntryWords): [string, ...string[]] {
  const { log, index, leaf, kind, integratedAt, isPromised, treeSize, rootHash } = entry;
  const when = integratedAt === null ? '' : `, entered ${timeText(integratedAt)}`;
  return [
    'log entry',
    `${log} index ${index} (${kind})${when}${isPromised ? ', with its promise' : ''}`,
    `leaf ${leaf} of a tree of ${treeSize}, root hash ${rootHash}`,
    `checkpoint of ${entry.checkpoint}`,
  ];
}

/** The same as JSON. */
export function chainShape({ evidence, outcome }: ProofChain): object {
  if (outcome.state !== 'holds') return { evidence, ...outcome };
  const { voucher, steps, root } = outcome;
  const { identity, words, predicate, proof, statement } = voucher;
  const times = proof.times.map(({ at, by }) => ({ at: timeText(at), by }));
  const lived = (one: CertificateWords): object => ({
    ...one,
    notBefore: timeText(one.notBefore),
    notAfter: timeText(one.notAfter),
  });
  return {
    evidence,
    state: 'holds',
    statement: { predicate, sha256: statement },
    key: steps.key,
    certificate: steps.certificate === null ? null : lived(steps.certificate),
    publisher: { words, ...identity },
    times,
    authorities: steps.authorities.map(lived),
    certificate_logs: steps.certificateLogs,
    log_entries: steps.entries.map(({ integratedAt, ...entry }) => ({
      ...entry,
      integratedAt: integratedAt === null ? null : timeText(integratedAt),
    })),
    root: { name: voucher.root, id: root.id, checked: timeText(root.checkedAt) },
  };
}

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCertificateLog } from '../../world/sigstore/certificate-log.ts';
import { openRekor } from '../../world/sigstore/rekor.ts';
import {
  claiming,
  gitHub,
  gitLab,
  google,
  person,
  type Signer,
} from '../../world/sigstore/signers.ts';
import {
  openSigstore,
  type AttestationJson,
  type AttestWish,
} from '../../world/sigstore/sigstore.ts';
import { SLSA } from '../../world/sigstore/statement.ts';

/** One thing to be judged by everybody, offline, under the root in a file. */
export interface Question {
  readonly group: 'real attestations' | 'real bundles' | 'made here' | 'lies';
  readonly name: string;
  /** What is signed is right: whoever looks at signatures alone is not asked. */
  readonly aboutStatement?: true;
  readonly root: string;
  readonly attestation?: unknown;
  readonly bundle?: unknown;
  /** The file that a bundle is over. */
  readonly artifact?: string;
  /** What an attestation is to be about. */
  readonly filename?: string;
  readonly sha256?: string;
  /** Who is to have signed, as an index says it. */
  readonly publisher?: Readonly<Record<string, unknown>>;
}

interface Indexed {
  readonly file: string;
  readonly subject: string;
  readonly sha256: string;
  readonly instance: string;
}

interface Provenance {
  readonly attestation_bundles: readonly {
    readonly publisher: Readonly<Record<string, unknown>>;
    readonly attestations: readonly unknown[];
  }[];
}

const textOf = (path: string): string => readFileSync(path, 'utf8');

/** The real objects, each under its own instance's root and, where that is staging, under the other. */
export function realQuestions(data: string): readonly Question[] {
  const index = join(data, 'pep740', 'INDEX.json');
  if (!existsSync(index)) return [];
  const rootOf = (instance: string): string =>
    join(data, 'sigstore', instance, 'trusted_root.json');
  const indexed: readonly Indexed[] = JSON.parse(textOf(index));
  const attestations = indexed.flatMap((entry): Question[] => {
    const { file, subject, sha256, instance } = entry;
    const path = join(data, 'pep740', file);
    const read: unknown = JSON.parse(textOf(path));
    const [bundle] = file.endsWith('.provenance') ? bundlesOf(textOf(path)) : [];
    const attestation = bundle?.attestations[0] ?? read;
    const question: Question = {
      group: 'real attestations',
      name: file,
      root: rootOf(instance),
      attestation,
      filename: subject,
      sha256,
      ...(bundle === undefined ? {} : { publisher: bundle.publisher }),
    };
    const elsewhere = { ...question, name: `${file}, under the public-good root` };
    return instance === 'staging'
      ? [question, { ...elsewhere, root: rootOf('public-good') }]
      : [question];
  });
  return [...attestations, ...bundleQuestions(join(data, 'sigstore', 'bundles'), rootOf)];
}

function bundlesOf(text: string): Provenance['attestation_bundles'] {
  const provenance: Provenance = JSON.parse(text);
  return provenance.attestation_bundles;
}

const BUNDLES: readonly (readonly [file: string, instance: string])[] = [
  ['bundle_no_log_entry.txt.sigstore', 'public-good'],
  ['bundle_v3.txt.sigstore', 'staging'],
  ['bundle_v3_alt.txt.sigstore', 'staging'],
  ['bundle_v3_github.whl.sigstore', 'public-good'],
  ['staging-rekor-v2.txt.sigstore.json', 'staging'],
];

function bundleQuestions(
  folder: string,
  rootOf: (instance: string) => string,
): readonly Question[] {
  return BUNDLES.map(([file, instance]) => ({
    group: 'real bundles',
    name: file,
    root: rootOf(instance),
    bundle: JSON.parse(textOf(join(folder, file))),
    artifact: join(folder, file.replace(/\.sigstore(?:\.json)?$/u, '')),
  }));
}

const FILENAME = 'good-1.0-py3-none-any.whl';
const SHA256 = createHash('sha256').update('what was attested').digest('hex');
const SUBJECT = { filename: FILENAME, sha256: SHA256 };
const AT = new Date('2026-03-04T05:06:07Z');
const later = (minutes: number): Date => new Date(AT.getTime() + minutes * 60_000);

/** Attestations made here, honest ones and lies; the root goes into this folder. */
export function madeQuestions(folder: string): readonly Question[] {
  const sigstore = openSigstore();
  const root = join(folder, 'made.json');
  writeFileSync(root, sigstore.trustedRoot());
  const [tsa] = sigstore.timestamps;
  if (tsa === undefined) throw new Error('nobody tells the time');
  const make = (
    group: Question['group'],
    name: string,
    wish: AttestWish,
    bend: (attestation: AttestationJson) => unknown = () => undefined,
  ): Question => {
    const attestation = sigstore.attest(SUBJECT, { at: AT, ...wish });
    bend(attestation);
    const { publisher = gitHub().publisher } = wish.signer ?? {};
    // No index speaks for a person who is known by an address alone.
    const known = publisher['kind'] === 'Google' && wish.signer?.claims[8]?.includes('github');
    return { group, name, root, attestation, ...SUBJECT, ...(known ? {} : { publisher }) };
  };
  const honest = (name: string, wish: AttestWish): Question => make('made here', name, wish);
  const lie = (name: string, wish: AttestWish, bend?: (one: AttestationJson) => unknown) =>
    make('lies', name, wish, bend);
  const misstated = (name: string, wish: AttestWish): Question => ({
    ...lie(name, wish),
    aboutStatement: true,
  });
  const bySigner = (name: string, signer: Signer): Question => honest(name, { signer });
  const subject = (name: string, digest: Readonly<Record<string, string>>): AttestWish => ({
    says: { subject: [{ name, digest }] },
  });
  const right = { sha256: SHA256 };
  const entriesOf = ({ verification_material: { transparency_entries } }: AttestationJson) =>
    transparency_entries;
  return [
    bySigner('GitHub', gitHub()),
    bySigner('GitLab', gitLab()),
    bySigner('Google', google()),
    bySigner('a person', person('someone@good.test')),
    honest('SLSA provenance', { says: { predicateType: SLSA, predicate: {} } }),
    honest('Rekor v1, hashedrekord', { logLies: { kind: 'hashedrekord' } }),
    honest('Rekor v2, dsse', { rekor: 2 }),
    honest('Rekor v2, hashedrekord', { rekor: 2, logLies: { kind: 'hashedrekord' } }),
    lie('no promise of a certificate log', { certificateLog: null }),
    lie('a stranger’s certificate log', { certificateLog: openCertificateLog() }),
    lie('a certificate for servers', { purpose: '1.3.6.1.5.5.7.3.1' }),
    lie('a stranger’s authority of the same name', { authority: openSigstore().authority }),
    lie('another key’s signature', { otherKey: true }),
    lie('another payload type', { payloadType: 'text/plain' }),
    lie('a stranger’s log of the same name', { log: openRekor(1) }),
    lie('a time without a promise', { logLies: { promises: false } }),
    lie('logged too late', { logLies: { at: later(60) } }),
    lie('logged too early', { logLies: { at: later(-60) } }),
    lie('Rekor v2 without a timestamp', { rekor: 2, stamps: [] }),
    lie('a timestamp too late', { rekor: 2, stamps: [{ by: tsa, at: later(60) }] }),
    lie('the log entry of another signature', {}, (one) => {
      one.verification_material.transparency_entries = entriesOf(sigstore.attest(SUBJECT));
    }),
    lie('no log entry', {}, (one) => (entriesOf(one).length = 0)),
    lie('a changed log index', {}, (one) => {
      for (const entry of entriesOf(one)) entry['logIndex'] = '7';
    }),
    misstated('another file', subject('other-1.0-py3-none-any.whl', right)),
    misstated('another version', subject('good-1.1-py3-none-any.whl', right)),
    misstated('the sdist', subject('good-1.0.tar.gz', right)),
    misstated('another digest', subject(FILENAME, { sha256: '00'.repeat(32) })),
    misstated('no sha256', subject(FILENAME, { md5: '00'.repeat(16) })),
    misstated('two subjects', {
      says: { subject: ['x', FILENAME].map((name) => ({ name, digest: right })) },
    }),
    misstated('a predicate that nobody knows', { says: { predicateType: 'https://evil.test/v1' } }),
    misstated('garbage', { payload: Buffer.from('garbage') }),
    misstated('another repository', { signer: otherRepository() }),
    misstated('another issuer', { signer: claiming(gitHub(), { 8: 'https://issuer.evil.test' }) }),
    misstated('another workflow', {
      signer: { ...gitHub({ workflow: 'evil.yml' }), publisher: gitHub().publisher },
    }),
  ];
}

function otherRepository(): Signer {
  return { ...gitHub({ repository: 'mallory/good' }), publisher: gitHub().publisher };
}

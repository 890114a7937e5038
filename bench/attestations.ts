// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { pythonWithReferees } from '../test/conformance/opinions/referees.ts';
import { readAttestation, readTrustedRoot, verifySigstore } from '../src/crypto/index.ts';

/**
 * `node bench/attestations.ts`: real attestations verified per CPU second, beside @sigstore/verify,
 * sigstore-python and pypi-attestations on the same objects in the same run. Fails below five times
 * the speed of the first.
 */
const DATA = path.resolve(import.meta.dirname, '../../shared/data');
const SECONDS = 4;
const LIMIT = 5;

interface Indexed {
  readonly file: string;
  readonly instance: string;
}

interface Attestation {
  readonly verification_material: {
    readonly certificate: string;
    readonly transparency_entries: unknown;
  };
  readonly envelope: { readonly statement: string; readonly signature: string };
}

interface Provenance {
  readonly attestation_bundles: readonly { readonly attestations: readonly Attestation[] }[];
}

const text = (...parts: readonly string[]): string =>
  readFileSync(path.join(DATA, ...parts), 'utf8');

function attestationsIn(file: string): readonly Attestation[] {
  if (!file.endsWith('.provenance')) return [JSON.parse(text('pep740', file))];
  const provenance: Provenance = JSON.parse(text('pep740', file));
  return provenance.attestation_bundles.flatMap(({ attestations }) => attestations);
}

function bundleOf({ verification_material: material, envelope }: Attestation): unknown {
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: material.certificate },
      tlogEntries: material.transparency_entries,
    },
    dsseEnvelope: {
      payload: envelope.statement,
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: envelope.signature, keyid: '' }],
    },
  };
}

function perCpuSecond(work: (round: number) => void): number {
  for (let round = 0; round < 20; round += 1) work(round);
  const before = process.cpuUsage();
  const end = performance.now() + SECONDS * 1000;
  let rounds = 0;
  for (; performance.now() < end; rounds += 1) work(rounds);
  const { user, system } = process.cpuUsage(before);
  return rounds / ((user + system) / 1e6);
}

function perCpuSecondOf(python: string, name: string): number {
  const script = path.join(import.meta.dirname, 'attestations.py');
  const root = path.join(DATA, 'sigstore', 'public-good', 'trusted_root.json');
  const input = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
  const words = [script, name, root, String(SECONDS)];
  return Number(execFileSync(python, words, { input, encoding: 'utf8' }));
}

const index: readonly Indexed[] = JSON.parse(text('pep740', 'INDEX.json'));
const objects = index
  .filter(({ instance }) => instance === 'public-good')
  .flatMap(({ file }) => attestationsIn(file));
const rootText = text('sigstore', 'public-good', 'trusted_root.json');
const root = readTrustedRoot(Buffer.from(rootText));
const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(rootText))));

const ours = perCpuSecond((round) =>
  verifySigstore(readAttestation(objects[round % objects.length]), root, null),
);
const theirs = perCpuSecond((round) => {
  const object = objects[round % objects.length];
  if (object !== undefined) verifier.verify(toSignedEntity(bundleFromJSON(bundleOf(object))));
});
const ratio = ours / theirs;
const python = pythonWithReferees();
const lines = [
  `attestations per CPU second: ours ${ours.toFixed(0)}, @sigstore/verify ${theirs.toFixed(0)}, ${ratio.toFixed(1)} x (at least ${LIMIT} x)`,
  ...['sigstore', 'pypi-attestations'].map((name) => {
    if (python === null) return `${name}: cannot be installed here`;
    const found = perCpuSecondOf(python, name);
    return `${name} (Python) ${found.toFixed(0)}, ours ${(ours / found).toFixed(1)} x`;
  }),
];
process.stdout.write(`${lines.join('\n')}\n`);
if (ratio < LIMIT) process.exitCode = 1;

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readAttestation, readBundle, type SignedEntity } from './bundle.ts';
import { readTrustedRoot, type TrustedRoot } from './trusted-root.ts';
import type { SignedFile } from './sigstore.ts';

const DATA = path.resolve(import.meta.dirname, '../../../shared/data');
const PEP740 = path.join(DATA, 'pep740');
const BUNDLES = path.join(DATA, 'sigstore', 'bundles');

export const isThere = existsSync(path.join(PEP740, 'INDEX.json'));

/** A signature as some real tool made it. */
export interface RealEvidence {
  readonly file: string;
  /** What PEP 740 calls an attestation, or a whole bundle. */
  readonly json: unknown;
  readonly read: (json: unknown) => SignedEntity;
  readonly signed: SignedFile | null;
  readonly instance: 'public-good' | 'staging';
  readonly san: string;
  readonly issuer: string;
  readonly logIndex: number;
  readonly accepted: boolean;
}

export function realRoot(instance: RealEvidence['instance']): TrustedRoot {
  return readTrustedRoot(readFileSync(path.join(DATA, 'sigstore', instance, 'trusted_root.json')));
}

export const rootText = (instance: RealEvidence['instance']): string =>
  readFileSync(path.join(DATA, 'sigstore', instance, 'trusted_root.json'), 'utf8');

interface Indexed {
  readonly file: string;
  readonly san: string;
  readonly issuer: string;
  readonly instance: 'public-good' | 'staging';
  readonly logIndex: string;
}

interface Provenance {
  readonly attestation_bundles: readonly { readonly attestations: readonly unknown[] }[];
}

/** The twelve PEP 740 objects of INDEX.json. */
export function realAttestations(): readonly RealEvidence[] {
  if (!isThere) return [];
  const index: readonly Indexed[] = JSON.parse(textOf(PEP740, 'INDEX.json'));
  return index.flatMap(({ file, logIndex, ...named }) => {
    const attestations = file.endsWith('.provenance')
      ? provenanceOf(file).attestation_bundles.flatMap((bundle) => bundle.attestations)
      : [JSON.parse(textOf(PEP740, file))];
    return attestations.map((json) => ({
      file,
      json,
      read: readAttestation,
      signed: null,
      ...named,
      logIndex: Number(logIndex),
      accepted: true,
    }));
  });
}

const provenanceOf = (file: string): Provenance => JSON.parse(textOf(PEP740, file));

/** The Sigstore bundles, with what their README says of them. */
export function realBundles(): readonly RealEvidence[] {
  if (!isThere) return [];
  return REAL_BUNDLES.map(([file, named]) => {
    const artifact = path.join(BUNDLES, file.replace(/\.sigstore(?:\.json)?$/u, ''));
    const bytes = existsSync(artifact) ? readFileSync(artifact) : null;
    const sha256 =
      bytes === null
        ? Buffer.from(PYTHON_3_12_5, 'hex')
        : createHash('sha256').update(bytes).digest();
    return {
      file,
      json: JSON.parse(textOf(BUNDLES, file)),
      read: (json: unknown) => readBundle(Buffer.from(JSON.stringify(json))),
      signed: { sha256, bytes },
      accepted: true,
      ...named,
    };
  });
}

const PYTHON_3_12_5 = '38dc4e2c261d49c661196066edbfb70fdb16be4a79cc8220c224dfeb5636d405';
const GITHUB_LOGIN = 'https://github.com/login/oauth';

type Named = Pick<RealEvidence, 'instance' | 'san' | 'issuer' | 'logIndex'>;
const REAL_BUNDLES: readonly (readonly [string, Named & { accepted?: false }])[] = [
  [
    'Python-3.12.5.tgz.sigstore',
    {
      instance: 'public-good',
      san: 'thomas@python.org',
      issuer: 'https://accounts.google.com',
      logIndex: 0,
      accepted: false,
    },
  ],
  [
    'bundle_no_log_entry.txt.sigstore',
    { instance: 'public-good', san: '', issuer: '', logIndex: 0, accepted: false },
  ],
  [
    'bundle_v3.txt.sigstore',
    {
      instance: 'staging',
      san: 'william@yossarian.net',
      issuer: GITHUB_LOGIN,
      logIndex: 25915956,
    },
  ],
  [
    'bundle_v3_alt.txt.sigstore',
    {
      instance: 'staging',
      san: 'william@yossarian.net',
      issuer: GITHUB_LOGIN,
      logIndex: 25915997,
    },
  ],
  [
    'bundle_v3_github.whl.sigstore',
    {
      instance: 'public-good',
      san: 'https://github.com/trailofbits/rfc8785.py/.github/workflows/release.yml@refs/tags/v0.1.2',
      issuer: 'https://token.actions.githubusercontent.com',
      logIndex: 79605083,
    },
  ],
  [
    'staging-rekor-v2.txt.sigstore.json',
    { instance: 'staging', san: 'jku@goto.fi', issuer: GITHUB_LOGIN, logIndex: 645 },
  ],
];

function textOf(folder: string, file: string): string {
  return readFileSync(path.join(folder, file), 'utf8');
}

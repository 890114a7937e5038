// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readAttestation } from './bundle.ts';
import {
  isThere,
  realAttestations,
  realBundles,
  rootText,
  type RealEvidence,
} from './real-evidence.test-support.ts';
import { chainFault } from './certificate-chain.ts';
import { isSignedBy, type Checkpoint } from './checkpoint.ts';
import { verifySigstore } from './sigstore.ts';
import { readTrustedRoot, type TrustedLog } from './trusted-root.ts';

type Json = Record<string, unknown>;
interface RootJson {
  tlogs: { publicKey: { validFor: Json } }[];
  ctlogs: { publicKey: { validFor: Json } }[];
  certificateAuthorities: { validFor: Json }[];
  timestampAuthorities: { validFor: Json }[];
}
interface Material {
  verification_material: { transparency_entries: Json[]; timestamps?: unknown };
  envelope: Json;
}

const attestations = realAttestations();
const named = (name: string): RealEvidence => {
  const found = [...attestations, ...realBundles()].find(({ file }) => file === name);
  if (found === undefined) throw new Error(`${name} is not there`);
  return found;
};

const SAMPLE = 'sampleproject-4.0.0.tar.gz.provenance';
const OTHER = 'abi3info-2024.10.8.tar.gz.provenance';
const REKOR_V2 = 'staging-rekor-v2.txt.sigstore.json';

/** Verifies real evidence against a changed root, or changed evidence against the real root. */
function verifying(
  name: string,
  changeRoot: (root: RootJson) => void,
  changeEvidence: (json: Material) => void = () => {},
) {
  const evidence = named(name);
  const root: RootJson = JSON.parse(rootText(evidence.instance));
  changeRoot(root);
  const json = materialOf(name);
  changeEvidence(json);
  return () =>
    verifySigstore(
      evidence.read(json),
      readTrustedRoot(Buffer.from(JSON.stringify(root))),
      evidence.signed,
    );
}

/** A copy, to be changed at will. */
const materialOf = (name: string): Material => JSON.parse(JSON.stringify(named(name).json));

const keep = (): void => {};
const coded = (code: string) => expect.objectContaining({ code });
const entries = (json: Material) => json.verification_material.transparency_entries;
const BEFORE = { start: '2020-01-01T00:00:00Z', end: '2020-12-31T00:00:00Z' };

describe.runIf(isThere)('a trusted root decides', () => {
  test.each<[string, string, (root: RootJson) => void, string]>([
    ['certificate logs gone', SAMPLE, (root) => (root.ctlogs = []), 'WP-ATTESTATION-CERTIFICATE'],
    [
      'certificate logs without a start',
      SAMPLE,
      (root) => root.ctlogs.forEach(({ publicKey }) => delete publicKey.validFor['start']),
      'WP-ATTESTATION-CERTIFICATE',
    ],
    ['logs gone', SAMPLE, (root) => (root.tlogs = []), 'WP-ATTESTATION-LOG'],
    [
      'authorities gone',
      SAMPLE,
      (root) => (root.certificateAuthorities = []),
      'WP-ATTESTATION-AUTHORITY',
    ],
    [
      'timestamp authorities gone',
      REKOR_V2,
      (root) => (root.timestampAuthorities = []),
      'WP-ATTESTATION-TIME',
    ],
    [
      'authorities that ended before',
      SAMPLE,
      (root) => root.certificateAuthorities.forEach((one) => (one.validFor = BEFORE)),
      'WP-ATTESTATION-TIME',
    ],
    [
      'authorities without a start',
      SAMPLE,
      (root) => root.certificateAuthorities.forEach((one) => (one.validFor = {})),
      'WP-ATTESTATION-TIME',
    ],
    [
      'log keys that ended before the promise',
      SAMPLE,
      (root) => root.tlogs.forEach(({ publicKey }) => (publicKey.validFor = BEFORE)),
      'WP-ATTESTATION-LOG',
    ],
    [
      'log keys that ended before the timestamp',
      REKOR_V2,
      (root) => root.tlogs.forEach(({ publicKey }) => (publicKey.validFor = BEFORE)),
      'WP-ATTESTATION-TIME',
    ],
    [
      'log keys without a start',
      REKOR_V2,
      (root) => root.tlogs.forEach(({ publicKey }) => delete publicKey.validFor['start']),
      'WP-ATTESTATION-TIME',
    ],
    [
      'timestamp authorities that ended before',
      REKOR_V2,
      (root) => root.timestampAuthorities.forEach((one) => (one.validFor = BEFORE)),
      'WP-ATTESTATION-TIME',
    ],
  ])('%s', (_, name, change, code) => {
    expect(verifying(name, change)).toThrow(coded(code));
    expect(verifying(name, keep)).not.toThrow();
  });
});

describe.runIf(isThere)('evidence is refused', () => {
  test.each<[string, (json: Material) => void, string]>([
    [
      'with the entry of another signature (H20)',
      (json) =>
        (json.verification_material = {
          ...json.verification_material,
          transparency_entries: entries(materialOf(OTHER)),
        }),
      'WP-ATTESTATION-LOG',
    ],
    ['without entries', (json) => (entries(json).length = 0), 'WP-ATTESTATION-LOG'],
    [
      'with a time that nobody promises (H21)',
      (json) => entries(json).forEach((entry) => delete entry['inclusionPromise']),
      'WP-ATTESTATION-TIME',
    ],
    [
      'with a promise without a time',
      (json) => entries(json).forEach((entry) => delete entry['integratedTime']),
      'WP-ATTESTATION-LOG',
    ],
    [
      'with one more entry, of another signature',
      (json) => entries(json).push(...entries(materialOf(OTHER))),
      'WP-ATTESTATION-LOG',
    ],
    [
      'without a proof',
      (json) => delete entries(json)[0]?.['inclusionProof'],
      'WP-ATTESTATION-LOG',
    ],
    [
      'with more entries than anybody needs',
      (json) => {
        const [entry = {}] = entries(json);
        json.verification_material.transparency_entries = Array.from({ length: 9 }, () => entry);
      },
      'WP-ATTESTATION-MALFORMED',
    ],
    [
      'with timestamps that are none',
      (json) => (json.verification_material.timestamps = ['AAAA']),
      'WP-ATTESTATION-MALFORMED',
    ],
    [
      'of another version',
      (json) => Object.assign(json, { version: 2 }),
      'WP-ATTESTATION-MALFORMED',
    ],
    [
      'with the statement of another file',
      (json) =>
        (json.envelope = {
          ...json.envelope,
          statement: materialOf(OTHER).envelope['statement'],
        }),
      'WP-ATTESTATION-LOG',
    ],
  ])('%s', (_, change, code) => {
    expect(verifying(SAMPLE, keep, change)).toThrow(coded(code));
  });

  test('with another key than its own', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const root = readTrustedRoot(Buffer.from(rootText('public-good')));
    const entity = readAttestation(named(SAMPLE).json);
    expect(() => verifySigstore(entity, root, null, publicKey)).toThrow(
      coded('WP-ATTESTATION-SIGNATURE'),
    );
    expect(() => verifySigstore({ ...entity, certificate: null }, root, null, publicKey)).toThrow(
      coded('WP-ATTESTATION-LOG'),
    );
  });
});

test.runIf(isThere)(
  'a message signature tells the digest of its message, as the format asks',
  () => {
    const without = (part: 'messageDigest' | 'digest') => () => {
      const json: { messageSignature: Json } = JSON.parse(JSON.stringify(named(REKOR_V2).json));
      const { messageSignature: message } = json;
      if (part === 'messageDigest') delete message['messageDigest'];
      else message['messageDigest'] = { algorithm: 'SHA2_512' };
      return named(REKOR_V2).read(json);
    };
    expect(without('messageDigest')).toThrow(coded('WP-ATTESTATION-MALFORMED'));
    expect(without('digest')).toThrow(coded('WP-ATTESTATION-MALFORMED'));
  },
);

describe.runIf(isThere)('a checkpoint', () => {
  const { checkpoint } = isThere
    ? (readAttestation(named(SAMPLE).json).entries[0]?.proof ?? {})
    : {};
  const [log] = isThere ? readTrustedRoot(Buffer.from(rootText('public-good'))).logs : [];
  const signed = (change: Partial<Checkpoint>, logChange: Partial<TrustedLog> = {}): boolean => {
    if (checkpoint === undefined || log === undefined) throw new Error('nothing to check');
    return isSignedBy({ ...checkpoint, ...change }, { ...log, ...logChange });
  };

  test('is signed by its log, for itself, under its own name and key', () => {
    expect(signed({})).toBe(true);
    expect(signed({ signatures: [] })).toBe(false);
    expect(signed({ note: `${checkpoint?.note}more\n` })).toBe(false);
    expect(signed({ origin: 'elsewhere.test - 1' })).toBe(false);
    expect(signed({}, { name: 'elsewhere.test' })).toBe(false);
    expect(signed({}, { keyHint: Buffer.alloc(4) })).toBe(false);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(signed({}, { key: publicKey })).toBe(false);
  });

  test('that is signed wrongly proves nothing', () => {
    const other = materialOf(OTHER);
    const proof = (json: Material) => entries(json)[0]?.['inclusionProof'];
    expect(
      verifying(SAMPLE, keep, (json) =>
        Object.assign(entries(json)[0] ?? {}, { inclusionProof: proof(other) }),
      ),
    ).toThrow(coded('WP-ATTESTATION-LOG'));
    expect(
      verifying(SAMPLE, keep, (json) => {
        const text = JSON.stringify(json).replace(/ - (?<tree>\d{6})/u, ' - 7$<tree>');
        Object.assign(json, JSON.parse(text));
      }),
    ).toThrow(coded('WP-ATTESTATION-LOG'));
  });
});

describe.runIf(isThere)('a certificate', () => {
  test('holds while it and its whole chain are valid, to the last moment', () => {
    const leaf = readAttestation(named(SAMPLE).json).certificate;
    const root = readTrustedRoot(Buffer.from(rootText('public-good')));
    const chain = root.certificateAuthorities[1];
    if (leaf === null || chain === undefined) throw new Error('nothing to check');
    expect(chainFault(leaf, chain, leaf.notBefore)).toBeNull();
    expect(chainFault(leaf, chain, leaf.notAfter)).toBeNull();
    expect(chainFault(leaf, chain, leaf.notBefore - 1)).toMatchObject({ about: 'time' });
    expect(chainFault(leaf, chain, leaf.notAfter + 1)).toMatchObject({ about: 'time' });
    const [intermediate, ...rest] = chain.certificates;
    if (intermediate === undefined) throw new Error('nothing to check');
    const expired = { ...intermediate, notAfter: leaf.notBefore - 1 };
    expect(
      chainFault(leaf, { ...chain, certificates: [expired, ...rest] }, leaf.notBefore),
    ).toMatchObject({ about: 'time' });
    expect(chainFault(leaf, { ...chain, certificates: rest }, leaf.notBefore)).toMatchObject({
      about: 'certificate',
    });
  });
});

describe('a trusted root', () => {
  test.each([
    ['garbage', 'x'],
    ['another type', '{"mediaType":"application/json"}'],
    ['a list where an object belongs', '[]'],
  ])('that is %s is refused', (_, text) => {
    expect(() => readTrustedRoot(Buffer.from(text))).toThrow(coded('WP-TRUSTED-ROOT'));
  });

  test.runIf(isThere)('is known by what it says, not by how it is written', () => {
    const text = rootText('public-good');
    const again = JSON.stringify(JSON.parse(text));
    const ids = [text, again].map((one) => readTrustedRoot(Buffer.from(one)).id);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(readTrustedRoot(Buffer.from(rootText('staging'))).id);
  });
});

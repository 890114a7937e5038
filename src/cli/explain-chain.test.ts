// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { judgeHere } from '../evidence/provenance-judge.ts';
import { rememberProofs } from '../evidence/remembered-proofs.ts';
import { placesOf } from '../host/index.ts';
import { DEFAULT_POLICY } from '../policy/index.ts';
import { openPublicGoodRoot, SEED_ID } from '../trust/public-good-root.ts';
import { provenance } from '../../test/world/integrity-api.ts';
import { openSigstore } from '../../test/world/sigstore/sigstore.ts';
import { chainShape, chainText, traceFile } from './explain-chain.ts';
import { openHeldRoots, openKeptProofs } from './trusted-roots.ts';

const PEP740 = resolve(import.meta.dirname, '../../../shared/data/pep740');
const WHEEL = 'circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl';
const isThere = existsSync(join(PEP740, 'files'));

let ground = '';
beforeEach(() => {
  ground = mkdtempSync(join(tmpdir(), 'wheelproof-chain-'));
});
afterEach(() => rmSync(ground, { recursive: true, force: true }));

const at = (name: string): string => join(ground, name);
const context = () => ({ places: placesOf({}, ground), policy: DEFAULT_POLICY });
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test.runIf(process.env['CI'] !== undefined)('the real files are there', () => {
  expect(isThere).toBe(true);
});

describe.runIf(isThere)('the way from a real file to the trusted root', () => {
  const subject = () => ({
    filename: WHEEL,
    project: 'circleci-sign-publish-example',
    sha256: hashOf(readFileSync(join(PEP740, 'files', WHEEL))),
    index: 'https://index.example/simple/',
    path: at(WHEEL),
  });

  test('is told step by step, with the index in the log and the times', async () => {
    copyFileSync(join(PEP740, `${WHEEL}.provenance`), at(`${WHEEL}.provenance`));
    const [chain, ...more] = await traceFile(context(), subject(), {});
    expect(more).toEqual([]);
    if (chain === undefined) return;
    const steps = chainText(chain, subject())
      .split('\n')
      .flatMap((line) => /^ +\d+ (\S+)/u.exec(line)?.[1] ?? []);
    expect(steps).toEqual(
      'bytes statement signature certificate publisher time authority anchor ct log root'.split(
        ' ',
      ),
    );
    expect(chainShape(chain)).toMatchObject({
      state: 'holds',
      statement: { predicate: 'publish' },
      key: 'ec prime256v1',
      certificate: {
        notBefore: '2026-02-05T22:59:42.000Z',
        notAfter: '2026-02-05T23:09:42.000Z',
      },
      times: [{ at: '2026-02-05T22:59:42.000Z', by: 'rekor.sigstore.dev' }],
      authorities: [
        { subject: 'O=sigstore.dev, CN=sigstore-intermediate' },
        { subject: 'O=sigstore.dev, CN=sigstore' },
      ],
      certificate_logs: ['ctfe.sigstore.dev/2022'],
      log_entries: [{ log: 'rekor.sigstore.dev', index: 920610516, leaf: 798706254 }],
      root: { name: 'public-good', id: SEED_ID },
    });
  });

  test('is retraced from what was kept when it was installed', async () => {
    expect(await traceFile(context(), subject(), {})).toEqual([]);
    const cache = openKeptProofs(placesOf({}, ground));
    const judge = rememberProofs(judgeHere, { cache, policyDigest: 'p', toolVersion: '1' });
    const text = readFileSync(join(PEP740, `${WHEEL}.provenance`));
    const roots = [await openPublicGoodRoot()];
    await judge.judge({ provenance: text, file: subject(), roots });
    await judge.close();
    const [chain] = await traceFile(context(), { ...subject(), path: null }, {});
    expect(chain?.outcome.state).toBe('holds');
    const other = { ...subject(), path: null, sha256: '0'.repeat(64) };
    expect(await traceFile(context(), other, {})).toEqual([]);
  });

  test('ends where it ends, with the code', async () => {
    copyFileSync(join(PEP740, `${WHEEL}.provenance`), at(`${WHEEL}.provenance`));
    const other = { ...subject(), sha256: '0'.repeat(64) };
    const [chain] = await traceFile(context(), other, {});
    expect(chain?.outcome).toMatchObject({
      state: 'fails',
      why: { code: 'WP-ATTESTATION-DIGEST' },
    });
    if (chain !== undefined) expect(chainText(chain, other)).toContain('ends here');
    writeFileSync(at(`${WHEEL}.provenance`), '{}');
    const [none] = await traceFile(context(), subject(), {});
    expect(none?.outcome).toMatchObject({
      state: 'fails',
      why: { code: 'WP-ATTESTATION-MALFORMED' },
    });
  });
});

test('of another deployment, and of the second version of its log, it is told as well', async () => {
  const sigstore = openSigstore();
  const bytes = Buffer.from(sigstore.trustedRoot());
  const roots = await openHeldRoots(placesOf({}, ground));
  const { readTrustedRoot } = await import('../crypto/index.ts');
  const { id } = readTrustedRoot(bytes);
  const origin = { kind: 'file', from: 'root.json', version: null } as const;
  await roots.save({ name: 'corp', bytes, id, origin, since: 0, checkedAt: 0, pin: null });
  const file = { filename: 'good-1.0.tar.gz', project: 'good', sha256: 'a'.repeat(64) };
  const attested = [sigstore.attest(file, { rekor: 2 }), sigstore.attest(file)];
  writeFileSync(at('good-1.0.tar.gz.provenance'), JSON.stringify(provenance(attested)));
  const sigstoreTable = { roots: ['corp'], projects: ['good'], indexes: null, source: 'here' };
  const policy = { ...DEFAULT_POLICY, sigstore: [sigstoreTable] };
  const subject = { ...file, index: 'https://index.example/simple/', path: at(file.filename) };
  const chains = await traceFile({ places: placesOf({}, ground), policy }, subject, {});
  expect(chains.map(({ outcome }) => outcome.state)).toEqual(['holds', 'holds']);
  expect(chains.map((chain) => chainShape(chain))).toMatchObject([
    { root: { name: 'corp', id }, log_entries: [{ integratedAt: null, isPromised: false }] },
    { root: { name: 'corp', id }, log_entries: [{ isPromised: true }] },
  ]);
  const [stranger] = await traceFile(context(), subject, {});
  expect(stranger?.outcome).toMatchObject({ why: { code: 'WP-ATTESTATION-AUTHORITY' } });
});

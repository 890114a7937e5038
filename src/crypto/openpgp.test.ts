// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkClearSigned, checkDetached, type PgpOutcome } from './openpgp.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/pgp');
const here = existsSync(DATA);
if (!here && process.env['CI'] !== undefined) throw new Error(`${DATA} is missing`);

const NOW = Date.parse('2026-11-01T00:00:00Z');

/** As many good signatures as there are; otherwise why there is none. */
const verdictOf = (outcomes: readonly PgpOutcome[]): string | number =>
  outcomes.find((each) => each.good)
    ? outcomes.filter((each) => each.good).length
    : outcomes.map((each) => (each.good ? '' : each.reason)).join('; ');

interface Detached {
  readonly signature: string;
  readonly key: string;
  readonly file: string;
  readonly verdicts: Readonly<Record<string, boolean>>;
}

interface ClearSigned {
  readonly dsc: string;
  readonly sdist_sha256: string;
  readonly signing_key: string;
  readonly primary_key: string;
  readonly verdicts: Readonly<Record<string, boolean>>;
}

const index = (folder: string): string =>
  here ? readFileSync(join(DATA, folder, 'INDEX.json'), 'utf8') : '[]';
const DETACHED: readonly Detached[] = JSON.parse(index('detached'));
const CLEAR_SIGNED: readonly ClearSigned[] = JSON.parse(index('clearsigned'));

describe.skipIf(!here)('real detached signatures', () => {
  const folder = join(DATA, 'detached');
  const files = DETACHED.filter(({ file }) => existsSync(join(folder, file)));

  it.each(files)('$signature: as OpenPGP.js alone', async ({ signature, key, file, verdicts }) => {
    const read = (name: string): Uint8Array => readFileSync(join(folder, name));
    const check = { certificates: [read(key)], now: NOW };
    const outcomes = await checkDetached(read(file), read(signature), check);
    const good = outcomes.some((each) => each.good);
    expect(good).toBe(Object.entries(verdicts).find(([name]) => name.startsWith('OpenPGP'))?.[1]);
    // What we take, gpgv takes too.
    if (good) expect(verdicts['gpgv 2.2.40']).toBe(true);
    const changed = Buffer.concat([read(file), Buffer.from([0])]);
    expect(verdictOf(await checkDetached(changed, read(signature), check))).toMatch(/digest/u);
  });
});

describe.skipIf(!here)('real clear-signed documents', () => {
  const folder = join(DATA, 'clearsigned');
  const keys = here
    ? readdirSync(join(folder, 'keys')).map((name) => readFileSync(join(folder, 'keys', name)))
    : [];

  it.each(CLEAR_SIGNED)('$dsc', async (entry) => {
    const document = readFileSync(join(folder, entry.dsc));
    const check = { certificates: keys, now: NOW };
    const { text, outcomes } = await checkClearSigned(document, check);
    expect(text).toContain(entry.sdist_sha256);
    const [outcome] = outcomes;
    if (outcome?.good === true) {
      expect(outcome.signer).toBe(entry.signing_key);
      expect(outcome.primary).toBe(entry.primary_key);
    } else {
      expect(outcome?.reason).toBe('Primary key is expired');
      expect(Object.values(entry.verdicts)).toContain(false);
    }
    const around = Buffer.concat([Buffer.from('before\n'), document, Buffer.from('after\n')]);
    const again = await checkClearSigned(around, check).catch(() => null);
    expect(again?.text ?? '').not.toMatch(/before|after/u);
  });
});

describe('checkDetached', () => {
  const file = Buffer.from('the file');
  let key: openpgp.PrivateKey;
  let certificate: Uint8Array;
  let signature: Uint8Array;

  beforeAll(async () => {
    ({ privateKey: key } = await openpgp.generateKey({
      userIDs: [{ name: 'Maintainer' }],
      format: 'object',
      date: new Date(NOW - 86_400_000),
    }));
    certificate = Buffer.from(key.toPublic().armor());
    signature = await signatureOver(file, NOW);
  });

  async function signatureOver(bytes: Uint8Array, at: number): Promise<Uint8Array> {
    const message = await openpgp.createMessage({ binary: bytes });
    const text = await openpgp.sign({
      message,
      signingKeys: key,
      detached: true,
      date: new Date(at),
    });
    return Buffer.from(text);
  }

  const check = (now = NOW) => ({ certificates: [certificate], now });

  it('tells who signed and when', async () => {
    const fingerprint = key.getFingerprint().toUpperCase();
    expect(await checkDetached(file, signature, check())).toEqual([
      { good: true, signer: fingerprint, primary: fingerprint, made: NOW, mode: 'binary' },
    ]);
  });

  it('does not take a signature over other bytes', async () => {
    const outcomes = await checkDetached(Buffer.from('another'), signature, check());
    expect(verdictOf(outcomes)).toMatch(/digest/u);
  });

  it('does not take a signature by a key that nobody gave', async () => {
    const { privateKey } = await openpgp.generateKey({
      userIDs: [{ name: 'Stranger' }],
      format: 'object',
    });
    const certificates = [Buffer.from(privateKey.toPublic().armor())];
    expect(verdictOf(await checkDetached(file, signature, { certificates, now: NOW }))).toMatch(
      /Could not find signing key/u,
    );
  });

  it('does not take a signature of the future', async () => {
    expect(verdictOf(await checkDetached(file, signature, check(NOW - 1_000)))).toMatch(/future/u);
  });

  it('does not take one of a key that was made later', async () => {
    const early = await signatureOver(file, NOW - 7 * 86_400_000).catch(() => null);
    // openpgp.js does not even sign then.
    expect(early).toBeNull();
  });

  it('does not take a whole signed message for a detached signature', async () => {
    const message = await openpgp.createMessage({ binary: file });
    const inline = Buffer.from(await openpgp.sign({ message, signingKeys: key }));
    await expect(checkDetached(file, inline, check())).rejects.toThrow();
    await expect(checkDetached(Buffer.from('another'), inline, check())).rejects.toThrow();
  });

  it('throws for garbage', async () => {
    await expect(checkDetached(file, Buffer.from('garbage'), check())).rejects.toThrow();
    await expect(
      checkDetached(file, signature, { certificates: [Buffer.from('garbage')], now: NOW }),
    ).rejects.toThrow();
  });
});

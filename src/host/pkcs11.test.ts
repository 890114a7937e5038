// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPublicKey } from '../crypto/public-key.ts';
import { loadCryptoki, makePkcs11Key, pkcs11Signer, type Cryptoki } from './pkcs11.ts';

/*
 * SoftHSM2 (Debian: softhsm2) through pkcs11js, which is native code: the one such exception, and in
 * tests alone. `npm run conformance -- --only tuf` builds it where these tests look for it.
 */
const LIBRARY = '/usr/lib/softhsm/libsofthsm2.so';
const cache = process.env['HOME'] === undefined ? '' : join(process.env['HOME'], '.cache');
const folder = join(cache, 'wheelproof-referees', 'node_modules', 'pkcs11js');
const isHere = existsSync(LIBRARY) && existsSync(folder);
const ground = mkdtempSync(join(tmpdir(), 'pkcs11-'));
const address = (key: string, token = 'root'): string =>
  `pkcs11:token=${token};object=${key}?module-path=${LIBRARY}`;
const pin = () => Promise.resolve('1234');

afterAll(() => rmSync(ground, { recursive: true }));

const absent = isHere ? '' : ': skipped, softhsm2 or pkcs11js is not here';

describe.skipIf(!isHere)(`a token of SoftHSM2${absent}`, () => {
  let cryptoki: Cryptoki;

  beforeAll(() => {
    mkdirSync(join(ground, 'tokens'));
    const file = join(ground, 'softhsm2.conf');
    writeFileSync(file, `directories.tokendir = ${join(ground, 'tokens')}\nlog.level = ERROR\n`);
    process.env['SOFTHSM2_CONF'] = file;
    for (const label of ['root', 'other', 'twin', 'twin']) {
      const words = [
        '--init-token',
        '--free',
        '--label',
        label,
        '--pin',
        '1234',
        '--so-pin',
        '5678',
      ];
      execFileSync('softhsm2-util', words, { stdio: 'ignore' });
    }
    cryptoki = loadCryptoki({ WHEELPROOF_PKCS11JS: folder });
  });

  it('makes a key that stays in it, and signs as TUF wants it', async () => {
    const publicKey = await makePkcs11Key(address('alice'), cryptoki, pin);
    const again = loadCryptoki({ WHEELPROOF_PKCS11JS: folder });
    const signer = await pkcs11Signer(address('alice'), again, pin);
    expect(signer.publicKey).toBe(publicKey);
    const message = Buffer.from('message');
    const key = readPublicKey({ keytype: 'ed25519', scheme: 'ed25519', public: publicKey });
    expect(key?.verifies(message, await signer.sign(message))).toBe(true);
    expect(key?.verifies(message, await signer.sign(message))).toBe(true);
  });

  it.each<[string, string, () => Promise<string>, string]>([
    ['a key of a name that is there', 'make', pin, 'already'],
    ['a key that is not there', address('bob'), pin, 'no private Ed25519 key'],
    ['a token that is not there', address('alice', 'absent'), pin, '0 tokens fit'],
    ['two tokens of one name', address('alice', 'twin'), pin, '2 tokens fit'],
    ['a wrong PIN', address('alice', 'other'), () => Promise.resolve('9999'), 'CKR_PIN_INCORRECT'],
    [
      'a library that is none',
      `pkcs11:object=a?module-path=${import.meta.filename}`,
      pin,
      'PKCS #11',
    ],
  ])('refuses %s', async (_, what, askPin, message) => {
    const work =
      what === 'make'
        ? makePkcs11Key(address('alice'), cryptoki, askPin)
        : pkcs11Signer(what, loadCryptoki({ WHEELPROOF_PKCS11JS: folder }), askPin);
    await expect(work).rejects.toMatchObject({
      code: 'WP-TUF-KEY',
      message: expect.stringContaining(message),
    });
  });
});

it('says where pkcs11js comes from when it is not there', () => {
  for (const environment of [
    { WHEELPROOF_PKCS11JS: join(ground, 'none') },
    { WHEELPROOF_PKCS11JS: '../x' },
  ])
    expect(() => loadCryptoki(environment)).toThrow(
      expect.objectContaining({ code: 'WP-TUF-KEY', hint: expect.stringContaining('npm install') }),
    );
});

/** A token that lies, or is in a bad way. */
function falseToken(over: Partial<Cryptoki>, flags = 0): Cryptoki {
  const token = { label: 't   ', manufacturerID: 'm', model: 'm', serialNumber: '1', flags };
  const handle = Buffer.alloc(8);
  return {
    load: () => {},
    C_Initialize: () => {},
    C_GetSlotList: () => [handle],
    C_GetTokenInfo: () => token,
    C_OpenSession: () => handle,
    C_Login: () => {},
    C_FindObjectsInit: () => {},
    C_FindObjects: () => [handle],
    C_FindObjectsFinal: () => {},
    C_GetAttributeValue: () => [{ value: Buffer.alloc(32, 7) }],
    C_SignInit: () => {},
    C_Sign: () => Buffer.alloc(64),
    C_GenerateKeyPair: () => null,
    ...over,
  };
}

describe('a false token', () => {
  const open = async (token: Cryptoki) => await pkcs11Signer(address('a', 't'), token, pin);
  const refuses = async (work: Promise<unknown>, message: string): Promise<void> =>
    await expect(work).rejects.toMatchObject({
      code: 'WP-TUF-KEY',
      message: expect.stringContaining(message),
    });

  it('whose signature does not verify signs nothing', async () => {
    const signer = await open(falseToken({}));
    await refuses(signer.sign(Buffer.from('x')), 'does not verify');
  });

  it('that is locked, or nearly, is not tried', async () => {
    const login = () => {
      throw new Error('asked');
    };
    await refuses(open(falseToken({ C_Login: login }, 0x40000)), 'locked');
    await refuses(open(falseToken({ C_Login: login }, 0x20000)), 'one wrong PIN more');
  });

  it('with its own keys for the PIN is not given one', async () => {
    const given: unknown[] = [];
    const login = (...words: readonly unknown[]) => void given.push(...words.slice(2));
    await open(falseToken({ C_Login: login }, 0x100));
    expect(given).toEqual([]);
  });

  it('with another kind of key, or two of one name, is refused', async () => {
    await refuses(
      open(falseToken({ C_GetAttributeValue: () => [{ value: Buffer.alloc(65) }] })),
      'not one of Ed25519',
    );
    await refuses(open(falseToken({ C_GetAttributeValue: () => [] })), 'not one of Ed25519');
    const two = [Buffer.alloc(8), Buffer.alloc(8)];
    await refuses(open(falseToken({ C_FindObjects: () => two })), 'more than one');
  });
});

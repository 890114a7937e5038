// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, verify } from 'node:crypto';
import { createRequire } from 'node:module';
import { isAbsolute, join, sep } from 'node:path';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { Signer } from '../core/tuf-repository.ts';
import { readPkcs11Uri, type Pkcs11Uri } from './pkcs11-uri.ts';

/*
 * Ed25519 keys in tokens and hardware security modules (PKCS #11 v3.0, section 2.3.14), through the
 * package pkcs11js where somebody has installed it: it is native code, and nothing else needs it.
 */

/** Of pkcs11js, what is used here. Handles and attributes are opaque. */
export interface Cryptoki {
  load(path: string): void;
  C_Initialize(): void;
  C_GetSlotList(withToken: boolean): readonly Buffer[];
  C_GetTokenInfo(slot: Buffer): TokenInfo;
  C_OpenSession(slot: Buffer, flags: number): Buffer;
  C_Login(session: Buffer, user: number, pin?: string): void;
  C_FindObjectsInit(session: Buffer, template: readonly Attribute[]): void;
  C_FindObjects(session: Buffer, most: number): readonly Buffer[];
  C_FindObjectsFinal(session: Buffer): void;
  C_GetAttributeValue(
    session: Buffer,
    object: Buffer,
    template: readonly { readonly type: number }[],
  ): readonly { readonly value: Buffer }[];
  C_SignInit(session: Buffer, mechanism: { readonly mechanism: number }, key: Buffer): void;
  C_Sign(session: Buffer, message: Buffer, signature: Buffer): Buffer;
  C_GenerateKeyPair(
    session: Buffer,
    mechanism: { readonly mechanism: number },
    publicKey: readonly Attribute[],
    privateKey: readonly Attribute[],
  ): unknown;
}

interface TokenInfo {
  readonly label: string;
  readonly manufacturerID: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly flags: number;
}

interface Attribute {
  readonly type: number;
  readonly value: number | boolean | string | Buffer;
}

/* PKCS #11 v3.0, appendix "Manifest constants". */
const CKO = { publicKey: 2, privateKey: 3 } as const;
const CKK_EC_EDWARDS = 0x40;
const CKA = {
  class: 0x000,
  token: 0x001,
  private: 0x002,
  label: 0x003,
  keyType: 0x100,
  id: 0x102,
  sensitive: 0x103,
  sign: 0x108,
  verify: 0x10a,
  extractable: 0x162,
  ecParams: 0x180,
  ecPoint: 0x181,
} as const;
const CKM = { makeEdwards: 0x1055, eddsa: 0x1057 } as const;
const CKF = {
  rwSession: 2,
  serialSession: 4,
  ownPinPad: 0x100,
  finalTry: 0x20000,
  locked: 0x40000,
};
const CKU_USER = 1;
const CKR = { alreadyLoggedIn: 0x100, alreadyInitialized: 0x191 } as const;
/** DER: PrintableString "edwards25519". */
const EDWARDS25519 = Buffer.from('130c656477617264733235353139', 'hex');
/** Of one key: the token has more than one of this name as soon as there are two. */
const MOST_OBJECTS = 2;

/** The PIN of a token that does not ask for it by itself. */
export type AskPin = (token: string, uri: Pkcs11Uri) => Promise<string>;

/**
 * pkcs11js from beside this program, or from the folder that `WHEELPROOF_PKCS11JS` names. Never from
 * the working directory: whoever wrote the project there would run code with the PIN.
 * @throws Refusal `WP-TUF-KEY` where it is not installed.
 */
export function loadCryptoki(environment: Readonly<Record<string, string | undefined>>): Cryptoki {
  const given = environment['WHEELPROOF_PKCS11JS'];
  try {
    if (given !== undefined && !isAbsolute(given)) throw new TypeError('not an absolute path');
    const require = createRequire(given === undefined ? import.meta.url : join(given, 'here.js'));
    // Node looks into the folders above, too.
    if (given !== undefined && !require.resolve('pkcs11js').startsWith(join(given, sep)))
      throw new TypeError('not in the folder that was named');
    const { PKCS11 } = require('pkcs11js');
    return new PKCS11();
  } catch (cause) {
    throw new Refusal('WP-TUF-KEY', {
      message: `keys in tokens need the package pkcs11js, and ${given ?? 'there is none beside wheelproof'}${given === undefined ? '' : ' does not hold it'}`,
      hint: 'Install it where wheelproof is installed (`npm install -g pkcs11js`), or name its folder in WHEELPROOF_PKCS11JS.',
      cause,
    });
  }
}

/** The key that the address names. @throws Refusal `WP-TUF-KEY` */
export async function pkcs11Signer(
  address: string,
  cryptoki: Cryptoki,
  askPin: AskPin,
): Promise<Signer> {
  const uri = readPkcs11Uri(address);
  const session = await openSession(uri, cryptoki, askPin);
  return quietly('the token', () => {
    const secret = findOne(cryptoki, session, uri, CKO.privateKey);
    const raw = publicKeyOf(cryptoki, session, uri);
    const x = raw.toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const sign = (message: Uint8Array): Uint8Array =>
      quietly('the token', () => {
        cryptoki.C_SignInit(session, { mechanism: CKM.eddsa }, secret);
        const signature = cryptoki.C_Sign(session, Buffer.from(message), Buffer.alloc(64));
        if (verify(null, message, key, signature)) return signature;
        throw wrong('what the token signed does not verify with its public key');
      });
    return {
      publicKey: raw.toString('hex'),
      sign: async (message) => await Promise.resolve(sign(message)),
    };
  });
}

/**
 * Makes a key in the token, which never leaves it. @returns its public key.
 * @throws Refusal `WP-TUF-KEY` where there is one of this name already.
 */
export async function makePkcs11Key(
  address: string,
  cryptoki: Cryptoki,
  askPin: AskPin,
): Promise<string> {
  const uri = readPkcs11Uri(address);
  const label = uri.object;
  if (label === null) throw wrong('a new key needs a label: object=NAME');
  const session = await openSession(uri, cryptoki, askPin);
  return quietly('the token', () => {
    if (find(cryptoki, session, uri, CKO.privateKey).length > 0)
      throw wrong(`the token holds a key "${label}" already`);
    const common = [
      { type: CKA.token, value: true },
      { type: CKA.label, value: label },
      { type: CKA.id, value: Buffer.from(uri.id ?? Buffer.from(label, 'utf8')) },
    ];
    cryptoki.C_GenerateKeyPair(
      session,
      { mechanism: CKM.makeEdwards },
      [
        { type: CKA.class, value: CKO.publicKey },
        ...common,
        { type: CKA.verify, value: true },
        { type: CKA.ecParams, value: EDWARDS25519 },
      ],
      [
        { type: CKA.class, value: CKO.privateKey },
        ...common,
        { type: CKA.private, value: true },
        { type: CKA.sign, value: true },
        { type: CKA.sensitive, value: true },
        { type: CKA.extractable, value: false },
      ],
    );
    return publicKeyOf(cryptoki, session, uri).toString('hex');
  });
}

/** A session of the one token that fits, with its user logged in. A wrong PIN is not tried again. */
async function openSession(uri: Pkcs11Uri, cryptoki: Cryptoki, askPin: AskPin): Promise<Buffer> {
  const { slot, info } = quietly(uri.module, () => {
    cryptoki.load(uri.module);
    unless(CKR.alreadyInitialized, () => cryptoki.C_Initialize());
    return findToken(uri, cryptoki);
  });
  const name = safeText(info.label.trim(), 40);
  if ((info.flags & CKF.locked) !== 0)
    throw wrong(`the token ${name} is locked: too many wrong PINs`);
  const hasPinPad = (info.flags & CKF.ownPinPad) !== 0;
  if ((info.flags & CKF.finalTry) !== 0 && !hasPinPad)
    throw wrong(`one wrong PIN more locks the token ${name}: log in with its own program first`);
  const pin = hasPinPad ? undefined : await askPin(name, uri);
  return quietly(`the token ${name}`, () => {
    const session = cryptoki.C_OpenSession(slot, CKF.serialSession | CKF.rwSession);
    unless(CKR.alreadyLoggedIn, () =>
      pin === undefined
        ? cryptoki.C_Login(session, CKU_USER)
        : cryptoki.C_Login(session, CKU_USER, pin),
    );
    return session;
  });
}

function findToken({ token }: Pkcs11Uri, cryptoki: Cryptoki) {
  const fits = (info: TokenInfo): boolean =>
    [
      [token.token, info.label],
      [token.manufacturer, info.manufacturerID],
      [token.model, info.model],
      [token.serial, info.serialNumber],
    ].every(([wanted, found]) => wanted === null || wanted === found?.trimEnd());
  const tokens = cryptoki
    .C_GetSlotList(true)
    .map((slot) => ({ slot, info: cryptoki.C_GetTokenInfo(slot) }))
    .filter(({ info }) => fits(info));
  const [only] = tokens;
  if (only !== undefined && tokens.length === 1) return only;
  throw wrong(`${tokens.length} tokens fit, expected one`);
}

function find(
  cryptoki: Cryptoki,
  session: Buffer,
  { object, id }: Pkcs11Uri,
  kind: number,
): readonly Buffer[] {
  cryptoki.C_FindObjectsInit(session, [
    { type: CKA.class, value: kind },
    { type: CKA.keyType, value: CKK_EC_EDWARDS },
    ...(object === null ? [] : [{ type: CKA.label, value: object }]),
    ...(id === null ? [] : [{ type: CKA.id, value: Buffer.from(id) }]),
  ]);
  try {
    return cryptoki.C_FindObjects(session, MOST_OBJECTS);
  } finally {
    cryptoki.C_FindObjectsFinal(session);
  }
}

function findOne(cryptoki: Cryptoki, session: Buffer, uri: Pkcs11Uri, kind: number): Buffer {
  const found = find(cryptoki, session, uri, kind);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const what = kind === CKO.privateKey ? 'private' : 'public';
  throw wrong(
    `the token holds ${found.length === 0 ? 'no' : 'more than one'} ${what} Ed25519 key of this name`,
  );
}

/** The point, in DER as the standard has it, or bare as some tokens have it. */
function publicKeyOf(cryptoki: Cryptoki, session: Buffer, uri: Pkcs11Uri): Buffer {
  const object = findOne(cryptoki, session, uri, CKO.publicKey);
  const [point] = cryptoki.C_GetAttributeValue(session, object, [{ type: CKA.ecPoint }]);
  const value = point?.value ?? Buffer.alloc(0);
  const raw = value.length === 34 && value.readUInt16BE(0) === 0x0420 ? value.subarray(2) : value;
  if (raw.length === 32) return Buffer.from(raw);
  throw wrong('the public key in the token is not one of Ed25519');
}

/** @throws Refusal `WP-TUF-KEY` in the library's own words. */
function quietly<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw wrong(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function unless(code: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === code)) throw error;
  }
}

function wrong(why: string, cause?: unknown): Refusal {
  return new Refusal('WP-TUF-KEY', { message: `PKCS #11: ${safeText(why, 300)}`, cause });
}

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import * as openpgp from 'openpgp';
import type { Finding } from '../core/finding.ts';
import { KIB, MAX_CHECKSUM_DOCUMENT_BYTES, MAX_SIGNATURE_BYTES, MIB } from '../core/limits.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import { checksumEvidence } from './checksums.ts';
import { openPgpEvidence } from './openpgp.ts';
import {
  clearSigned,
  CONTENT,
  DAY,
  detached,
  FILE,
  held,
  makeKey,
  noFiles,
  NOW,
  ruleFor,
  sha256,
  upstreamOf,
  type TestKey,
} from './signatures.test-support.ts';

/*
 * What may lie where a signature, keyring or list is looked for, to keep a verifier busy: none may
 * vouch, and each must end within a second and 64 MiB.
 */

interface Scene {
  readonly things: Readonly<Record<string, Uint8Array | string>>;
  readonly rule: SignerRule;
}

const LIST = 'https://good.example/SUMS';
const BESIDE = `${FILE.url}.asc`;

const [one, slow] = await Promise.all([makeKey(), makeKey('Slow', { type: 'curve448' })]);
const signature = await detached([one]);
const bare = Buffer.from((await openpgp.readSignature({ armoredSignature: signature })).write());
const ring = Buffer.from(one.key.toPublic().write());

const armour = (kind: string, body: string): string =>
  `-----BEGIN PGP ${kind}-----\n\n${body}\n-----END PGP ${kind}-----\n`;
/** As many of them as fit. */
const filled = (unit: Uint8Array | string, most: number): Buffer =>
  Buffer.concat(
    Array<Buffer>(Math.floor(most / Buffer.byteLength(unit))).fill(Buffer.from(unit)),
    most - (most % Buffer.byteLength(unit)),
  );

const beside = (body: Uint8Array | string): Scene => ({
  things: { [BESIDE]: body },
  rule: ruleFor([one]),
});

/** A keyring that the user was talked into, and an honest signature by its owner. */
const keyring = (
  bytes: Uint8Array | string,
  by: Uint8Array | string = signature,
  key = one,
): Scene => ({
  things: { [BESIDE]: by },
  rule: ruleFor([key], { keyrings: [Buffer.from(bytes).toString('base64')] }),
});

const listed = (body: Uint8Array | string, more: Scene['things'] = {}): Scene => ({
  things: { [LIST]: body, ...more },
  rule: ruleFor([one], { checksums: [LIST], signatures: [], ssh: [], minisign: [] }),
});

/** The certificate, as if its owner had said so many times who he is. */
function talkative({ key }: TestKey, times: number, isBad = false): Buffer {
  const certificate = key.toPublic();
  certificate.subkeys = [];
  const [user] = certificate.users;
  const [own] = user?.selfCertifications ?? [];
  if (user === undefined || own === undefined) throw new Error('the key says nothing of itself');
  const bytes = Buffer.from(own.write());
  // The signature proper stands last.
  if (isBad) bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1);
  const body = Buffer.from(certificate.write());
  const framed = Buffer.from(packetOf(bytes));
  return Buffer.concat([body, filled(framed, framed.length * times)]);
}

/** A signature packet with its header (RFC 9580, section 4.2.1). */
function packetOf(body: Uint8Array, tag = 0xc2): Uint8Array {
  const head = Buffer.from([tag, 0xff, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
}

/** An RSA certificate whose modulus and exponent are as long as a packet can say, and its signature. */
function outsized(): Scene {
  const number = Buffer.concat([Buffer.from([0xff, 0xff, 0x7f]), Buffer.alloc(8_191, 0xff)]);
  const seconds = Buffer.alloc(4);
  seconds.writeUInt32BE((NOW - 100 * DAY) / 1000);
  const body = Buffer.concat([Buffer.from([4]), seconds, Buffer.from([1]), number, number]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  const hashed = createHash('sha1')
    .update(Buffer.from([0x99]))
    .update(length)
    .update(body);
  const id = hashed.digest().subarray(-8);
  const own = (type: number, over: Uint8Array): Uint8Array => {
    const head = Buffer.concat([Buffer.from([4, type, 1, 10, 0, 6, 5, 2]), seconds]);
    const tail = Buffer.from([4, 0xff, 0, 0, 0, head.length]);
    const digest = createHash('sha512').update(over).update(head).update(tail).digest();
    const issuer = Buffer.concat([Buffer.from([0, 10, 9, 16]), id]);
    return packetOf(Buffer.concat([head, issuer, digest.subarray(0, 2), Buffer.from([0, 3, 5])]));
  };
  const outsize = Buffer.concat([packetOf(body, 0xc6), Buffer.from([0xcd, 1, 0x61])]);
  return keyring(outsize, own(0, CONTENT));
}

const short = (tag: number): Buffer => Buffer.from([tag, 1, 0x61]);

export const HOSTILE: Readonly<Record<string, () => Promise<Scene> | Scene>> = {
  'a signature of blanks': () => beside(Buffer.alloc(MAX_SIGNATURE_BYTES, ' ')),
  'a signature of nothing': () => beside(''),
  'a signature of one byte repeated': () => beside(Buffer.alloc(MAX_SIGNATURE_BYTES, 0xc2)),
  'an armour of headers': () => beside(`-----BEGIN PGP SIGNATURE-----\n${'A: b\n'.repeat(12_000)}`),
  'an armour of dashes': () => beside(`-----BEGIN PGP SIGNATURE-----\n\n${'-'.repeat(60_000)}`),
  'armours without end': () => beside('-----BEGIN PGP SIGNATURE-----\n\n'.repeat(2_000)),
  'an armour of small packets': () =>
    beside(armour('SIGNATURE', filled(short(0xcc), 45 * KIB).toString('base64'))),
  'as many signatures as fit': () => beside(filled(bare, MAX_SIGNATURE_BYTES)),
  'a signature with very many notations': () => beside(notations()),
  'a keyring of users': () => keyring(Buffer.concat([ring, filled(short(0xcd), 1_000_000)])),
  'a keyring of user pictures': () =>
    keyring(Buffer.concat([ring, filled(short(0xd1), 1_000_000)])),
  'a keyring of private packets': () =>
    keyring(Buffer.concat([ring, filled(short(0xfc), 1_000_000)])),
  'a keyring of certificates': () => keyring(filled(ring, 1_000_000)),
  'a keyring of armours': () => keyring(filled(one.armour, 1_000_000)),
  'a keyring that repeats itself rightly': () => keyring(talkative(one, 4_900)),
  'a keyring that repeats itself wrongly': () => keyring(talkative(one, 4_900, true)),
  'a slow key that repeats itself wrongly': async () =>
    keyring(talkative(slow, 4_900, true), await detached([slow]), slow),
  'a key of numbers without end': () => outsized(),
  'a list of blanks': () => listed(Buffer.alloc(MAX_CHECKSUM_DOCUMENT_BYTES, ' ')),
  'a list of dashes': async () => {
    const text = `-----BEGIN PGP SIGNED MESSAGE-----\n${'Hash: SHA512\n'.repeat(150_000)}`;
    return listed(text);
  },
  'a list with very many signatures': async () => {
    const [head = ''] = (await clearSigned([one], `${sha256('x')}  x\n`)).split(
      '-----BEGIN PGP SIGNATURE',
    );
    const many = filled(bare, MIB).toString('base64');
    return listed(`${head}${armour('SIGNATURE', many)}`);
  },
  'a list of one long line': async () => listed(await clearSigned([one], 'a'.repeat(1_900_000))),
  'a list of blanks at line ends': async () =>
    listed(await clearSigned([one], `${' '.repeat(1_900_000)}x`)),
  'a list of lines': async () => listed(await clearSigned([one], '\n'.repeat(1_900_000))),
  'a list of dashes that are escaped': async () =>
    listed(await clearSigned([one], '-\n'.repeat(600_000))),
  'a source control file of fields': async () =>
    listed(await clearSigned([one], `Format: 3.0\n${'Checksums-Sha256:\n a\n'.repeat(80_000)}`)),
  'an SSH signature of nothing': () =>
    listed('x', { [`${LIST}.sig`]: `-----BEGIN SSH SIGNATURE-----\n${'A'.repeat(60_000)}` }),
};

/** Many subpackets in the part that is signed. */
function notations(): Buffer {
  const area = filled(Buffer.from([2, 100, 0x61]), 60_000);
  const head = Buffer.alloc(6);
  head.set([4, 0, 22, 10]);
  head.writeUInt16BE(area.length, 4);
  return Buffer.from(packetOf(Buffer.concat([head, area, Buffer.alloc(8)])));
}

export interface Judged {
  readonly name: string;
  readonly state: string;
  readonly code: string | null;
  /** Of processor time: others may be busy on this machine. */
  readonly milliseconds: number;
  /** Peak of the process above what it took before this came. */
  readonly mebibytes: number;
}

async function examine({ things, rule }: Scene): Promise<Finding> {
  const make = rule.checksums.length > 0 ? checksumEvidence : openPgpEvidence;
  const sources = { upstream: upstreamOf(things), files: noFiles, clock: { now: () => NOW } };
  return await make({ ...sources, signers: () => [rule] }).examine(FILE, held(CONTENT));
}

/** Judges them all, one after another, in this process; it should be one of its own. */
export async function judgeHostile(): Promise<readonly Judged[]> {
  const peak = (): number => process.resourceUsage().maxRSS / KIB;
  const honest = await clearSigned([one], `${sha256(CONTENT)}  ${FILE.filename}\n`);
  for (let round = 0; round < 20; round += 1) {
    for (const scene of [beside(signature), keyring(one.armour), listed(honest)]) {
      const { state } = await examine(scene);
      if (state !== 'vouched') throw new Error('the honest signature does not hold');
    }
  }
  const judged: Judged[] = [];
  for (const [name, make] of Object.entries(HOSTILE)) {
    const scene = await make();
    const before = peak();
    const began = process.cpuUsage();
    const { state, code } = await examine(scene);
    const { user, system } = process.cpuUsage(began);
    const milliseconds = (user + system) / 1000;
    judged.push({ name, state, code, milliseconds, mebibytes: peak() - before });
  }
  return judged;
}

if (process.argv[2] === 'judge-hostile') process.send?.(await judgeHostile());
if (process.argv[2] === 'show-hostile') console.table(await judgeHostile());

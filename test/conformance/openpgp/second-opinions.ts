// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { checkClearSigned, checkDetached, type PgpOutcome } from '../../../src/crypto/openpgp.ts';
import { isStopping } from '../../../src/evidence/signer-verdict.ts';
import {
  LAX,
  makePgpKey,
  signBare,
  signClear,
  signDetached,
  signInline,
  withoutCrossSignature,
  type PgpKey,
} from '../../world/openpgp-keys.ts';

/* What gpgv and, where it is installed, sqop say of the same OpenPGP signatures as we do. */

interface Case {
  readonly name: string;
  /** `null`: the signature is in the document. */
  readonly signature: Uint8Array | null;
  readonly data: Uint8Array;
  readonly certificate: Uint8Array;
}

interface Opinion {
  readonly name: string;
  readonly ours: string;
  readonly taken: boolean;
  readonly gpgv: boolean;
  /** `null`: it is not installed here. */
  readonly sqop: boolean | null;
}

const DAY = 86_400_000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY);
const CONTENT = Buffer.from('the file');

const OLD_SHA1 = 'it lets no key speak of itself over SHA-1; we believe what was said before 2020';
/** Taken here and not by sqop, each with its reason. */
const LAXER_THAN_SQOP: Readonly<Record<string, string>> = {
  'libssh_0.10.6.orig.tar.xz.asc': OLD_SHA1,
  'pyscard_2.0.5-1.dsc': OLD_SHA1,
  'python-yubico_1.3.3-0.3.dsc': OLD_SHA1,
};

/** @returns the page's text, and what is amiss: what we take and others do not; `null` without gpgv. */
export async function gatherPgpOpinions(data: string): Promise<{
  readonly text: string;
  readonly amiss: readonly string[];
  readonly skipped: readonly string[];
  readonly said: string;
} | null> {
  if (spawnSync('gpgv', ['--version']).status !== 0) return null;
  const hasSqop = spawnSync('sqop', ['version']).status === 0;
  const cases = [...realCases(data), ...(await madeCases())];
  const opinions: Opinion[] = [];
  for (const one of cases) opinions.push(await opinionOn(one, hasSqop));
  const laxer = opinions.filter(({ taken, gpgv }) => taken && !gpgv);
  const laxerThanSqop = opinions.filter(
    ({ taken, sqop, name }) => taken && sqop === false && LAXER_THAN_SQOP[name] === undefined,
  );
  return {
    text: tableOf(opinions),
    amiss: [
      ...laxer.map(({ name }) => `taken here, and not by gpgv: ${name}`),
      ...laxerThanSqop.map(({ name }) => `taken here, and not by sqop: ${name}`),
    ],
    skipped: hasSqop ? [] : ['sqop: skipped, it is not installed here (apt-get install sqop)'],
    said: `of ${opinions.length} inputs ${wordsOn(opinions, 'gpgv')}${hasSqop ? ` ${wordsOn(opinions, 'sqop')}` : ''}`,
  };
}

function wordsOn(opinions: readonly Opinion[], who: 'gpgv' | 'sqop'): string {
  const both = opinions.filter((one) => one.taken === one[who]).length;
  const stricter = opinions.filter((one) => !one.taken && one[who] === true).length;
  const laxer = opinions.filter((one) => one.taken && one[who] === false).length;
  return `${who} and we agree on ${both}; we refuse ${stricter} that it takes, and take ${laxer} that it refuses.`;
}

function tableOf(opinions: readonly Opinion[]): string {
  const word = (taken: boolean, other: boolean | null): string => {
    if (other === null) return 'not here';
    return `${other ? 'takes' : 'refuses'}${taken === other ? '' : ' **differ**'}`;
  };
  const rows = opinions.map(({ name, ours, taken, gpgv, sqop }) => {
    const why = taken && sqop === false ? `: ${LAXER_THAN_SQOP[name] ?? 'nobody knows why'}` : '';
    return `| ${name} | ${taken ? 'takes' : 'refuses'}: ${ours.replaceAll('|', '\\|')} | ${word(taken, gpgv)} | ${word(taken, sqop)}${why} |`;
  });
  return ['| input | wheelproof | gpgv | sqop |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

async function opinionOn(
  { name, signature, data, certificate }: Case,
  hasSqop: boolean,
): Promise<Opinion> {
  const { taken, words: said } = await ourWord({ name, signature, data, certificate });
  // Keys that are made for it are others each time.
  const words = name.startsWith('made: ') ? said.replaceAll(/\b[0-9a-f]{16}\b/gu, 'KEY') : said;
  const folder = mkdtempSync(join(tmpdir(), 'wheelproof-opinions-'));
  try {
    const at = (file: string): string => join(folder, file);
    writeFileSync(at('data'), data);
    writeFileSync(at('cert'), certificate);
    writeFileSync(at('ring'), await binaryRing(certificate));
    if (signature !== null) writeFileSync(at('sig'), signature);
    const files = signature === null ? [at('data')] : [at('sig'), at('data')];
    const gpgv = spawnSync('gpgv', ['--homedir', folder, '--keyring', at('ring'), ...files]);
    const verb =
      signature === null ? ['inline-verify', at('cert')] : ['verify', at('sig'), at('cert')];
    const sqop = hasSqop ? spawnSync('sqop', verb, { input: data }) : null;
    return {
      name,
      ours: words,
      taken,
      gpgv: gpgv.status === 0,
      sqop: sqop === null ? null : sqop.status === 0,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As an install judges it: none is forged, and one is good, by a key that has not ended. */
async function ourWord(one: Case): Promise<{ readonly taken: boolean; readonly words: string }> {
  const check = { certificates: [one.certificate], now: Date.now() };
  try {
    const outcomes =
      one.signature === null
        ? (await checkClearSigned(one.data, check)).outcomes
        : await checkDetached(one.data, one.signature, check);
    const stopped = outcomes.some((each) => !each.good && isStopping(each.code));
    const taken = !stopped && outcomes.some((each) => each.good && each.ended === undefined);
    return { taken, words: outcomes.map(wordsOf).join('; ') };
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { taken: false, words: `WP-SIGNATURE-MALFORMED (${why})` };
  }
}

function wordsOf(outcome: PgpOutcome): string {
  if (!outcome.good) return `${outcome.code} (${outcome.reason})`;
  if (outcome.ended === undefined) return 'good';
  return outcome.ended === 'expired'
    ? 'WP-KEY-EXPIRED (good when made)'
    : 'WP-KEY-REVOKED (good when made)';
}

/** gpgv reads no armour. */
async function binaryRing(certificate: Uint8Array): Promise<Uint8Array> {
  const text = Buffer.from(certificate).toString('latin1');
  if (!text.trimStart().startsWith('-----BEGIN')) return certificate;
  const keys = await openpgp.readKeys({ armoredKeys: text });
  return Buffer.concat(keys.map((key) => key.write()));
}

function realCases(data: string): readonly Case[] {
  const detached = join(data, 'pgp', 'detached');
  const clear = join(data, 'pgp', 'clearsigned');
  if (!existsSync(detached)) return [];
  const read = (...path: readonly string[]): Buffer => readFileSync(join(...path));
  const files = readdirSync(detached).filter(
    (name) => name.endsWith('.asc') && !name.includes('signing-key'),
  );
  const documents = readdirSync(clear).filter((name) => name.endsWith('.dsc'));
  const keys = Buffer.concat(
    readdirSync(join(clear, 'keys')).map((name) =>
      Buffer.from(`${read(clear, 'keys', name).toString()}\n`),
    ),
  );
  return [
    ...files.flatMap((name) => {
      const file = name.slice(0, -'.asc'.length);
      if (!existsSync(join(detached, file))) return [];
      const key = `${file.split('_')[0] ?? ''}.signing-key.asc`;
      const signature = read(detached, name);
      return [{ name, signature, data: read(detached, file), certificate: read(detached, key) }];
    }),
    ...documents.map((name) => {
      const mine = keyringFor(read(clear, name), join(clear, 'keys'));
      return { name, signature: null, data: read(clear, name), certificate: mine ?? keys };
    }),
  ];
}

/** The one certificate that INDEX.json names for a document: gpgv is slow with them all. */
function keyringFor(document: Uint8Array, folder: string): Uint8Array | null {
  const index: unknown = JSON.parse(readFileSync(join(folder, '..', 'INDEX.json'), 'utf8'));
  if (!Array.isArray(index)) return null;
  for (const entry of index as readonly unknown[]) {
    if (typeof entry !== 'object' || entry === null) continue;
    const name: unknown = Reflect.get(entry, 'dsc');
    const key: unknown = Reflect.get(entry, 'primary_key');
    if (typeof name !== 'string' || typeof key !== 'string') continue;
    if (readFileSync(join(folder, '..', name)).equals(document)) {
      return readFileSync(join(folder, `${key}.asc`));
    }
  }
  return null;
}

/** What the attacks of the catalogue are made of. */
async function madeCases(): Promise<readonly Case[]> {
  const own = await makePgpKey(daysAgo(100));
  const other = await makePgpKey(daysAgo(100), 'Other');
  const expiring = await makePgpKey(daysAgo(100), 'Old', { keyExpirationTime: 50 * 86_400 });
  const subkey = await makePgpKey(daysAgo(100), 'Sub', { subkeys: [{ sign: true }] });
  const rsa = await makePgpKey(daysAgo(100), 'RSA', { type: 'rsa', rsaBits: 2048 });
  const small = await makePgpKey(daysAgo(100), 'Small', { type: 'rsa', rsaBits: 1024 });
  const young = await makePgpKey(daysAgo(1), 'Young');
  const at = daysAgo(2);
  const sub = subkey.key.subkeys[0] ?? subkey.key;
  const made = (
    name: string,
    { armour }: Pick<PgpKey, 'armour'>,
    signature: Uint8Array | string,
  ) => ({
    name: `made: ${name}`,
    signature: Buffer.from(signature),
    data: CONTENT,
    certificate: Buffer.from(armour),
  });
  const { sha1, sha512 } = openpgp.enums.hash;
  const { keyCompromised, keyRetired } = openpgp.enums.reasonForRevocation;
  const good = await signBare(own.key, CONTENT, { at });
  const forged = await signBare(own.key, Buffer.from('another'), { at });
  const clear = Buffer.from(await signClear([own], 'the list\n', at));
  return [
    made('as it should be', own, await signDetached([own], CONTENT, at)),
    made('by a subkey', subkey, await signBare(sub, CONTENT, { at })),
    made('over other bytes', own, forged),
    made('a good one, then a bad one', own, Buffer.concat([good, forged])),
    made('a bad one, then a good one', own, Buffer.concat([forged, good])),
    made('by a key that is not in the ring', other, good),
    made(
      'an expired key, while it lived',
      expiring,
      await signBare(expiring.key, CONTENT, { at: daysAgo(60) }),
    ),
    made('an expired key, afterwards', expiring, await signBare(expiring.key, CONTENT, { at })),
    made(
      'a key revoked as stolen',
      { armour: await revoked(other, keyCompromised) },
      await signBare(other.key, CONTENT, { at }),
    ),
    made(
      'a key retired since',
      { armour: await revoked(other, keyRetired) },
      await signBare(other.key, CONTENT, { at }),
    ),
    made('over SHA-1', rsa, await signBare(rsa.key, CONTENT, { at, hash: sha1 })),
    made('RSA of 1024 bits', small, await signBare(small.key, CONTENT, { at, hash: sha512 })),
    made('a key newer than the signature', young, await signBare(young.key, CONTENT, { at })),
    made(
      'a subkey without cross-signature',
      { armour: await withoutCrossSignature(subkey, 2, daysAgo(99)) },
      await signBare(sub, CONTENT, { at }),
    ),
    made(
      'a subkey for encryption',
      { armour: await withoutCrossSignature(subkey, 4, daysAgo(99)) },
      await signBare(sub, CONTENT, { at }),
    ),
    made('a whole message', own, await signInline(own, CONTENT, at)),
    {
      name: 'made: clear-signed',
      signature: null,
      data: clear,
      certificate: Buffer.from(own.armour),
    },
    {
      name: 'made: clear-signed and changed',
      signature: null,
      data: Buffer.from(clear.toString().replace('list', 'lost')),
      certificate: Buffer.from(own.armour),
    },
  ];
}

async function revoked({ key }: PgpKey, flag: openpgp.enums.reasonForRevocation): Promise<string> {
  const wish = {
    key,
    reasonForRevocation: { flag },
    date: daysAgo(1),
    format: 'object',
    config: LAX,
  } as const;
  return (await openpgp.revokeKey(wish)).publicKey.armor();
}

// SPDX-License-Identifier: Apache-2.0
import * as openpgp from 'openpgp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Artifact, ListedFile } from '../core/artifact.ts';
import { bareListing } from '../core/listed-file.ts';
import type { SignerRule } from '../core/signer-rule.ts';
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

const ASC = `${FILE.url}.asc`;
let one: TestKey;
let two: TestKey;
let stranger: TestKey;

beforeAll(async () => {
  [one, two, stranger] = await Promise.all([
    makeKey('One \u202e<one@example>'),
    makeKey('Two'),
    makeKey('Stranger'),
  ]);
});

type Things = Parameters<typeof upstreamOf>[0];

const examine = async (
  things: Things,
  rules: readonly SignerRule[],
  { artifact = FILE, content = CONTENT, now = NOW, asked = [] as string[] } = {},
) =>
  await openPgpEvidence({
    upstream: upstreamOf(things, asked),
    files: noFiles,
    signers: (project) => (project === 'good' ? rules : []),
    clock: { now: () => now },
  }).examine(artifact, held(content));

const listed = (gpgSig: boolean | null): Artifact => {
  const entry: ListedFile = {
    ...bareListing(FILE.filename, FILE.url),
    hashes: { sha256: sha256(CONTENT) },
    gpgSig,
  };
  return { ...FILE, listed: entry };
};

describe('who may sign', () => {
  test('an authorised key vouches, under its fingerprint, and its own name is harmless text', async () => {
    const finding = await examine({ [ASC]: await detached([one]) }, [ruleFor([one])]);
    expect(finding).toMatchObject({
      state: 'vouched',
      identity: `OpenPGP key ${one.fingerprint}`,
      authorities: [`OpenPGP key ${one.fingerprint}`],
    });
    expect(finding.detail).toContain('One \\u{202e}<one@example>');
    expect(finding.detail).toContain('authorised for good by wheelproof.toml [[signer]] 1');
  });

  test('a subkey by its own fingerprint or by its certificate (rotation)', async () => {
    const key = await makeKey('Sub', { subkeys: [{ sign: true }] });
    const subkey = key.key.getSubkeys()[0]?.getFingerprint().toUpperCase() ?? '';
    const things = { [ASC]: await detached([key]) };
    expect((await examine(things, [ruleFor([key])])).state).toBe('vouched');
    const bySubkey = ruleFor([key], { openpgp: [subkey] });
    expect((await examine(things, [bySubkey])).identity).toBe(`OpenPGP key ${key.fingerprint}`);
  });

  test('a key that is only in the ring does not (I01)', async () => {
    const rule = ruleFor([one], { keyrings: [one.armour, stranger.armour] });
    const finding = await examine({ [ASC]: await detached([stranger]) }, [rule]);
    expect(finding).toMatchObject({ state: 'failed', code: 'WP-SIGNER-UNKNOWN' });
    expect(finding.detail).toContain(stranger.fingerprint);
  });

  test('nor one that is not', async () => {
    const finding = await examine({ [ASC]: await detached([stranger]) }, [ruleFor([one])]);
    expect(finding).toMatchObject({ state: 'failed', code: 'WP-SIGNER-UNKNOWN' });
  });

  test('a stranger beside an authorised key spoils nothing; a forgery does (I06)', async () => {
    const both = await detached([stranger, one]);
    expect((await examine({ [ASC]: both }, [ruleFor([one])])).state).toBe('vouched');
    const bad = await openpgp.readSignature({
      armoredSignature: await detached([two], Buffer.from('x')),
    });
    const good = await openpgp.readSignature({ armoredSignature: await detached([one]) });
    for (const order of [
      [good, bad],
      [bad, good],
    ]) {
      const bytes = Buffer.concat(order.map((each) => each.write()));
      const finding = await examine({ [ASC]: bytes }, [ruleFor([one, two])]);
      expect(finding).toMatchObject({ state: 'failed', code: 'WP-SIGNATURE-BAD' });
    }
  });

  test('several armours one behind the other, of keys and of signatures', async () => {
    const keyrings = [`${stranger.armour}\n${one.armour}\n${two.armour}`];
    const rule = ruleFor([one, two], { keyrings, threshold: 2 });
    const things = { [ASC]: `${await detached([one])}\n${await detached([two])}` };
    expect((await examine(things, [rule])).authorities).toHaveLength(2);
    const bad = await detached([two], Buffer.from('x'));
    const forged = { [ASC]: `${await detached([one])}\n${bad}` };
    expect(await examine(forged, [rule])).toMatchObject({ code: 'WP-SIGNATURE-BAD' });
  });

  test('threshold counts different keys', async () => {
    const rule = ruleFor([one, two], { threshold: 2 });
    const twice = await detached([one, one]);
    expect((await examine({ [ASC]: twice }, [rule])).state).toBe('absent');
    const finding = await examine({ [ASC]: await detached([one, two]) }, [rule]);
    expect(finding.authorities).toHaveLength(2);
  });

  test('of two tables each may authorise', async () => {
    const rules = [ruleFor([two]), ruleFor([one], { source: 'second' })];
    const finding = await examine({ [ASC]: await detached([one]) }, rules);
    expect(finding.state).toBe('vouched');
    expect(finding.detail).toContain('second');
  });
});

describe('what is wrong has its code', () => {
  test('other bytes', async () => {
    const things = { [ASC]: await detached([one]) };
    const content = Buffer.from('other');
    expect(await examine(things, [ruleFor([one])], { content })).toMatchObject({
      state: 'failed',
      code: 'WP-SIGNATURE-BAD',
    });
  });

  test('a key that has expired, unless the table accepts it (I02)', async () => {
    const key = await makeKey('Old', { keyExpirationTime: (105 * DAY) / 1000 });
    const things = { [ASC]: await detached([key]) };
    const now = NOW + 10 * DAY;
    expect(await examine(things, [ruleFor([key])], { now })).toMatchObject({
      state: 'failed',
      code: 'WP-KEY-EXPIRED',
    });
    const rule = ruleFor([key], { acceptEndedKeys: true });
    expect((await examine(things, [rule], { now })).state).toBe('vouched');
  });

  test('a key that this user has revoked, whatever its certificate says', async () => {
    const revoked = [`OpenPGP key ${one.fingerprint}`];
    const things = { [ASC]: await detached([one]) };
    expect(await examine(things, [ruleFor([one], { revoked })])).toMatchObject({
      state: 'failed',
      code: 'WP-KEY-REVOKED',
    });
    const both = { [ASC]: await detached([one, two]) };
    const finding = await examine(both, [ruleFor([one, two], { revoked })]);
    expect(finding.authorities).toEqual([`OpenPGP key ${two.fingerprint}`]);
  });

  test('a signature of a text, which other line ends have too', async () => {
    const message = await openpgp.createMessage({ text: 'a\nb' });
    const signingKeys = one.key;
    const date = new Date(NOW - DAY);
    const asc = await openpgp.sign({ message, signingKeys, detached: true, date });
    for (const content of ['a\nb', 'a\r\nb']) {
      const found = await examine({ [ASC]: asc }, [ruleFor([one])], {
        content: Buffer.from(content),
      });
      expect(found).toMatchObject({ state: 'failed', code: 'WP-KEY-USAGE' });
    }
  });

  test('a whole message, clear-signed or not, where a detached signature is due (I04)', async () => {
    const message = await openpgp.createMessage({ binary: CONTENT });
    const inline = await openpgp.sign({ message, signingKeys: one.key });
    for (const asc of [inline, await clearSigned([one], 'the file'), 'nonsense', '']) {
      expect(await examine({ [ASC]: asc }, [ruleFor([one])])).toMatchObject({
        state: 'failed',
        code: 'WP-SIGNATURE-MALFORMED',
      });
    }
  });

  test('a keyring that is none', async () => {
    const rule = ruleFor([one], { keyrings: ['bm90aGluZw=='] });
    expect(await examine({ [ASC]: await detached([one]) }, [rule])).toMatchObject({
      state: 'failed',
      code: 'WP-SIGNER-KEYS',
    });
  });
});

describe('where signatures lie', () => {
  test('nobody is asked where no table names the project', async () => {
    const asked: string[] = [];
    const finding = await examine({}, [], { asked });
    expect(finding.state).toBe('absent');
    expect(asked).toEqual([]);
  });

  test.each([
    [true, 'unreachable', 1],
    [null, 'absent', 1],
    [false, 'absent', 0],
  ] as const)('gpg-sig %s, and nothing there: %s', async (gpgSig, state, requests) => {
    const asked: string[] = [];
    const finding = await examine({}, [ruleFor([one])], { artifact: listed(gpgSig), asked });
    expect(finding.state).toBe(state);
    expect(asked).toHaveLength(requests);
  });

  test('unreachable is not absent', async () => {
    expect(await examine({ [ASC]: 503 }, [ruleFor([one])])).toMatchObject({
      state: 'unreachable',
      code: 'WP-UPSTREAM-STATUS',
    });
  });

  test('at a template, in which a hostile version leads nowhere else', async () => {
    const signatures = ['https://good.example/{version}/{filename}.asc'];
    const asked: string[] = [];
    const artifact = { ...FILE, version: '../../x?y' };
    await examine({}, [ruleFor([one], { signatures })], { artifact, asked });
    expect(asked).toEqual(['https://good.example/..%2F..%2Fx%3Fy/good-1.0.tar.gz.asc']);
    const there = { 'https://good.example/1.0/good-1.0.tar.gz.asc': await detached([one]) };
    expect((await examine(there, [ruleFor([one], { signatures })])).state).toBe('vouched');
  });

  test('at a place for each signer; what is enough needs no other place', async () => {
    const places = ['https://one.example/x.asc', 'https://two.example/x.asc'] as const;
    const rule = ruleFor([one, two], { signatures: places, threshold: 2 });
    const [first, second] = [await detached([one]), await detached([two])];
    const there = { [places[0]]: first, [places[1]]: second };
    expect((await examine(there, [rule])).authorities).toHaveLength(2);
    const half = { [places[0]]: first, [places[1]]: 503 };
    expect((await examine(half, [rule])).state).toBe('unreachable');
    expect((await examine(half, [{ ...rule, threshold: 1 }])).state).toBe('vouched');
    expect((await examine({ [places[0]]: first }, [rule])).state).toBe('absent');
  });

  test('in a local folder', async () => {
    const signature = Buffer.from(await detached([one]));
    const paths: string[] = [];
    const kind = openPgpEvidence({
      upstream: upstreamOf({}),
      files: {
        read: async (path) => {
          paths.push(path);
          return path === '/sigs/good-1.0.tar.gz.asc' ? signature : null;
        },
      },
      signers: () => [ruleFor([one], { signatures: ['/sigs/{filename}.asc'] })],
      clock: { now: () => NOW },
    });
    expect((await kind.examine(FILE, held())).state).toBe('vouched');
    await kind.examine({ ...FILE, filename: '../x' }, held());
    expect(paths.at(-1)).not.toContain('..');
  });

  test('an endless one is cut (I15)', async () => {
    const finding = await openPgpEvidence({
      upstream: upstreamOf({}),
      files: { read: async () => 'too long' },
      signers: () => [ruleFor([one], { signatures: ['/sigs/x.asc'] })],
      clock: { now: () => NOW },
    }).examine(FILE, held());
    expect(finding).toMatchObject({ state: 'failed', code: 'WP-SIGNATURE-LIMIT' });
  });
});

// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { placesOf } from '../host/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import type { HeldKey } from '../trust/held-keys.ts';
import { openHeldKeys } from './held-signers.ts';
import { exportAll, importAll } from './trust-exchange.ts';

const FINGERPRINT = 'AB'.repeat(20);
const KEY: HeldKey = {
  name: 'good',
  rule: {
    project: 'good*',
    speaksFor: 'publisher',
    openpgp: [FINGERPRINT],
    keyrings: ['armour'],
    minisign: [],
    ssh: [],
    sshNamespace: 'file',
    signatures: null,
    checksums: [],
    threshold: 1,
    acceptEndedKeys: false,
  },
  reason: 'met her',
  owner: 'ana',
  addedAt: 1_000,
  revokedAt: null,
};

let ground = '';
beforeEach(() => {
  ground = mkdtempSync(join(tmpdir(), 'wheelproof-exchange-'));
});
afterEach(() => rmSync(ground, { recursive: true, force: true }));

function home(name: string) {
  const keys = async () => await openHeldKeys(placesOf({}, join(ground, name)));
  const rows = openMemoryTrustRows();
  const context = { rows, keys, clock: { now: () => 5_000 }, owner: 'ben' };
  const document = async (): Promise<string> => {
    let text = '';
    const io = { out: (words: string) => void (text += words), stdin, stdinIsTerminal: false };
    await exportAll(context, io, '-');
    return text;
  };
  const take = async (text: string): Promise<string> => {
    let said = '';
    const io = {
      out: (words: string) => void (said += words),
      stdin: async () => Buffer.from(text),
      stdinIsTerminal: false,
    };
    try {
      await importAll(async () => context, io, '-', {});
      return said;
    } catch (thrown) {
      if (thrown instanceof Refusal) return thrown.code;
      throw thrown;
    }
  };
  return { document, take, keys };
}

const stdin = async (): Promise<Uint8Array> => new Uint8Array();

test('keys travel with what else is trusted, and a revocation wins whoever imports', async () => {
  const [mine, theirs] = [home('mine'), home('theirs')];
  await (await mine.keys()).save(KEY);
  const text = await mine.document();
  expect(await theirs.take(text)).toContain('1 added, 0 merged, 0 unchanged');
  expect(await (await theirs.keys()).all()).toEqual([KEY]);
  expect(await theirs.take(text)).toContain('0 added, 0 merged, 1 unchanged');
  const revoked = { ...KEY, reason: 'stolen', revokedAt: 3_000 };
  await (await theirs.keys()).save(revoked);
  expect(await mine.take(await theirs.document())).toContain('1 merged');
  expect(await (await mine.keys()).all()).toEqual([revoked]);
  expect(await theirs.take(text)).toContain('1 unchanged');
  expect(await (await theirs.keys()).all()).toEqual([revoked]);
});

test('another key under the same name stays out', async () => {
  const [mine, theirs] = [home('mine'), home('theirs')];
  await (await mine.keys()).save(KEY);
  const other = { ...KEY, rule: { ...KEY.rule, openpgp: ['CD'.repeat(20)] } };
  await (await theirs.keys()).save(other);
  expect(await theirs.take(await mine.document())).toContain('another key is held as "good" here');
  expect(await (await theirs.keys()).all()).toEqual([other]);
});

test.each([
  ['a short id', { openpgp: ['89ABCDEF'] }],
  ['another project', { project: '../x' }],
  ['a threshold of nobody', { threshold: 2 }],
  ['no SSH key', { ssh: ['a ssh-ed25519 AAAA'] }],
  ['another role', { speaksFor: 'everybody' }],
])('a document with %s is refused whole', async (_name, over) => {
  const [mine, theirs] = [home('mine'), home('theirs')];
  await (await mine.keys()).save(KEY);
  const document: { keys: [{ rule: object }] } = JSON.parse(await mine.document());
  Object.assign(document.keys[0].rule, over);
  expect(await theirs.take(JSON.stringify(document))).toBe('WP-TRUST-DOCUMENT');
  expect(await (await theirs.keys()).all()).toEqual([]);
});

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { InstalledFiles, WheelFiles } from '../core/host.ts';
import type { Receipt } from '../core/verification.ts';
import { installedFiles, openDigesting, takeSnapshot } from '../host/index.ts';
import { holdAgainstReceipts } from './after-install.ts';

const FILES = 1200;
const INFO = 'good-1.0.dist-info';

const digestOf = (text: string, encoding: 'hex' | 'base64url'): string =>
  createHash('sha256').update(text).digest(encoding);

interface Scene {
  readonly site: string;
  readonly wheel: WheelFiles;
}

/** A wheel of many files, as pip lays it down. */
async function install(): Promise<Scene> {
  const site = await mkdtemp(join(tmpdir(), 'wheelproof-site-'));
  onTestFinished(() => rm(site, { recursive: true, force: true }));
  const texts = new Map([[`${INFO}/METADATA`, 'Name: good\nVersion: 1.0\n']]);
  for (let at = 0; at < FILES; at += 1) texts.set(`good/p${at % 9}/m${at}.py`, `x = ${at}\n`);
  const lines: string[] = [];
  for (const [path, text] of [...texts, [`${INFO}/INSTALLER`, 'pip\n'] as const]) {
    await mkdir(join(site, path, '..'), { recursive: true });
    await writeFile(join(site, path), text);
    lines.push(`${path},sha256=${digestOf(text, 'base64url')},${text.length}`);
  }
  await writeFile(join(site, INFO, 'RECORD'), `${lines.join('\n')}\n${INFO}/RECORD,,\n`);
  const members = [...texts].map(([path, text]) => ({
    path,
    size: text.length,
    sha256: digestOf(text, 'hex'),
  }));
  const read = async (path: string) => Buffer.from(texts.get(path) ?? '');
  return { site, wheel: { distInfo: INFO, members, commands: new Set(), read } };
}

const RECEIPT: Receipt = {
  artifact: {
    index: 'i',
    project: 'good',
    version: '1.0',
    filename: 'good-1.0-py3-none-any.whl',
    kind: 'wheel',
    url: 'https://files.test/good-1.0-py3-none-any.whl',
    listed: null,
  },
  sha256: '0',
  size: 1,
  at: 0,
  asked: true,
  decision: { verdict: 'first-seen', reasons: [], findings: [], notes: [] },
};

async function found({ site, wheel }: Scene, files: InstalledFiles) {
  const look = {
    before: { found: [], listings: [] },
    after: await takeSnapshot([{ kind: 'directory', path: site }]),
    endedWell: true,
    runsProgram: false,
    words: ['pip', 'install', 'good'],
  };
  const grounds = { receipts: [RECEIPT], recallRelease: () => [], files };
  const { refusals, notes } = await holdAgainstReceipts(look, {
    ...grounds,
    openWheel: async () => wheel,
  });
  return { refusals: refusals.map(({ code, message }) => `${code} ${message}`), notes };
}

test('two threads find what one finds, in an environment of many files', async () => {
  const digesting = openDigesting({ worthBytes: 1 });
  onTestFinished(() => digesting.close());
  digesting.expect(FILES, 0);
  const scene = await install();
  const { site } = scene;
  expect(await found(scene, digesting.files)).toEqual({ refusals: [], notes: [] });
  await writeFile(join(site, 'good/p0/m9.py'), 'x = 8\n');
  await writeFile(join(site, 'good/p1/m1000.py'), 'longer than before\n');
  await rm(join(site, 'good/p2/m2.py'));
  await rm(join(site, 'good/p3/m3.py'));
  await symlink('m12.py', join(site, 'good/p3/m3.py'));
  await writeFile(join(site, 'good/p4/stray.py'), 'evil\n');
  const { refusals, notes } = await found(scene, digesting.files);
  expect(refusals).toHaveLength(2);
  for (const path of ['p0/m9.py', 'p1/m1000.py', 'p3/m3.py'])
    expect(refusals[0]).toContain(`${site}/good/${path}`);
  expect(refusals[0]).toContain('WP-INSTALLED-BYTES');
  expect(refusals[1]).toContain('WP-NO-RECEIPT');
  expect(refusals[1]).toContain('stray.py');
  expect(notes).toEqual([`good 1.0: not there any more: ${site}/good/p2/m2.py`]);
  expect(await found(scene, installedFiles)).toEqual({ refusals, notes });
});

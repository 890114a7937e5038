// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { InstalledFiles } from '../core/host.ts';
import type { Grounds } from './installed.ts';
import {
  SITE,
  diskOf,
  found,
  installed,
  receipt,
  wheelOf,
} from './installed-scene.test-support.ts';
import { reconcileAll } from './reconciliation.ts';

const WHEEL = wheelOf({ 'good.py': 'X', 'tests/__init__.py': 'T' });
const grounds = (files: InstalledFiles, changes: Partial<Grounds> = {}): Grounds => ({
  receipts: [receipt('good-1.0-py3-none-any.whl')],
  recallRelease: () => [],
  openWheel: async () => WHEEL,
  files,
  ...changes,
});

test('a changed file is a refusal', async () => {
  const files = installed({ 'good.py': 'X', 'tests/__init__.py': 'T' });
  const evil = installed({ 'good.py': 'E', 'tests/__init__.py': 'T' });
  const disk = grounds({ ...evil, record: (one) => files.record(one) });
  const [one] = await reconcileAll([found()], disk, true);
  expect(one?.refusals.map(({ code }) => code)).toEqual(['WP-INSTALLED-BYTES']);
  expect(one?.refusals[0]?.message).toContain(`${SITE}/good.py`);
});

test('unless another new distribution brings just these bytes', async () => {
  const other = { ...found(), name: 'other', distInfo: `${SITE}/other-1.0.dist-info` };
  const theirs = receipt('other-1.0-py3-none-any.whl');
  const others = { ...theirs, artifact: { ...theirs.artifact, project: 'other' } };
  const files = diskOf({ [`${SITE}/good.py`]: 'X', [`${SITE}/tests/__init__.py`]: 'O' }, {});
  const ofOther = wheelOf({ 'tests/__init__.py': 'O' });
  const lines = (of: typeof WHEEL, info: string) => [
    ...of.members,
    { path: `${info}/INSTALLER`, sha256: null },
  ];
  const all = grounds(
    {
      ...files,
      record: async ({ name }) =>
        name === 'other'
          ? lines(ofOther, 'other-1.0.dist-info')
          : lines(WHEEL, 'good-1.0.dist-info'),
    },
    {
      receipts: [receipt('good-1.0-py3-none-any.whl'), others],
      openWheel: async (_, name) => (name.startsWith('other') ? ofOther : WHEEL),
    },
  );
  const alone = await reconcileAll([found()], all, true);
  expect(alone[0]?.refusals).toHaveLength(1);
  const both = await reconcileAll([found(), other], all, true);
  expect(both.flatMap(({ refusals }) => refusals)).toEqual([]);
});

test('missing files are half an install when the installer was ended, otherwise a note', async () => {
  const files = diskOf({ [`${SITE}/good.py`]: 'X' }, null);
  const [ended] = await reconcileAll([found()], grounds(files), false);
  expect(ended?.unfinished).toEqual([`${SITE}/tests/__init__.py`]);
  expect(ended?.refusals).toEqual([]);
  const [whole] = await reconcileAll([found()], grounds(files), true);
  expect(whole?.refusals.map(({ code }) => code)).toEqual(['WP-NO-RECEIPT']);
  expect(whole?.notes.join()).toContain('tests/__init__.py');
});

test('what has no receipt has none, half installed or not', async () => {
  const files = diskOf({}, null);
  const [one] = await reconcileAll([found()], grounds(files, { receipts: [] }), false);
  expect(one?.refusals.map(({ code }) => code)).toEqual(['WP-NO-RECEIPT']);
});

// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { diskOf, DIST_INFO, found, sha256, SITE, wheelOf } from './installed-scene.test-support.ts';
import { reconcile } from './installed.ts';

const MEMBERS = { 'good/__init__.py': 'GOOD', [`${DIST_INFO}/METADATA`]: 'Name: good' };
const lines = Object.fromEntries(
  Object.entries(MEMBERS).map(([path, text]) => [path, sha256(text)]),
);
const files = Object.fromEntries(
  Object.entries(MEMBERS).map(([path, text]) => [`${SITE}/${path}`, text]),
);
/** What virtualenv adds, and does not hash. */
const ADDED = {
  [`${DIST_INFO}/RECORD`]: null,
  [`${DIST_INFO}/INSTALLER`]: null,
  'good-1.0.virtualenv': null,
  'good/__init__.cpython-311.pyc': null,
  'good/__pycache__': null,
  '../../../bin/pip-3.11': null,
};

async function held(
  disk: Readonly<Record<string, string>>,
  record: Readonly<Record<string, string | null>> = { ...lines, ...ADDED },
) {
  const { reason, distribution } = await reconcile(found(), {
    receipts: [],
    recallRelease: () => [],
    files: diskOf(disk, record),
    openWheel: () => Promise.resolve(null),
    seeds: () => Promise.resolve([wheelOf(MEMBERS)]),
  });
  return reason?.code ?? distribution.source;
}

it('takes what an installer seeds its environments with for its own', async () => {
  expect(await held({ ...files, [`${SITE}/good-1.0.virtualenv`]: '' })).toBe('local');
});

it('takes nothing for a seed that differs in a byte', async () => {
  const altered = { ...files, [`${SITE}/good/__init__.py`]: 'EVIL' };
  expect(await held(altered)).toBe('WP-NO-RECEIPT');
  const record = { ...lines, ...ADDED, 'good/__init__.py': sha256('EVIL') };
  expect(await held(altered, record)).toBe('WP-NO-RECEIPT');
});

it('takes nothing for a seed that brings more', async () => {
  const more = { ...files, [`${SITE}/evil.py`]: 'EVIL' };
  expect(await held(more, { ...lines, ...ADDED, 'evil.py': null })).toBe('WP-NO-RECEIPT');
  const hidden = { ...files, [`${SITE}/good/__init__.cpython-311.pyc`]: 'EVIL' };
  expect(await held(hidden)).toBe('WP-NO-RECEIPT');
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { InstalledFiles, WheelFiles } from '../core/host.ts';
import {
  DIST_INFO,
  SITE,
  diskOf,
  found,
  installed,
  sha256,
  wheelOf,
} from './installed-scene.test-support.ts';
import { compareWithWheel } from './wheel-comparison.ts';

const compare = async (wheel: WheelFiles, files: InstalledFiles) => {
  const { foreign, omitted, altered, missing, finished } = await compareWithWheel(
    found(),
    await files.record(found()),
    { wheel, files },
  );
  return {
    foreign: [...foreign, ...omitted],
    altered: altered.map(({ path }) => path),
    missing,
    finished,
  };
};
const AGREES = { foreign: [], altered: [], missing: [], finished: true };
const NOTES = { [`${DIST_INFO}/INSTALLER`]: sha256('pip'), [`${DIST_INFO}/RECORD`]: null };

test('what installers add is no difference', async () => {
  const files = diskOf(
    { [`${SITE}/good.py`]: 'X' },
    {
      'good.py': sha256('X'),
      '__pycache__/good.cpython-311.pyc': null,
      [`${DIST_INFO}/REQUESTED`]: sha256(''),
      [`${DIST_INFO}/direct_url.json`]: sha256('{}'),
      [`${DIST_INFO}/uv_cache.json`]: sha256('{}'),
      '../../../bin/good': sha256('made from an entry point'),
      '../../../bin/pip3.11': sha256('made from an entry point'),
      ...NOTES,
    },
  );
  const wheel = wheelOf({ 'good.py': 'X' }, { commands: ['good', 'pip'] });
  expect(await compare(wheel, files)).toEqual(AGREES);
});

describe('is no receipt for', () => {
  test.each([
    ['another hash', { 'good.py': sha256('Y'), ...NOTES }, ['good.py']],
    ['a line without a hash', { 'good.py': null, ...NOTES }, ['good.py']],
    ['a file left out', NOTES, ['good.py']],
    ['a file more', { 'good.py': sha256('X'), 'more.pth': sha256('M'), ...NOTES }, ['more.pth']],
    [
      'a program that no entry point names',
      { 'good.py': sha256('X'), '../../../bin/git': sha256('G'), ...NOTES },
      ['../../../bin/git'],
    ],
    [
      'a program where modules lie',
      { 'good.py': sha256('X'), good: sha256('G'), ...NOTES },
      ['good'],
    ],
  ])('%s', async (_, record, foreign) => {
    const files = diskOf({ [`${SITE}/good.py`]: 'X' }, record);
    const wheel = wheelOf({ 'good.py': 'X' }, { commands: ['good'] });
    expect((await compare(wheel, files)).foreign).toEqual(foreign);
  });
});

test('bytes are read from the disk, whatever the RECORD says', async () => {
  const wheel = wheelOf({ 'a.py': 'A', 'b.py': 'B', 'c.py': 'C' });
  const record = { 'a.py': sha256('A'), 'b.py': sha256('B'), 'c.py': sha256('C'), ...NOTES };
  const files = diskOf({ [`${SITE}/a.py`]: 'x', [`${SITE}/b.py`]: 'longer' }, record);
  expect(await compare(wheel, files)).toEqual({
    ...AGREES,
    altered: [`${SITE}/a.py`, `${SITE}/b.py`],
    missing: [`${SITE}/c.py`],
  });
});

test('a RECORD that is wrong about its own wheel is not the wheel', async () => {
  const members = { 'a.py': 'A', 'b.py': 'B' };
  const wheel = wheelOf(members, { wrong: ['a.py'], unhashed: ['b.py'] });
  const record = { 'a.py': sha256('wrong'), 'b.py': null, ...NOTES };
  const honest = { [`${SITE}/a.py`]: 'A', [`${SITE}/b.py`]: 'B' };
  expect(await compare(wheel, diskOf(honest, record))).toEqual(AGREES);
  const evil = { [`${SITE}/a.py`]: 'A', [`${SITE}/b.py`]: 'E' };
  expect((await compare(wheel, diskOf(evil, record))).altered).toEqual([`${SITE}/b.py`]);
});

test('what a wheel brings compiled may have been compiled anew, beside its source alone', async () => {
  const at = '__pycache__/good.cpython-311.pyc';
  const record = { 'good.py': sha256('X'), [at]: sha256('theirs'), ...NOTES };
  const disk = { [`${SITE}/good.py`]: 'X', [`${SITE}/${at}`]: 'made here' };
  const wheel = wheelOf({ 'good.py': 'X', [at]: 'theirs' });
  expect(await compare(wheel, diskOf(disk, record))).toEqual(AGREES);
  expect(await compare(wheel, diskOf(disk, { ...record, [at]: sha256('made here') }))).toEqual(
    AGREES,
  );
  const alone = wheelOf({ [at]: 'theirs' });
  const { altered } = await compare(alone, diskOf(disk, { [at]: sha256('theirs'), ...NOTES }));
  expect(altered).toEqual([`${SITE}/${at}`]);
});

describe('scripts, whose first line installers write', () => {
  const body = '\nimport os\nprint(os)\n';
  const wheel = wheelOf({ 'good-1.0.data/scripts/run': `#!python${body}` });
  test.each([
    [`#!/env/bin/python${body}`, true],
    [`#!/bin/sh\n'''exec' '/a long/path' "$0" "$@"\n' '''${body}`, true],
    [`#!/env/bin/python\nevil()${body}`, false],
    [`#!/env/bin/python\nimport os\nprint(1)\n`, false],
    [`evil()${body}`, false],
  ])('%j', async (script, same) => {
    const line = '../../../bin/run';
    const files = diskOf({ '/bin/run': script }, { [line]: sha256(script), ...NOTES });
    const at = await compare(wheel, files);
    expect(at).toEqual({ ...AGREES, altered: same ? [] : ['/bin/run'] });
  });
});

test('what `.data` spreads is found wherever the RECORD says, or where --target moves it', async () => {
  const wheel = wheelOf({
    'good-1.0.data/data/share/good.txt': 'S',
    'good-1.0.data/headers/good.h': 'H',
    'good-1.0.data/purelib/pure.py': 'P',
    'good-1.0.data/platlib/plat.py': 'L',
  });
  const record = {
    '../../share/good.txt': sha256('S'),
    '../../include/site/good.h': sha256('H'),
    'pure.py': sha256('P'),
    '../../lib64/plat.py': sha256('L'),
    ...NOTES,
  };
  const disk = {
    [`${SITE}/share/good.txt`]: 'S',
    '/include/site/good.h': 'H',
    [`${SITE}/pure.py`]: 'P',
    '/lib64/plat.py': 'L',
  };
  expect(await compare(wheel, diskOf(disk, record))).toEqual(AGREES);
});

test('half installed: no RECORD yet, or still the wheel’s own', async () => {
  const wheel = wheelOf({ 'a.py': 'A', 'b.py': 'B', 'good-1.0.data/scripts/run': '#!python\n' });
  const disk = { [`${SITE}/a.py`]: 'A' };
  const expected = { ...AGREES, missing: [`${SITE}/b.py`], finished: false };
  expect(await compare(wheel, diskOf(disk, null))).toEqual(expected);
  const own = {
    'a.py': sha256('A'),
    'b.py': sha256('B'),
    'good-1.0.data/scripts/run': sha256('#!python\n'),
  };
  const { foreign, finished } = await compare(wheel, diskOf(disk, own));
  expect([foreign, finished]).toEqual([[], false]);
});

test('the scene itself agrees', async () => {
  const members = { 'good/__init__.py': 'X' };
  expect(await compare(wheelOf(members), installed(members))).toEqual(AGREES);
});

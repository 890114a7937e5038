// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { reason } from '../core/errors.ts';
import type { Receipt } from '../core/verification.ts';
import { reckon, type RunResult } from './reckoning.ts';

function receipt(
  project: string,
  version: string,
  kind: 'left out' | 'released',
  file: 'sdist' | 'wheel' = 'sdist',
): Receipt {
  const released = kind === 'released';
  const filename = `${project}-${version}${file === 'sdist' ? '.tar.gz' : '-py3-none-any.whl'}`;
  return {
    artifact: {
      index: 'https://index.test/simple/',
      project,
      version,
      filename,
      kind: file,
      url: `https://index.test/${filename}`,
      listed: null,
    },
    sha256: released ? 'aa' : null,
    size: null,
    at: 0,
    asked: released,
    decision: {
      verdict: released ? 'first-seen' : 'refused',
      reasons: released ? [] : [reason('WP-NO-STRONG-HASH', 'md5 only')],
      findings: [],
      notes: [],
    },
  };
}

const wish = (specifier: string) => [{ project: 'good', specifier, where: 'words' }];

const FAILED: RunResult = {
  succeeded: false,
  installed: new Map(),
  offered: new Map(),
  requested: new Set(),
  installer: 'pip',
};

const succeeded = (installed: string | null, ...offered: readonly string[]): RunResult => ({
  ...FAILED,
  succeeded: true,
  installed: new Map(installed === null ? [] : [['good', installed]]),
  offered: new Map([['good', offered]]),
});

/** The versions left out that count as refusals. */
function counted(
  receipts: readonly Receipt[],
  specifier: string | null,
  result: RunResult = FAILED,
): readonly string[] {
  return reckon(receipts, specifier === null ? [] : wish(specifier), result)
    .filter(({ asked, decision }) => asked && decision.verdict === 'refused')
    .map(({ artifact }) => artifact.version);
}

describe('files left out of a page', () => {
  const old = receipt('good', '0.9', 'left out');
  const newer = receipt('good', '2.0', 'left out');
  const pre = receipt('good', '2.1rc1', 'left out');
  const chosen = receipt('good', '1.0', 'released');

  test('count where the installer ended up with no version at all', () => {
    expect(counted([old, newer], '')).toEqual(['0.9', '2.0']);
    expect(counted([old, newer], '==2.0')).toEqual(['2.0']);
    expect(counted([old, newer], '==3.0')).toEqual([]);
    expect(counted([old], null)).toEqual(['0.9']);
  });

  test('count alone where the installer asked for them although they were refused', () => {
    const requested = new Set([newer.artifact.filename]);
    expect(counted([old, newer], '', { ...FAILED, requested })).toEqual(['2.0']);
    expect(counted([old, newer], null, { ...FAILED, requested })).toEqual(['2.0']);
    expect(counted([newer, chosen], '<2', { ...succeeded('1.0'), requested })).toEqual(['2.0']);
    expect(counted([old], '', { ...FAILED, requested: new Set(['other.whl']) })).toEqual([]);
  });

  test("of the installer's own project are notes: it only looks whether it is old", () => {
    const own = { installer: 'good' };
    expect(counted([newer], null, { ...succeeded('1.0'), ...own })).toEqual([]);
    expect(counted([newer], null, { ...FAILED, ...own })).toEqual([]);
    expect(counted([newer], '', { ...succeeded('1.0'), ...own })).toEqual(['2.0']);
  });

  test('count when they are newer than the version it was steered to', () => {
    expect(counted([old, newer, pre, chosen], '')).toEqual(['2.0']);
    expect(counted([newer, chosen], '<2')).toEqual([]);
    expect(counted([newer, chosen], null)).toEqual(['2.0']);
  });

  test('of another project count for themselves', () => {
    expect(counted([receipt('other', '5.0', 'left out'), chosen], '')).toEqual(['5.0']);
  });

  test('are notes where nothing newer was kept from an installer that needed no download', () => {
    expect(counted([old], '', succeeded('1.0'))).toEqual([]);
    expect(counted([old, newer], '', succeeded('1.0'))).toEqual(['2.0']);
    expect(counted([old], '', succeeded(null, '1.0'))).toEqual([]);
    expect(counted([old, newer], null, succeeded(null, '1.0'))).toEqual(['2.0']);
    expect(counted([newer], '==2.0', succeeded(null, '1.0'))).toEqual(['2.0']);
    expect(counted([old], '==0.9', succeeded('1.0', '1.0'))).toEqual(['0.9']);
  });

  test('count although another version lies there, where the installer failed', () => {
    const failed = { ...succeeded('1.0', '1.0'), succeeded: false };
    expect(counted([old], '==0.9', failed)).toEqual(['0.9']);
    expect(counted([old], null, failed)).toEqual(['0.9']);
  });

  test('count as wheels of the chosen version where it was steered to its sdist', () => {
    const wheel = receipt('good', '1.0', 'left out', 'wheel');
    expect(counted([wheel, chosen], '', succeeded('1.0', '1.0'))).toEqual(['1.0']);
    const other = receipt('good', '1.0', 'released', 'wheel');
    expect(counted([wheel, other], '', succeeded('1.0', '1.0'))).toEqual([]);
  });

  test('for want of a voucher are notes where the installer saw them and asked for none', () => {
    const strict = (one: Receipt, code: 'WP-FIRST-USE' | 'WP-PIN-MISMATCH'): Receipt => ({
      ...one,
      decision: { ...one.decision, reasons: [reason(code, 'why')] },
    });
    const unvouched = strict(newer, 'WP-FIRST-USE');
    expect(counted([unvouched], '')).toEqual([]);
    expect(counted([unvouched], null, { ...FAILED, installer: 'poetry' })).toEqual(['2.0']);
    // Something that would do was offered, so that they were not shown.
    const offered = new Map([['good', ['1.0']]]);
    expect(counted([unvouched], '', { ...FAILED, offered })).toEqual(['2.0']);
    expect(counted([unvouched], '==2.0', { ...FAILED, offered })).toEqual([]);
    const requested = new Set([newer.artifact.filename]);
    expect(counted([unvouched], '', { ...FAILED, requested })).toEqual(['2.0']);
    expect(counted([strict(newer, 'WP-PIN-MISMATCH')], '')).toEqual(['2.0']);
  });

  test('whose names tell no version count where there is nothing else', () => {
    const odd = receipt('good', '', 'left out');
    expect(counted([odd], '')).toEqual(['']);
    expect(counted([odd], '', { ...succeeded(null, '1.0'), succeeded: false })).toEqual([]);
    expect(counted([odd, chosen], '')).toEqual([]);
  });

  test('what another index owns counts only where its owner had nothing in its place', () => {
    const left = receipt('good', '99.0', 'left out');
    const decision = { ...left.decision, reasons: [reason('WP-INDEX-NOT-ALLOWED', 'owned')] };
    const stranger: Receipt = { ...left, decision };
    expect(counted([stranger, receipt('good', '1.0', 'released')], null)).toEqual([]);
    expect(counted([stranger], '')).toEqual(['99.0']);
  });

  test.each(['pip', 'uv'])('what lies in a folder was never shown to %s', (installer) => {
    const left = receipt('good', '1.0', 'left out', 'wheel');
    const decision = { ...left.decision, reasons: [reason('WP-FIRST-USE', 'nobody vouches')] };
    const asked = (url: string) => {
      const artifact = { ...left.artifact, url };
      const result = { ...FAILED, installer };
      return reckon([{ ...left, artifact, decision }], wish(''), result)[0]?.asked;
    };
    expect(asked('file:///wheelhouse/good-1.0-py3-none-any.whl')).toBe(true);
    expect(asked('https://index.test/good-1.0-py3-none-any.whl')).toBe(false);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { reason } from '../core/errors.ts';
import type { Receipt } from '../core/verification.ts';
import { reckon } from './reckoning.ts';

function receipt(project: string, version: string, kind: 'left out' | 'released'): Receipt {
  const released = kind === 'released';
  const filename = `${project}-${version}.tar.gz`;
  return {
    artifact: {
      index: 'https://index.test/simple/',
      project,
      version,
      filename,
      kind: 'sdist',
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

/** The versions left out that count as refusals. */
function counted(receipts: readonly Receipt[], specifier: string | null): readonly string[] {
  return reckon(receipts, specifier === null ? [] : wish(specifier))
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

  test('count when they are newer than the version it was steered to', () => {
    expect(counted([old, newer, pre, chosen], '')).toEqual(['2.0']);
    expect(counted([newer, chosen], '<2')).toEqual([]);
    expect(counted([newer, chosen], null)).toEqual(['2.0']);
  });

  test('of another project count for themselves', () => {
    expect(counted([receipt('other', '5.0', 'left out'), chosen], '')).toEqual(['5.0']);
  });
});

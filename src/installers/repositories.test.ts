// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { AddressRewrite } from '../core/repository.ts';
import { createPinReader } from '../lockfiles/index.ts';
import { leadByGit, sourcesIn } from './repositories.ts';

const pins = createPinReader(() => Promise.resolve(null));
const C = 'c'.repeat(40);

test.each([
  ['x @ git+https://h.test/r.git@v1', ['x https://h.test/r v1']],
  [`x @ git+https://me:pw@H.test/r/@${C}`, [`x https://h.test/r ${C}`]],
  ['git+https://h.test/r.git@feature/a#egg=x', ['x https://h.test/r feature/a']],
  ['git+https://h.test/r', [' https://h.test/r ']],
  ['git+file:///srv/r.git', [' file:///srv/r ']],
  ['x @ https://h.test/x-1.0.tar.gz', []],
  ['x>=1', []],
])('what is taken from repositories is read: %s', (word, found) => {
  const sources = sourcesIn(pins.readWord(word, 'here'));
  expect(
    sources.map(({ project, repository, revision }) => [project, repository, revision].join(' ')),
  ).toStrictEqual(found);
});

describe('where git’s configuration leads', () => {
  const lead = (...rewrites: readonly AddressRewrite[]) => {
    const sources = sourcesIn(pins.readWord('x @ git+https://h.test/r.git', 'here'));
    const found = { sources, restated: async () => [] };
    const { notes, refusals } = leadByGit(found, { keys: [], rewrites });
    return [...notes, ...refusals.map(({ code }) => code)].join('; ');
  };
  const insteadOf = 'https://h.test/';

  test.each<[string, string, readonly AddressRewrite[]]>([
    ['nowhere else', '', []],
    ['nowhere else for others', '', [{ base: 'https://m.test/', insteadOf: 'https://o.test/' }]],
    ['to ssh is refused', 'WP-BYPASS-CONFIG', [{ base: 'git@h.test:', insteadOf }]],
    ['to plain http is refused', 'WP-BYPASS-CONFIG', [{ base: 'http://h.test/', insteadOf }]],
    ['to a folder is refused', 'WP-BYPASS-CONFIG', [{ base: '/srv/', insteadOf }]],
    [
      'by one spelling alone is refused too',
      'WP-BYPASS-CONFIG',
      [{ base: '/srv/x', insteadOf: 'https://h.test/r.git' }],
    ],
  ])('%s', (_, told, rewrites) => {
    expect(lead(...rewrites)).toBe(told);
  });

  test('to another host is told, and of several rules the longest holds', () => {
    const mirror = { base: 'https://m.test/', insteadOf };
    expect(lead(mirror)).toContain('leads https://h.test/r to https://m.test/r');
    const longer = { base: '/srv/', insteadOf: 'https://h.test/r' };
    expect(lead(mirror, longer)).toBe('WP-BYPASS-CONFIG');
    expect(lead(longer, { base: 'https://m.test/r', insteadOf: 'https://h.test/r.git' })).toContain(
      'WP-BYPASS-CONFIG',
    );
  });
});

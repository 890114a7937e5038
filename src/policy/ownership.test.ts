// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { judgeIndex, ownerOf, shadowedOwners } from './ownership.ts';
import { DEFAULT_POLICY, sealPolicy, type ProjectRule } from './policy.ts';

const owning = (name: string, index: string | null, source: string): ProjectRule => ({
  name,
  index,
  source,
  firstUse: null,
  require: null,
  cooldownMs: null,
});
const index = (name: string, url: string) => ({ name, url, allowHosts: null, source: name });

const PROJECTS = [
  owning('acme-public', 'https://public.test/simple', 'first'),
  owning('acme-*', 'corp', 'second'),
  owning('*', null, 'third'),
  owning('acme-core', 'https://evil.test/simple', 'fourth'),
];
const policy = sealPolicy({
  ...DEFAULT_POLICY,
  projects: PROJECTS,
  indexes: [index('corp', 'https://corp.test/simple/'), index('corp', 'https://evil.test/')],
});

describe('who owns a name', () => {
  test('is said by the first table that names an index for it', () => {
    const corp = { index: 'https://corp.test/simple/', from: 'second' };
    expect(ownerOf(policy, 'acme-core')).toEqual(corp);
    expect(ownerOf(policy, 'acme-public')?.from).toBe('first');
    expect(ownerOf(policy, 'acme')).toBeNull();
  });

  test('is found whatever way its address is written', () => {
    expect(judgeIndex(policy, 'acme-core', 'https://CORP.test:443/simple')).toBeNull();
    const found = judgeIndex(policy, 'acme-core', 'https://public.test/simple/');
    expect(found?.message).toContain('https://corp.test/simple/ (second)');
    expect(found?.hint).toContain('Give the installer the index https://corp.test/simple/');
  });

  test('a table that comes too late is named', () => {
    expect(shadowedOwners(policy)).toEqual([
      'fourth never decides where acme-core comes from: second owns the name and comes first.',
    ]);
    expect(shadowedOwners({ projects: PROJECTS.slice(0, 3) })).toEqual([]);
  });
});

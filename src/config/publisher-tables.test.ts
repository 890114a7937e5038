// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { load, PROJECT, refusalOf } from '../../test/world/policy-files.ts';
import { namedIssuers, publisherRulesFor } from '../policy/index.ts';

const table = (...lines: readonly string[]): string =>
  ['[[project]]', 'name = "demo"', '[[project.publisher]]', ...lines].join('\n');
const GITHUB = ['kind = "github"', 'repository = "a/b"', 'workflow = "release.yml"'];

describe('who may release', () => {
  test.each([
    [GITHUB, { issuer: 'https://token.actions.githubusercontent.com', repository: 'a/b' }],
    [[...GITHUB, 'tag = "v{version}"'], { ref: 'refs/tags/v{version}' }],
    [
      ['kind = "gitlab"', 'issuer = "https://git.corp.test"', 'owner = "a"', 'workflow = "ci.yml"'],
      { issuer: 'https://git.corp.test', owner: 'a', repository: null },
    ],
    [['kind = "google"', 'email = "a@b.test"'], { issuer: 'https://accounts.google.com' }],
    [
      ['kind = "circleci"', 'project-id = "p"', 'pipeline-definition-id = "d"'],
      { builder: 'https://circleci.com/api/v2/projects/p/pipeline-definitions/d' },
    ],
    [
      ['kind = "email"', 'email = "a@b.test"', 'issuer = "https://github.com/login/oauth"'],
      { email: 'a@b.test', issuer: 'https://github.com/login/oauth' },
    ],
  ])('%j', async (lines, rule) => {
    const policy = await load({ [PROJECT]: table(...lines) });
    expect(publisherRulesFor(policy, 'demo', '1.0')?.rules).toMatchObject([rule]);
  });

  test('a namespace is its own name and all below it, and nothing beside it (PEP 752)', async () => {
    const text = table(...GITHUB).replace('name = "demo"', 'namespace = "Acme_Tools"');
    const policy = await load({ [PROJECT]: text });
    const speaks = (project: string) => publisherRulesFor(policy, project, '1.0') !== null;
    expect(['acme-tools', 'acme-tools-x', 'acme-tools-x-y'].map(speaks)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['acme', 'acme-toolsx', 'x-acme-tools'].map(speaks)).toEqual([false, false, false]);
    expect(namedIssuers(policy, 'github').size).toBe(1);
  });

  test.each([
    ['an unknown key', [...GITHUB, 'owner-ids = "1"'], '"owner-id", found the unknown key'],
    ['a key of another kind', [...GITHUB, 'email = "a@b.test"'], 'for kind = "github" one of'],
    ['no workflow', GITHUB.slice(0, 2), 'the key "workflow", found none'],
    ['no repository', ['kind = "github"', 'workflow = "x"'], '"repository" or "owner", found none'],
    ['both', [...GITHUB, 'owner = "a"'], 'either "repository" or "owner", found both'],
    ['tag and ref', [...GITHUB, 'tag = "x"', 'ref = "refs/x"'], 'either "tag" or "ref"'],
    ['a pattern', ['kind = "github"', 'repository = "a/*"', 'workflow = "x"'], 'without *'],
    ['two versions', [...GITHUB, 'tag = "{version}{version}"'], 'at most once'],
    ['no specifiers', [...GITHUB, 'versions = "new"'], 'version specifiers'],
    ['an issuer with a slash', [...GITHUB, 'issuer = "https://x.test/"'], 'ends without /'],
    ['a number', [...GITHUB, 'owner-id = 1'], 'string'],
    ['no letters in a number', [...GITHUB, 'owner-id = "a"'], 'digits'],
    ['an unknown kind', ['kind = "forge"'], '"github"'],
    ['an address of nobody', ['kind = "email"', 'email = "a@b.test"'], '"issuer", found none'],
  ])('%s is refused, with its line', async (_name, lines, message) => {
    const refusal = await refusalOf(load({ [PROJECT]: table(...lines) }));
    expect(refusal.code).toBe('WP-POLICY-INVALID');
    expect(refusal.message).toContain(message);
    expect(refusal.message).toContain(PROJECT);
  });

  test('a table without publishers names nobody', async () => {
    const text = '[[project]]\nname = "demo"\npublisher = []';
    expect((await refusalOf(load({ [PROJECT]: text }))).message).toContain(
      'at least one publisher',
    );
    const both = table(...GITHUB).replace('name =', 'namespace = "x"\nname =');
    expect((await refusalOf(load({ [PROJECT]: both }))).message).toContain('either "name" or');
  });
});

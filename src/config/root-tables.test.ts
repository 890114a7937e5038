// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, rootsFor } from '../policy/index.ts';
import { load, PROJECT, refusalOf, USER } from '../../test/world/policy-files.ts';

const INDEX = 'https://index.corp.test/simple/';
const of = (project: string, index = 'https://index.example/simple/') => ({ project, index });

describe('[[sigstore]]', () => {
  test('binds trusted roots to projects and indexes; nothing else moves', async () => {
    const policy = await load({
      [PROJECT]: `[[sigstore]]
roots = ["corp", "public-good"]
projects = ["Corp_*"]
[[sigstore]]
roots = ["lab"]
indexes = ["https://index.corp.test/simple"]`,
    });
    const rootsOf = (subject: { project: string; index: string }) =>
      rootsFor(policy, subject).roots;
    expect(rootsOf(of('corp-tools'))).toEqual(['corp', 'public-good']);
    expect(rootsOf(of('requests', INDEX))).toEqual(['lab']);
    expect(rootsOf(of('corp-tools', INDEX))).toEqual(['corp', 'public-good']);
    expect(rootsOf(of('requests'))).toEqual(['public-good']);
    expect(rootsFor(DEFAULT_POLICY, of('corp-tools')).from).toBe('default');
  });

  test('with both, both must fit', async () => {
    const policy = await load({
      [PROJECT]: `[[sigstore]]\nroots = ["lab"]\nprojects = ["x"]\nindexes = ["${INDEX}"]`,
    });
    expect(rootsFor(policy, of('x', INDEX)).roots).toEqual(['lab']);
    expect(rootsFor(policy, of('x')).roots).toEqual(['public-good']);
    expect(rootsFor(policy, of('y', INDEX)).roots).toEqual(['public-good']);
  });

  test("a project's file takes nothing from what the user bound", async () => {
    const policy = await load({
      [USER]: '[[sigstore]]\nroots = ["corp"]\nprojects = ["corp-*"]',
      [PROJECT]: '[[sigstore]]\nroots = ["public-good"]\nprojects = ["corp-*"]',
    });
    expect(rootsFor(policy, of('corp-tools')).roots).toEqual(['corp']);
  });

  test('is part of what the policy is', async () => {
    const [one, other] = await Promise.all(
      ['corp', 'lab'].map((root) => load({ [PROJECT]: `[[sigstore]]\nroots = ["${root}"]` })),
    );
    expect(one?.digest).not.toBe(other?.digest);
    expect(one?.digest).not.toBe(DEFAULT_POLICY.digest);
  });

  test.each([
    ['[[sigstore]]\nprojects = ["x"]'],
    ['[[sigstore]]\nroots = []'],
    ['[[sigstore]]\nroots = ["Corp"]'],
    ['[[sigstore]]\nroots = ["corp"]\nprojects = []'],
    ['[[sigstore]]\nroots = ["corp"]\nindexes = ["corp"]'],
    ['[[sigstore]]\nroots = ["corp"]\nindex = ["https://index.example/"]'],
  ])('refuses %j', async (text) => {
    expect((await refusalOf(load({ [PROJECT]: text }))).code).toBe('WP-POLICY-INVALID');
  });
});

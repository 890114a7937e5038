// SPDX-License-Identifier: Apache-2.0
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, formatRequirement, LIFTABLE_RULES } from '../policy/index.ts';
import { loadPolicy } from './load-policy.ts';
import { DAY, load, PROJECT, refusalOf, USER } from '../../test/world/policy-files.ts';

describe('where a policy comes from', () => {
  test('nowhere: the default, and strict is another policy', async () => {
    expect(await load({})).toBe(DEFAULT_POLICY);
    const strict = await load({}, { strict: true });
    expect(strict.strict).toBe(true);
    expect(strict.digest).not.toBe(DEFAULT_POLICY.digest);
  });

  test('upward from the working directory, the nearest file only', async () => {
    const policy = await load({
      [PROJECT]: 'first-use = "ask"',
      '/srv/wheelproof.toml': 'first-use = "refuse"',
    });
    expect(policy.firstUse).toBe('ask');
    expect(policy.sources).toEqual([PROJECT]);
  });

  test('pyproject.toml where it has a table of ours, otherwise it is passed by', async () => {
    const policy = await load({
      '/srv/project/src/pyproject.toml': '[project]\nname = "x"\ndependencies = ["wheelproof"]',
      '/srv/project/pyproject.toml': '[tool.wheelproof]\nfirst-use = "refuse"',
    });
    expect(policy.sources).toEqual(['/srv/project/pyproject.toml']);
    expect(policy.firstUse).toBe('refuse');
    expect(await load({ '/srv/project/pyproject.toml': 'not [ toml' })).toBe(DEFAULT_POLICY);
  });

  test('two policies in one folder are one too many', async () => {
    const both = load({
      [PROJECT]: 'first-use = "ask"',
      '/srv/project/pyproject.toml': '[tool.wheelproof]\nfirst-use = "refuse"',
    });
    expect((await refusalOf(both)).message).toContain('expected one policy');
  });

  test("the project's keys win over the user's, lists and tables grow, and it is told", async () => {
    const policy = await load({
      [USER]:
        'first-use = "refuse"\ncooldown = "7d"\nallow-hosts = ["a.test"]\n[[project]]\nname = "x"\nfirst-use = "ask"',
      [PROJECT]:
        'first-use = "accept"\nallow-hosts = ["B.test"]\n[[project]]\nname = "y"\nfirst-use = "ask"',
    });
    expect(policy.firstUse).toBe('accept');
    expect(policy.cooldownMs).toBe(7 * DAY);
    expect(policy.allowHosts).toEqual(['a.test', 'b.test']);
    expect(policy.projects.map((rule) => rule.name)).toEqual(['x', 'y']);
    expect(policy.sources).toEqual([USER, PROJECT]);
    expect(policy.origins).toEqual({
      'first-use': PROJECT,
      cooldown: USER,
      'allow-hosts': `${USER}, ${PROJECT}`,
    });
    expect(policy.notes).toEqual([`first-use of ${USER} is overridden by ${PROJECT}`]);
  });

  test("an explicit file takes the project's place, and has to be there", async () => {
    const texts = { [PROJECT]: 'first-use = "ask"', '/etc/w.toml': 'first-use = "refuse"' };
    const policy = await load(texts, { explicitFile: '/etc/w.toml' });
    expect(policy.sources).toEqual(['/etc/w.toml']);
    const missing = await refusalOf(load(texts, { explicitFile: '../nothing.toml' }));
    expect(missing.message).toBe(
      '/srv/project/src/nothing.toml: expected a policy there, found none',
    );
  });

  test('one file is not laid over itself', async () => {
    const policy = await load(
      { [USER]: 'allow-hosts = ["a.test"]' },
      { directory: '/home/me/.config/wheelproof' },
    );
    expect(policy.sources).toEqual([USER]);
  });

  test('a file that others may write is no policy', async () => {
    const text = 'first-use = "accept"';
    const open = await refusalOf(load({ [PROJECT]: { text, writableByOthers: true } }));
    expect(open.code).toBe('WP-STATE-PERMISSIONS');
    expect(open.hint).toBe(`chmod go-w ${PROJECT}`);
    const foreign = await refusalOf(load({ [PROJECT]: { text, foreign: true } }));
    expect(foreign.code).toBe('WP-STATE-PERMISSIONS');
  });
});

const WHOLE = `
first-use = "ask"
require = "publisher or 2 of (log, repository, approval)"
allow-hosts = ["*.index.example"]
allow-plain-http = ["old.test:8080"]
cooldown = "14d"
minimum-tls = "1.3"
max-file-size = "2GiB"
stale-if-error = "4h"

[[project]]
name = "Acme_*"
require = "you"
cooldown = "0s"
index = "corp"

[[index]]
url = "https://corp.test/simple"
name = "corp"
allow-hosts = ["files.corp.test"]

[[exception]]
project = "legacy"
version = "<2"
rule = "strong-hash"
reason = "old mirror"
owner = "alice@corp.test"
expires = 2026-12-31

[[exception]]
project = "other"
rule = "WP-COOLDOWN"
reason = "security fix"
owner = "bob"
expires = "2026-12-01T12:00:00+02:00"
`;

describe('what a policy says', () => {
  test('all of it is understood', async () => {
    const policy = await load({ [PROJECT]: WHOLE });
    expect(policy).toMatchObject({
      firstUse: 'ask',
      allowHosts: ['*.index.example'],
      allowPlainHttp: ['old.test:8080'],
      cooldownMs: 14 * DAY,
      minimumTls: '1.3',
      maxFileBytes: 2 * 1024 ** 3,
      staleIfErrorMs: 4 * 3_600_000,
      projects: [
        {
          name: 'acme-*',
          firstUse: null,
          cooldownMs: 0,
          index: 'corp',
          source: `${PROJECT} [[project]] 1`,
        },
      ],
      indexes: [
        { name: 'corp', url: 'https://corp.test/simple/', allowHosts: ['files.corp.test'] },
      ],
      exceptions: [
        {
          project: 'legacy',
          version: '<2',
          rule: 'WP-NO-STRONG-HASH',
          expires: Date.UTC(2027, 0, 1),
        },
        {
          project: 'other',
          version: null,
          rule: 'WP-COOLDOWN',
          expires: Date.UTC(2026, 11, 1, 10),
        },
      ],
      notes: [],
    });
    expect(policy.require && formatRequirement(policy.require)).toBe(
      'publisher or 2 of (log, repository, approval)',
    );
  });

  test('the example of the guide is a policy, and its list of rules is whole', async () => {
    const guide = await readFile(new URL('../../docs/guide/policy.md', import.meta.url), 'utf8');
    const [, example = ''] = /```toml\n([^]*?)```/u.exec(guide) ?? [];
    const policy = await load({ [PROJECT]: example, '/srv/project/keys/good.asc': 'a key' });
    expect(policy.projects).toHaveLength(2);
    expect(policy.projects[1]?.publishers).toMatchObject([{ ref: 'refs/tags/v{version}' }]);
    expect(policy.exceptions).toHaveLength(1);
    for (const [name, code] of Object.entries(LIFTABLE_RULES)) {
      expect(guide.replace(/ +/gu, ' ')).toContain(
        `| \`${name}\` | [${code}](../errors/${code}.md) |`,
      );
    }
  });

  test('equal policies written differently have one digest', async () => {
    const one = await load({ [PROJECT]: WHOLE });
    const pyproject = WHOLE.replaceAll('[[', '[[tool.wheelproof.')
      .replace('"14d"', '"2w"')
      .replace('"2GiB"', '"2048MiB"')
      .replace('"publisher or 2', '"(publisher) or 2');
    const other = await load({ '/srv/pyproject.toml': `[tool.wheelproof]\n${pyproject}` });
    expect(other.digest).toBe(one.digest);
    expect(one.digest).not.toBe(DEFAULT_POLICY.digest);
  });

  test('an exception that has ended is noted, lifts nothing, and changes the digest', async () => {
    const text = (year: number) =>
      `[[exception]]\nproject="a"\nrule="require"\nreason="r"\nowner="o"\nexpires=${year}-11-20`;
    const ended = await load({ [PROJECT]: text(2026) });
    expect(ended.exceptions).toEqual([]);
    expect(ended.notes[0]).toContain('lifts nothing any more');
    expect(ended.digest).not.toBe((await load({ [PROJECT]: text(2027) })).digest);
    const lastDay = await load({ [PROJECT]: text(2026) }, { now: Date.UTC(2026, 10, 20, 23, 59) });
    expect(lastDay.exceptions).toHaveLength(1);
  });
});

describe('on a real disk', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'wheelproof-config-'));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true });
  });
  const choose = (project: string) => ({
    directory: path.join(directory, project),
    configDirectory: path.join(directory, 'none'),
    explicitFile: null,
    strict: false,
  });
  const make = async (project: string, text: string, mode: number): Promise<string> => {
    await mkdir(path.join(directory, project), { recursive: true });
    const file = path.join(directory, project, 'wheelproof.toml');
    await writeFile(file, text);
    await chmod(file, mode);
    return file;
  };

  test('a policy is read, also where a folder of it does not exist', async () => {
    const file = await make('good', 'first-use = "refuse"', 0o644);
    const policy = await loadPolicy({ ...choose('good/not/there') });
    expect(policy.sources).toEqual([file]);
    expect(policy.firstUse).toBe('refuse');
  });

  test('one that everybody may write is refused', async () => {
    await make('open', 'first-use = "accept"', 0o646);
    const refusal = await refusalOf(loadPolicy(choose('open')));
    expect(refusal.code).toBe('WP-STATE-PERMISSIONS');
  });

  test('what is no regular file, and what is too large, is refused', async () => {
    await mkdir(path.join(directory, 'folder', 'wheelproof.toml'), { recursive: true });
    const folder = await refusalOf(loadPolicy(choose('folder')));
    expect(folder.message).toContain('expected a regular file');
    await make('large', '#'.repeat(1024 * 1024 + 1), 0o644);
    const large = await refusalOf(loadPolicy(choose('large')));
    expect(large.message).toContain('expected at most 1048576 bytes');
    await mkdir(path.join(directory, 'loop'));
    await symlink('wheelproof.toml', path.join(directory, 'loop', 'wheelproof.toml'));
    expect((await refusalOf(loadPolicy(choose('loop')))).code).toBe('WP-POLICY-INVALID');
  });
});

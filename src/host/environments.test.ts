// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FoundDistribution } from '../core/host.ts';
import { compareEnvironments, inspectTarget, sitesOf, takeSnapshot } from './environments.ts';
import { scratch, write } from './scratch.test-support.ts';

async function distribution(
  site: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [file, text] of Object.entries(files)) await write(join(site, name, file), text);
}

const inspect = async (path: string): Promise<readonly FoundDistribution[]> =>
  await inspectTarget({ kind: 'directory', path });

it('reads what an installer records', async () => {
  const site = await scratch();
  await distribution(site, 'My.Pkg-1.0.0.dist-info', {
    METADATA: 'Metadata-Version: 2.1\nName: My.Pkg\nVersion: 1.0.0RC1\n\nName: other\n',
    RECORD: 'my_pkg.py,sha256=x,1\n',
    INSTALLER: 'uv\n',
    'direct_url.json': '{"url":"https://files.index.example/x.whl","archive_info":{}}',
  });
  expect(await inspect(site)).toEqual([
    {
      name: 'my-pkg',
      version: '1.0.0rc1',
      distInfo: expect.stringContaining('/My.Pkg-1.0.0.dist-info'),
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}-\d/u),
      directUrl: { url: 'https://files.index.example/x.whl', kind: 'archive', editable: false },
      installer: 'uv',
    },
  ]);
});

it('tells PEP 610 kinds apart, and takes nothing else for one', async () => {
  const site = await scratch();
  const cases = {
    'a-1.dist-info': '{"url":"https://g.test/r","vcs_info":{"vcs":"git"}}',
    'b-1.dist-info': '{"url":"file:///b","dir_info":{"editable":true}}',
    'c-1.dist-info': '{"url":"file:///c","dir_info":{"editable":"true"}}',
    'd-1.dist-info': '{"url":5,"dir_info":{}}',
    'e-1.dist-info': '[]',
    'f-1.dist-info': '{',
    'g-1.dist-info': '{"url":"x"}',
  };
  for (const [name, text] of Object.entries(cases)) {
    await distribution(site, name, { 'direct_url.json': text });
  }
  const found = await inspect(site);
  const kinds = found.map(
    ({ directUrl }) => directUrl && `${directUrl.kind} ${directUrl.editable}`,
  );
  expect(kinds).toStrictEqual([
    'vcs false',
    'directory true',
    'directory false',
    null,
    null,
    null,
    null,
  ]);
});

it('reads old egg-info, which says nothing of where it came from', async () => {
  const site = await scratch();
  await write(join(site, 'old-1.2.egg-info'), 'Name: old\nVersion: 1.2\n');
  await distribution(site, 'dir-3.egg-info', { 'PKG-INFO': 'Name: Dir\nVersion: 3\n' });
  const found = await inspect(site);
  expect(found.map(({ name, version, directUrl }) => [name, version, directUrl])).toStrictEqual([
    ['dir', '3', null],
    ['old', '1.2', null],
  ]);
});

it('falls back on the folder’s name', async () => {
  const site = await scratch();
  await mkdir(join(site, 'some_pkg-2.0.dist-info'));
  await mkdir(join(site, '.dist-info'));
  await write(join(site, 'file-1.dist-info'), 'not a folder');
  const found = await inspect(site);
  expect(found.map(({ name, version }) => `${name} ${version}`)).toStrictEqual([
    ' ',
    'some-pkg 2.0',
  ]);
});

it('finds an environment’s folders, each real one once', async () => {
  const root = await scratch();
  const site = join(root, 'lib', 'python3.12', 'site-packages');
  await distribution(site, 'a-1.dist-info', { METADATA: 'Name: a\nVersion: 1\n\n' });
  await symlink('lib', join(root, 'lib64'));
  expect(await inspectTarget({ kind: 'environment', path: root })).toHaveLength(1);
  expect(await inspectTarget({ kind: 'environment', path: join(root, 'none') })).toStrictEqual([]);
});

it('asks an interpreter where it keeps things', async () => {
  const root = await scratch();
  const site = join(root, 'own site');
  const answer = JSON.stringify([site, site, 5]);
  const python = await write(join(root, 'python'), `#!/bin/sh\nprintf '%s' '${answer}'\n`, 0o755);
  expect(await sitesOf({ kind: 'interpreter', path: python })).toStrictEqual([site]);
  for (const broken of ['#!/bin/sh\nexit 1\n', '#!/bin/sh\necho no\n', '#!/bin/sh\necho {}\n']) {
    const path = await write(join(root, 'broken'), broken, 0o755);
    expect(await sitesOf({ kind: 'interpreter', path })).toStrictEqual([]);
  }
});

it('asks an interpreter once: what was installed meanwhile would run with it', async () => {
  const root = await scratch();
  const site = join(root, 'site');
  await mkdir(site);
  const log = join(root, 'log');
  const text = `#!/bin/sh\necho asked >>'${log}'\nprintf '%s' '${JSON.stringify([site])}'\n`;
  const path = await write(join(root, 'python'), text, 0o755);
  const targets = [{ kind: 'interpreter', path }] as const;
  const before = await takeSnapshot(targets);
  await distribution(site, 'a-1.dist-info', { METADATA: 'Name: a\nVersion: 1\n\n' });
  const after = await takeSnapshot(targets, process.env, before);
  expect(before.found).toStrictEqual([]);
  expect(after.found.map(({ name }) => name)).toStrictEqual(['a']);
  expect(await readFile(log, 'utf8')).toBe('asked\n');
});

it('asks an interpreter again that could not answer before', async () => {
  const root = await scratch();
  const path = join(root, 'python');
  const targets = [{ kind: 'interpreter', path }] as const;
  const before = await takeSnapshot(targets);
  const site = join(root, 'site');
  await distribution(site, 'a-1.dist-info', { METADATA: 'Name: a\nVersion: 1\n\n' });
  await write(path, `#!/bin/sh\nprintf '%s' '${JSON.stringify([site])}'\n`, 0o755);
  expect((await takeSnapshot(targets, process.env, before)).found).toHaveLength(1);
});

it('does not wait for a pipe, nor stumble over links to nowhere', async () => {
  const site = await scratch();
  await mkdir(join(site, 'a-1.dist-info'));
  spawnSync('mkfifo', [join(site, 'a-1.dist-info', 'METADATA'), join(site, 'b-1.egg-info')]);
  await symlink('nowhere', join(site, 'c-1.dist-info'));
  await symlink('loop-1.dist-info', join(site, 'loop-1.dist-info'));
  expect((await inspect(site)).map(({ name }) => name)).toStrictEqual(['a', 'b']);
});

it('never fails on hostile files', async () => {
  const site = await scratch();
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('{"url":"x","dir_info":{"__proto__":1}}', '\0', 'Name:', 'Name: \nVersion: \n'),
    fc.json(),
  );
  await fc.assert(
    fc.asyncProperty(hostile, hostile, async (metadata, direct) => {
      await distribution(site, 'x-1.dist-info', { METADATA: metadata, 'direct_url.json': direct });
      const [found, ...rest] = await inspect(site);
      expect(rest).toStrictEqual([]);
      expect(found).toHaveProperty('name');
    }),
    { numRuns: 60 },
  );
});

it('tells what a run brought in', async () => {
  const site = await scratch();
  for (const name of ['old', 'again', 'gone']) {
    await distribution(site, `${name}-1.dist-info`, { RECORD: name });
  }
  const before = await inspect(site);
  const later = new Date(Date.now() + 5000);
  await utimes(join(site, 'again-1.dist-info'), later, later);
  await distribution(site, 'new-1.dist-info', { RECORD: '' });
  const after = (await inspect(site)).filter(({ name }) => name !== 'gone');
  const { added, preexisting } = compareEnvironments(before, after);
  expect(added.map(({ name }) => name)).toStrictEqual(['again', 'new']);
  expect(preexisting.map(({ name }) => name)).toStrictEqual(['old']);
});

// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { expect, onTestFinished, test } from 'vitest';
import { hostile } from '../../test/world/reports.ts';
import { writeStartingPolicy } from './init-work.ts';
import { startingPolicy } from './starting-policy.ts';
import { openPolicy } from './wire.ts';

const SHA = 'ab'.repeat(32);

/** A project's folder, and `wheelproof init` in it. */
async function openProject(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'wheelproof-init-'));
  onTestFinished(async () => await rm(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  const environment = { HOME: join(root, 'home') };
  const load = async (file: string) =>
    await openPolicy({ directory: root, environment, file, strict: false }, {});
  const io = { out: () => undefined };
  return {
    init: async () => await writeStartingPolicy({ directory: root, environment, load, io }, {}),
    written: async () => await readFile(join(root, 'wheelproof.toml'), 'utf8'),
    policy: async () => await load(join(root, 'wheelproof.toml')),
  };
}

test('an empty folder gets what holds anyway', async () => {
  const project = await openProject({});
  await project.init();
  expect(await project.policy()).toMatchObject({ firstUse: 'accept', projects: [], indexes: [] });
});

test('where all hashes are stated, only what is new is asked about', async () => {
  const project = await openProject({ 'requirements.txt': `demo==1.0 --hash=sha256:${SHA}\n` });
  await project.init();
  expect(await project.policy()).toMatchObject({ firstUse: 'ask' });
  expect(await project.written()).toContain('requirements.txt (1 release) states the hash');
  const line = `demo==1.0 --hash=sha256:${SHA}\n`;
  const two = await openProject({ 'requirements.txt': line, 'requirements-dev.txt': line });
  await two.init();
  expect((await two.written()).replaceAll('\n# ', ' ')).toContain('(1 release) state the hash');
  const open = await openProject({
    'requirements.txt': `demo==1.0 --hash=sha256:${SHA}\n`,
    'requirements-dev.txt': 'other==1.0\n',
    'requirements.in': 'other\n',
  });
  await open.init();
  expect(await open.policy()).toMatchObject({ firstUse: 'accept' });
});

test.each([
  [
    'pyproject.toml',
    '[[tool.uv.index]]\nname = "acme"\nurl = "https://me:secret@i.example/simple"\n[tool.uv.sources]\nacme-lib = { index = "acme" }\n',
  ],
  [
    'pyproject.toml',
    '[[tool.poetry.source]]\nname = "acme"\nurl = "https://i.example/simple"\n[tool.poetry.group.dev.dependencies]\nacme-lib = { version = "1", source = "acme" }\n',
  ],
  [
    'pyproject.toml',
    '[[tool.pdm.source]]\nname = "acme"\nurl = "https://i.example/simple"\ninclude_packages = ["acme-lib"]\n',
  ],
  [
    'Pipfile',
    '[[source]]\nname = "acme"\nurl = "https://i.example/simple"\n[packages]\nAcme_Lib = {index = "acme"}\n',
  ],
])('%s: an index, and who comes from it alone', async (name, text) => {
  const project = await openProject({ [name]: text });
  await project.init();
  const written = await project.written();
  expect(written).not.toContain('secret');
  expect(parse(written)).toMatchObject({
    index: [{ name: 'acme', url: 'https://i.example/simple' }],
    project: [{ name: 'acme-lib', index: 'acme' }],
  });
  expect((await project.policy()).projects).toHaveLength(1);
});

test('nothing that is there is overwritten', async () => {
  const there = await openProject({ 'wheelproof.toml': 'first-use = "refuse"\n' });
  await expect(there.init()).rejects.toMatchObject({ code: 'WP-USAGE' });
  expect(await there.written()).toBe('first-use = "refuse"\n');
  const table = '[tool.wheelproof]\nfirst-use = "refuse"\n';
  const shared = await openProject({ 'pyproject.toml': table });
  await expect(shared.init()).rejects.toMatchObject({ code: 'WP-USAGE' });
  await expect(shared.written()).rejects.toMatchObject({ code: 'ENOENT' });
});

test('what cannot be read is named, and the rest is used', async () => {
  const project = await openProject({
    'pyproject.toml': '[[tool.uv.index]\n',
    'requirements.txt': '--index-url https://i.example/simple\n',
  });
  await project.init();
  expect(await project.written()).toContain('# Not read: pyproject.toml: ');
  expect((await project.policy()).indexes).toHaveLength(1);
});

test('whatever files say, it is text and never a key of the policy', () => {
  const place = fc.record({ where: hostile, name: fc.option(hostile) });
  const anySurvey = fc.record({
    indexes: fc.array(
      place.map((one) => ({ ...one, url: 'https://i.example/' })),
      { maxLength: 3 },
    ),
    bound: fc.array(fc.record({ project: hostile, index: hostile, where: hostile }), {
      maxLength: 3,
    }),
    locks: fc.array(fc.record({ file: hostile, releases: fc.nat(9), unhashed: fc.nat(9) }), {
      maxLength: 2,
    }),
    names: fc.constant(['uv.lock']),
    tools: fc.array(hostile, { maxLength: 2 }),
    unread: fc.array(hostile, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(anySurvey, (survey) => {
      const policy = parse(startingPolicy(survey));
      const known = ['first-use', 'index', 'project'];
      expect(Object.keys(policy).filter((key) => !known.includes(key))).toEqual([]);
      expect(policy['index'] ?? []).toHaveLength(survey.indexes.length);
    }),
  );
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { INSTALLERS, newest } from '../world/installer-versions.ts';
import { FILES } from '../world/world.ts';
import { APP, HELPER, installed, LIB, openBench, publishAll } from './bench.ts';

const INSTALLS = { pip: ['pip', 'install', '-r'], uv: ['uv', 'pip', 'sync'] } as const;

const poetryEntry = (name: string, version: string, sha256: string, more: string): string =>
  `[[package]]\nname = "${name}"\nversion = "${version}"\n${more}\nfiles = [{file = "${name}-${version}-py3-none-any.whl", hash = "sha256:${sha256}"}]\n`;

/** The same three releases in every format, `helper` in a group or extra of its own. */
function inputs(address: (filename: string) => string): Readonly<Record<string, string>> {
  const entries = [
    { ...APP, name: 'app', group: 'main' },
    { ...LIB, name: 'lib', group: 'main' },
    { ...HELPER, name: 'helper', group: 'more' },
  ];
  const each = (write: (one: (typeof entries)[number]) => string): string =>
    entries.map(write).join('');
  const main = entries.filter(({ group }) => group === 'main');
  return {
    'requirements.txt': main
      .map(({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256}\n`)
      .join(''),
    'poetry.lock': `${each(({ name, version, sha256, group }) =>
      poetryEntry(
        name,
        version,
        sha256,
        `groups = ["main"]\n${group === 'more' ? 'markers = "extra == \\"more\\""' : ''}`,
      ),
    )}[metadata]\nlock-version = "2.1"\n`,
    'pdm.lock': `[metadata]\nlock_version = "4.5.0"\n${each(({ name, version, sha256, group }) =>
      poetryEntry(name, version, sha256, `groups = ["${group === 'main' ? 'default' : group}"]`),
    )}`,
    'Pipfile.lock': JSON.stringify({
      _meta: {},
      default: Object.fromEntries(
        main.map(({ name, version, sha256 }) => [
          name,
          { version: `==${version}`, hashes: [`sha256:${sha256}`] },
        ]),
      ),
      more: { helper: { version: '==3.0', hashes: [`sha256:${HELPER.sha256}`] } },
    }),
    'uv.lock': `version = 1\n${each(
      ({ name, version, sha256, filename }) =>
        `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { registry = "INDEX" }\nwheels = [{ url = "${address(filename)}", hash = "sha256:${sha256}" }]\n`,
    )}[[package]]\nname = "mine"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [{ name = "app" }, { name = "lib" }]\n[package.optional-dependencies]\nmore = [{ name = "helper" }]\n`,
    'pylock.in.toml': `lock-version = "1.0"\ncreated-by = "test"\nextras = ["more"]\ndependency-groups = []\ndefault-groups = ["usual"]\n${each(
      ({ name, version, sha256, filename, group }) =>
        `[[packages]]\nname = "${name}"\nversion = "${version}"\nmarker = ${group === 'main' ? `"'usual' in dependency_groups"` : `"'more' in extras"`}\nwheels = [{ url = "${address(filename)}", hashes = { sha256 = "${sha256}" } }]\n`,
    )}`,
    'conda-lock.yml': `version: 1\npackage:\n${each(
      ({ name, version, sha256, filename, group }) =>
        `- {name: ${name}, version: '${version}', manager: pip, platform: any, url: '${address(filename)}', hash: {sha256: ${sha256}}, category: ${group}}\n`,
    )}`,
    'environment.yml': `dependencies:\n- python\n- pip:\n  - -r requirements.txt\n`,
  };
}

describe.each(INSTALLERS)('%s', (installer) => {
  test('installs from what is locked out of any format, and all of them give the same', async () => {
    await using bench = await openBench(installer, newest(installer));
    const { world } = bench;
    publishAll(world);
    const files = inputs((filename) => `${world.origin(FILES)}/packages/${filename}`);
    for (const [name, text] of Object.entries(files)) {
      await bench.write(`in/${name}`, text.replaceAll('INDEX', world.index));
    }
    const lock = async (name: string, ...more: readonly string[]): Promise<string> => {
      const words = [
        'lock',
        `in/${name}`,
        '--index',
        world.index,
        '-o',
        'pylock.out.toml',
        ...more,
      ];
      const locked = await bench.run(words, { bare: true });
      expect(locked.exit, `${name}: ${locked.stderr}`).toBe(0);
      return await bench.read('pylock.out.toml');
    };
    const plain = new Set<string>();
    const wider = new Set<string>();
    // What is locked does not depend on who installs it.
    for (const name of installer === 'pip' ? Object.keys(files) : ['uv.lock']) {
      plain.add(await lock(name));
      if (!/^(?:requirements|environment)/u.test(name))
        wider.add(await lock(name, '--group', 'more'));
    }
    expect([...plain]).toHaveLength(1);
    expect([...wider]).toHaveLength(1);
    await lock('poetry.lock', '--group', 'more');
    const from = await bench.run([...INSTALLS[installer], 'pylock.out.toml']);
    expect(from.exit, from.stderr).toBe(0);
    expect(installed(from.report)).toEqual(['app 2.0', 'helper 3.0', 'lib 1.1']);
  });

  test('takes an archive by its address from what is locked', async () => {
    await using bench = await openBench(installer, newest(installer));
    const { world } = bench;
    publishAll(world);
    const address = `${world.origin(FILES)}/packages/${HELPER.filename}`;
    await bench.write('wanted.txt', `helper @ ${address}#sha256=${HELPER.sha256}\n`);
    const locked = await bench.run(['lock', 'wanted.txt'], { bare: true });
    expect(locked.exit, locked.stderr).toBe(0);
    const from = await bench.run([...INSTALLS[installer], 'pylock.toml']);
    expect(from.exit, from.stderr).toBe(0);
    expect(installed(from.report)).toEqual(['helper 3.0 url']);
  });
});

test("pip takes extras and groups of a lock file, and is held to that file's hashes", async () => {
  await using bench = await openBench('pip', newest('pip'));
  const { world } = bench;
  publishAll(world);
  const files = inputs((filename) => `${world.origin(FILES)}/packages/${filename}`);
  // Not where a project's own lock files are looked for.
  await bench.write('l/pylock.toml', files['pylock.in.toml'] ?? '');
  const from = await bench.run(['pip', 'install', '-r', 'l/pylock.toml[more]']);
  expect(from.exit, from.stderr).toBe(0);
  expect(installed(from.report)).toEqual(['app 2.0', 'helper 3.0', 'lib 1.1']);
  expect(from.report?.files.map(({ verdict }) => verdict)).toEqual([
    'vouched',
    'vouched',
    'vouched',
  ]);

  await bench.environment.renewTarget();
  const group = files['pylock.in.toml']?.replace("'more' in extras", "'dev' in dependency_groups");
  await bench.write('l/pylock.toml', group?.replace('groups = []', 'groups = ["dev"]') ?? '');
  const only = await bench.run(['pip', 'install', '--group', 'l/pylock.toml:dev']);
  expect(only.exit, only.stderr).toBe(0);
  expect(installed(only.report)).toEqual(['helper 3.0']);
  expect(only.report?.files.map(({ verdict }) => verdict)).toEqual(['vouched']);
});

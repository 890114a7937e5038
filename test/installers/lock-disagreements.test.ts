// SPDX-License-Identifier: Apache-2.0
import { expect, inject, test } from 'vitest';
import { newest } from '../world/installer-versions.ts';
import { FILES } from '../world/world.ts';
import { LIB, openBench, publishAll } from './bench.ts';

const WRONG = 'ab'.repeat(32);
const FILE = LIB.filename;

interface Told {
  readonly sha256: string;
  readonly index: string;
  readonly url: string;
}

/** `lib` 1.1 in every format, at the digest given; whether it is stated of the file or of the release. */
const LOCKS: Readonly<
  Record<string, { readonly text: (told: Told) => string; readonly of: 'file' | 'release' }>
> = {
  'requirements.txt': {
    of: 'release',
    text: ({ sha256 }) => `lib==1.1 --hash=sha256:${sha256}\n`,
  },
  'Pipfile.lock': {
    of: 'release',
    text: ({ sha256 }) =>
      JSON.stringify({
        _meta: {},
        default: { lib: { version: '==1.1', hashes: [`sha256:${sha256}`] } },
      }),
  },
  'uv.lock': {
    of: 'file',
    text: ({ sha256, index, url }) =>
      `version = 1\n[[package]]\nname = "lib"\nversion = "1.1"\nsource = { registry = "${index}" }\nwheels = [{ url = "${url}", hash = "sha256:${sha256}" }]\n`,
  },
  'poetry.lock': {
    of: 'file',
    text: ({ sha256 }) =>
      `[[package]]\nname = "lib"\nversion = "1.1"\nfiles = [{file = "${FILE}", hash = "sha256:${sha256}"}]\n[metadata]\nlock-version = "2.1"\n`,
  },
  'pdm.lock': {
    of: 'file',
    text: ({ sha256 }) =>
      `[metadata]\nlock_version = "4.5.0"\n[[package]]\nname = "lib"\nversion = "1.1"\nfiles = [{file = "${FILE}", hash = "sha256:${sha256}"}]\n`,
  },
  'pylock.toml': {
    of: 'file',
    text: ({ sha256, url }) =>
      `lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "lib"\nversion = "1.1"\nwheels = [{ url = "${url}", hashes = { sha256 = "${sha256}" } }]\n`,
  },
  'conda-lock.yml': {
    of: 'file',
    text: ({ sha256, url }) =>
      `version: 1\npackage:\n- {name: lib, version: '1.1', manager: pip, platform: any, url: '${url}', hash: {sha256: ${sha256}}}\n`,
  },
};

const names = Object.keys(LOCKS);
const isFull = inject('callersEnvironment')['WHEELPROOF_FULL'] === '1';
/** Each with the next one; with the full set, each with every other. */
const PAIRS = names.flatMap((good, at) =>
  (isFull ? names.slice(at + 1) : [names[(at + 1) % names.length] ?? good]).map((wrong) => ({
    good,
    wrong,
  })),
);

test('any two lock files of one project that disagree are E-BYTES for whoever installs', async () => {
  await using bench = await openBench('pip', newest('pip'));
  const { world } = bench;
  publishAll(world);
  const url = `${world.origin(FILES)}/packages/${FILE}`;
  const told = { index: world.index, url };
  const played: string[] = [];
  for (const { good, wrong } of PAIRS) {
    const directory = `p-${played.length}`;
    const write = async (name: string, sha256: string): Promise<void> => {
      await bench.write(`${directory}/${name}`, LOCKS[name]?.text({ ...told, sha256 }) ?? '');
    };
    await write(good, LIB.sha256);
    await write(wrong, WRONG);
    const words = [
      'pip',
      'download',
      '-q',
      '--no-deps',
      '-i',
      world.index,
      'lib==1.1',
      '-d',
      'out',
    ];
    const ended = await bench.run(words, {
      directory: `${bench.environment.directory}/${directory}`,
    });
    const isBoth = LOCKS[good]?.of === 'file' && LOCKS[wrong]?.of === 'file';
    const code = isBoth ? 'WP-PINS-DISAGREE' : 'WP-PIN-MISMATCH';
    const found = ended.report?.refusals.map((one) => one.code) ?? [];
    const ofFiles =
      ended.report?.files.flatMap(({ reasons }) => reasons.map((one) => one.code)) ?? [];
    played.push(`${good} ${wrong} ${ended.exit} ${[...new Set([...found, ...ofFiles])].join()}`);
    expect(played.at(-1), ended.stderr).toBe(`${good} ${wrong} 10 ${code}`);
  }
  expect(played).toHaveLength(isFull ? 21 : 7);
}, 240_000);

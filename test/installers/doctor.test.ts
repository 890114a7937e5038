// SPDX-License-Identifier: Apache-2.0
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/cli/doctor-check.ts';
import type { SelfTestResult } from '../../src/cli/doctor-trials.ts';
import { examine } from '../../src/cli/doctor.ts';
import { ownVersion } from '../../src/cli/version.ts';
import { thisMachine } from '../../src/host/index.ts';
import { wiringCalled, type WiringName } from '../attacks/defences.ts';
import type { Guarded } from '../attacks/door.ts';
import { openBench, versionsOf, type Bench, type RunOptions } from './bench.ts';

interface Told {
  readonly version: number;
  readonly checks: readonly Check[];
  readonly self_test: readonly SelfTestResult[];
}

function tellOf(ended: { readonly stdout: string }): Told {
  const told: Told = JSON.parse(ended.stdout);
  return told;
}

async function ask(bench: Bench, words: readonly string[], how: RunOptions = {}): Promise<Guarded> {
  return await bench.run(['doctor', ...words], { ...how, bare: true });
}

/** That of the environment; the machine may have others. */
function mine({ environment }: Bench, results: readonly SelfTestResult[]) {
  const { installer, version } = environment;
  return results.find((one) => one.installer === installer && one.version === version);
}

const installers = (['pip', 'uv'] as const).flatMap((installer) =>
  versionsOf(installer).map((version) => ({ installer, version })),
);

describe.each(installers)('$installer $version', ({ installer, version }) => {
  test('the right file is installed, the changed one refused; nothing of the user’s is touched', async () => {
    await using bench = await openBench(installer, version);
    const ended = await ask(bench, ['--json']);
    const told = tellOf(ended);
    expect(mine(bench, told.self_test), ended.stdout).toMatchObject({
      good: 'installed',
      tampered: 'refused',
      exit: 10,
    });
    expect(told.version).toBe(1);
    for (const check of told.checks)
      expect(Object.keys(check)).toEqual(['id', 'subject', 'state', 'message', 'hint', 'code']);
    expect(told.checks.filter(({ state }) => state === 'problem')).toEqual([]);
    expect(ended.exit).toBe(0);
    expect(ended.stderr).toBe('');
    expect(bench.world.reached).toEqual([]);
    const homes = await readdir(bench.environment.home, { recursive: true });
    expect(homes.filter((name) => name.includes('wheelproof'))).toEqual([]);
    expect(await readdir(join(bench.environment.root, 'tmp'))).toEqual([]);
  });

  test('with the defence taken out it says so, and ends with 70', async () => {
    await using bench = await openBench(installer, version);
    const ended = await examineWithout(bench, 'without:index-hash');
    // Today's installers look at hashes themselves; that is not what is to be proved.
    expect(mine(bench, tellOf(ended).self_test)).toMatchObject({
      good: 'installed',
      tampered: 'stopped',
      exit: 1,
    });
    expect(ended.exit).toBe(70);
  });
});

/** Takes whatever it is sent. */
const CARELESS = `import io, re, sys, urllib.parse, urllib.request, zipfile
after = lambda word: sys.argv[sys.argv.index(word) + 1]
index = after('--index-url')
name = after(index)
page = urllib.request.urlopen(index + name + '/').read().decode()
link = urllib.parse.urljoin(index, re.search('href="([^"#]+)', page)[1])
zipfile.ZipFile(io.BytesIO(urllib.request.urlopen(link).read())).extractall(after('--target'))
`;

describe('an installer that looks at no hashes', () => {
  const open = async (): Promise<Bench> => {
    const bench = await openBench('pip');
    const bin = join(bench.environment.target, 'bin');
    await bench.write(join(bin, 'pip'), `#!${bin}/python\n${CARELESS}`);
    return bench;
  };

  test('is held', async () => {
    await using bench = await open();
    const ended = await ask(bench, ['--json']);
    expect(mine(bench, tellOf(ended).self_test), ended.stdout).toMatchObject({
      good: 'installed',
      tampered: 'refused',
      exit: 10,
    });
  });

  test('without the defence the changed file is installed, and it says so', async () => {
    await using bench = await open();
    const ended = await examineWithout(bench, 'without:index-hash');
    const told = tellOf(ended);
    expect(mine(bench, told.self_test)).toMatchObject({ tampered: 'INSTALLED', exit: 0 });
    expect(told.checks.map(({ message }) => message).join()).toContain(
      'A CHANGED FILE WAS INSTALLED',
    );
    expect(ended.exit).toBe(70);
  });
});

/** In this process: no word on a command line takes a defence out. */
async function examineWithout(bench: Bench, wiring: WiringName) {
  const { variables, directory, home } = bench.environment;
  let stdout = '';
  const exit = await examine(
    {
      around: {
        machine: thisMachine,
        environment: variables,
        directory,
        home,
        uid: process.geteuid?.() ?? null,
      },
      options: {
        quiet: false,
        strict: false,
        report: null,
        ci: { sarif: null, summary: null, events: null, github: false },
        policyFile: null,
        jail: 'auto',
        fetchAhead: true,
        help: false,
        version: false,
      },
      wish: { json: true, selfTest: true, online: false },
      out: (text) => void (stdout += text),
      colour: false,
    },
    wiringCalled(wiring),
  );
  return { exit, stdout };
}

const WITHOUT_TEST = ['--no-self-test', '--json'];

const problems = (ended: Guarded): readonly (string | null)[] =>
  tellOf(ended)
    .checks.filter(({ state }) => state === 'problem')
    .map(({ code }) => code);

describe('problems decide the exit code', () => {
  test('configuration that goes round', async () => {
    await using bench = await openBench('uv');
    await bench.write('uv.toml', 'https-proxy = "http://127.0.0.1:1"\n');
    const ended = await ask(bench, WITHOUT_TEST, { variables: { UV_INSECURE_HOST: 'index.test' } });
    expect(problems(ended), ended.stdout).toEqual(['WP-BYPASS-CONFIG']);
    expect(ended.exit).toBe(17);
    expect(ended.stdout).toContain('UV_INSECURE_HOST was taken out');
  });

  test('state that others can write, with its chmod', async () => {
    await using bench = await openBench('pip');
    const data = join(bench.environment.home, '.local/share/wheelproof');
    await mkdir(data, { recursive: true, mode: 0o700 });
    await chmod(data, 0o777);
    const ended = await ask(bench, WITHOUT_TEST);
    expect(new Set(problems(ended))).toEqual(new Set(['WP-STATE-PERMISSIONS']));
    expect(ended.exit).toBe(21);
    expect(ended.stdout).toContain(`chmod 700 ${data}`);
  });

  test('an installer that cannot install proves nothing', async () => {
    await using bench = await openBench('pip');
    const version = `echo "pip 26.3 from ${bench.environment.root}/x/pip (python 3.11)"`;
    const script = `#!/bin/sh\ncase $1 in --version) ${version};; *) echo broken >&2; exit 3;; esac\n`;
    await bench.write('bin/pip', script);
    await chmod(join(bench.environment.directory, 'bin/pip'), 0o755);
    const path = `${bench.environment.directory}/bin:${process.execPath.replace(/\/node$/u, '')}`;
    const ended = await ask(bench, [], { variables: { PATH: path, VIRTUAL_ENV: null } });
    expect(ended.stdout).toMatch(/problem {2}pip 26\.3, .*exit 3, broken.*nothing is proved/u);
    expect(ended.exit).toBe(64);
  });
});

test('for people: a mark and a section for each, the count at the end', async () => {
  await using bench = await openBench('pip');
  const ended = await ask(bench, ['--no-self-test']);
  expect(ended.exit, ended.stdout).toBe(0);
  const shipped = `wheelproof\n  ok       wheelproof: ${ownVersion()}, in `;
  expect(ended.stdout.slice(0, shipped.length)).toBe(shipped);
  expect(ended.stdout).toContain('\nself-test\n  note     self-test: left out');
  expect(ended.stdout).toContain('`wheelproof pip` runs it');
  expect(ended.stdout).toMatch(/\nwheelproof doctor: no problems, .* ok\n$/u);
  expect(ended.stdout).not.toContain('\u001b');
});

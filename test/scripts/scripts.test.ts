// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeProgram } from '../attacks/program.ts';
import { runProgram } from '../world/programs.ts';
import { parseScript, settle, type Script } from './script.ts';

const scripts = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.txt'));

describe.concurrent('at a shell', () => {
  test.each(scripts)('%s', async (name) => {
    const script = parseScript(await readFile(join(import.meta.dirname, name), 'utf8'));
    expect(script.steps.length).toBeGreaterThan(0);
    await play(name, script);
  });
});

async function play(name: string, { steps, files }: Script): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'wheelproof-script-'));
  const directory = join(root, 'here');
  try {
    const environment = await settleIn(root, directory, files);
    for (const { line, command, stdout, stderr, exit } of steps) {
      const words = ['/bin/sh', '-c', command];
      const ended = await runProgram(words, { environment, directory, patience: 30_000 });
      const plain = (text: string): string => text.replaceAll(root, '/root-of-test');
      const found = {
        exit: ended.exit,
        stdout: settle(stdout, plain(ended.stdout)),
        stderr: settle(stderr, plain(ended.stderr)),
      };
      expect(found, `${name}:${line}: ${command}`).toEqual({ exit, stdout, stderr });
    }
  } finally {
    await rm(root, { recursive: true });
  }
}

/** A home, a working folder with the script's files, and `wheelproof` on PATH. */
async function settleIn(
  root: string,
  directory: string,
  files: Script['files'],
): Promise<Readonly<Record<string, string>>> {
  const home = join(root, 'home');
  const programs = join(directory, 'bin');
  for (const folder of [home, programs, join(root, 'tmp')])
    await mkdir(folder, { recursive: true });
  const { main } = await makeProgram();
  const start = `#!/bin/sh\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${main}' "$@"\n`;
  for (const [name, text] of Object.entries({ ...files, 'bin/wheelproof': start })) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text, { mode: name.startsWith('bin/') ? 0o755 : 0o644 });
  }
  return {
    HOME: home,
    USER: 'ana',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    TMPDIR: join(root, 'tmp'),
    PATH: `${programs}:/usr/bin:/bin`,
  };
}

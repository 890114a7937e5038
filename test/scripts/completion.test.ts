// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeProgram } from '../attacks/program.ts';

/* The scripts in the shells that they are for; a shell that this machine lacks is named as skipped. */

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wheelproof-completion-'));
  const { main } = await makeProgram();
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, status } = run(process.execPath, [main, 'completion', shell]);
    expect(status).toBe(0);
    await writeFile(join(folder, `script.${shell}`), stdout);
  }
  await writeFile(join(folder, 'only.txt'), '');
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

function run(program: string, words: readonly string[]) {
  const environment = { HOME: folder, PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TERM: 'xterm' };
  return spawnSync(program, words, { cwd: folder, env: environment, encoding: 'utf8' });
}

/** What the last word of a line may become. */
const CASES: readonly (readonly [line: string, answers: readonly string[]])[] = [
  ['wheelproof trus', ['trust']],
  ['wheelproof trust li', ['list']],
  ['wheelproof trust list --js', ['--json']],
  ['wheelproof --strict --report r.json polic', ['policy']],
  ['wheelproof completion ', ['bash', 'fish', 'zsh']],
  ['wheelproof help comple', ['completion']],
];

describe.skipIf(!has('bash'))('bash', () => {
  const complete = (line: string): readonly string[] => {
    const words = line.split(' ').map((word) => `'${word}'`);
    const ask = `. ./script.bash; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _wheelproof; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '-c', ask]).stdout.split('\n').filter(Boolean).toSorted();
  };

  test.each(CASES)('%s', (line, answers) => {
    expect(complete(line)).toEqual(answers);
  });

  test("leaves files, and an installer's own words, to others", () => {
    expect(complete('wheelproof verify on')).toEqual([]);
    expect(complete('wheelproof --report trus')).toEqual([]);
    expect(complete('wheelproof pip trus')).toEqual([]);
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  const complete = (line: string): readonly string[] => {
    const { stdout } = run('fish', [
      '--no-config',
      '-c',
      `source script.fish; complete -C '${line}'`,
    ]);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((found) => found.split('\t')[0] ?? '')
      .toSorted();
  };

  test.each(CASES)('%s', (line, answers) => {
    expect(complete(line)).toEqual(answers);
  });

  test("offers files, and what an installer's own script offers", () => {
    expect(complete('wheelproof verify on')).toEqual(['only.txt']);
    expect(complete('wheelproof --report on')).toEqual(['only.txt']);
    expect(complete('wheelproof true --hel')).toEqual(complete('true --hel'));
  });
});

describe.skipIf(!has('zsh'))('zsh', () => {
  const begin = 'autoload -U compinit; compinit -u -D; source ./script.zsh';
  /** What the script would offer, told instead of shown. */
  const offered = (line: string): readonly string[] => {
    const words = line.split(' ').map((word) => `'${word}'`);
    const ask = `compdef() {}
source ./script.zsh
_describe() { print -rl -- "\${(@)\${(@P)2}%%:*}" }
_files() { print files }
_normal() { print normal $words[1] $CURRENT }
words=(${words.join(' ')}); CURRENT=${words.length}; _wheelproof`;
    return run('zsh', ['-f', '-c', ask]).stdout.split('\n').filter(Boolean);
  };

  test.each(CASES)('%s', (line, answers) => {
    expect(offered(line)).toEqual(expect.arrayContaining([...answers]));
  });

  test("leaves files, and an installer's own words, to others", () => {
    expect(offered('wheelproof verify on')).toEqual(['files']);
    expect(offered('wheelproof --report on')).toEqual(['files']);
    expect(offered('wheelproof -q pip install x')).toEqual(['normal pip 3']);
  });

  test('completes what is typed', () => {
    const session = [
      'zmodload zsh/zpty',
      'zpty z zsh -f -i',
      `zpty -w z "PS1=''; unsetopt beep; ${begin}; print ready-\\$((1 + 1))"`,
      "zpty -r -m z shown '*ready-2*'",
      String.raw`zpty -w -n z $'wheelproof trus\t'`,
      "zpty -r -m z shown '*wheelproof trust*'",
      String.raw`zpty -w -n z $'li\t'`,
      "zpty -r -m z shown '*list*' && print completed",
    ];
    const { stdout } = spawnSync('zsh', ['-f', '-c', session.join('\n')], {
      cwd: folder,
      env: { HOME: folder, PATH: '/usr/bin:/bin', TERM: 'xterm' },
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(stdout).toContain('completed');
  });
});

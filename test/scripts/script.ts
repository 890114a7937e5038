// SPDX-License-Identifier: Apache-2.0

/*
 * A script tells a session at a shell, line by line:
 *
 *   # a comment
 *   $ wheelproof trust show nothing | cat
 *   Nothing is known of nothing.
 *   ! a line on standard error
 *   ? 64
 *
 * `$` is run by sh; what follows is its standard output, with `!` its standard error and with `?`
 * its exit code, where it is not 0. `…` stands for any text in a line, and alone for any lines.
 * Files follow at the end, each below `-- name --`.
 */

export interface Step {
  readonly line: number;
  readonly command: string;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly exit: number;
}

export interface Script {
  readonly steps: readonly Step[];
  readonly files: Readonly<Record<string, string>>;
}

export function parseScript(text: string): Script {
  const [session = '', ...parts] = text.split(/^-- (.+) --\n/mu);
  const files: Record<string, string> = {};
  for (let at = 0; at < parts.length; at += 2) files[parts[at] ?? ''] = parts[at + 1] ?? '';
  const steps: Step[] = [];
  let open: { command: string; line: number; told: string[] } | null = null;
  const close = (): void => {
    if (open !== null) steps.push(stepOf(open));
  };
  for (const [index, line] of session.split('\n').entries()) {
    if (line.startsWith('$ ')) {
      close();
      open = { command: line.slice(2), line: index + 1, told: [] };
    } else if (!line.startsWith('#')) {
      open?.told.push(line);
    }
  }
  close();
  return { steps, files };
}

function stepOf(open: { readonly command: string; readonly line: number; told: string[] }): Step {
  const { command, line, told } = open;
  const stderr = told.filter((text) => /^!(?: |$)/u.test(text)).map((text) => text.slice(2));
  const stdout = told.filter((text) => !/^[!?](?: |$)/u.test(text));
  while (stdout.at(-1) === '') stdout.pop();
  const exit = Number(told.find((text) => text.startsWith('? '))?.slice(2) ?? '0');
  return { line, command, stdout, stderr, exit };
}

/** What was printed, with what is left open in the expectation put in place of it where that fits. */
export function settle(expected: readonly string[], printed: string): readonly string[] {
  const lines = printed.replace(/\n+$/u, '').split('\n');
  const actual = lines.length === 1 && lines[0] === '' ? [] : lines;
  return patternOf(expected).test(actual.map((line) => `${line}\n`).join('')) ? expected : actual;
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/gu, (character) =>
    character === '-' ? character : `\\${character}`,
  );
}

function patternOf(expected: readonly string[]): RegExp {
  const lines = expected.map((line) =>
    line === '…' ? '(?:.*\\n)*?' : `${line.split('…').map(literally).join('.*')}\\n`,
  );
  return new RegExp(`^${lines.join('')}$`, 'u');
}

// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const MODULE = join(import.meta.dirname, 'late-optimising.ts');

const SOURCES = join(import.meta.dirname, '..');

/** What V8 says of it: it writes of each flag that it does not know. */
function saidFor(version: string, next = "console.log('on')"): string {
  const script = `import { optimiseLate } from ${JSON.stringify(MODULE)}; optimiseLate(${version});`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', '--input-type=module', '--eval', `${script} ${next};`],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return stdout + stderr;
}

it('is known to the V8 of this Node, and left alone where another might not know it', () => {
  expect(saidFor('process.versions.node')).toBe('on\n');
  expect(saidFor('"99.0.0"')).toBe('on\n');
});

/** The modules of Node's that some file of ours imports. */
function imported(): ReadonlySet<string> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  const ours = files.filter(
    (file) => file.endsWith('.ts') && !/\.test(?:-support)?\.ts$/u.test(file),
  );
  const found = ours.flatMap((file) => [
    ...readFileSync(join(SOURCES, file), 'utf8').matchAll(
      /^(?:import (?!type )[^;]*?|\} )from 'node:([a-z0-9_/]+)';$/gmu,
    ),
  ]);
  return new Set(found.map(([, name = '']) => name));
}

it('comes after all modules that the program imports: Node has no compiled ones for other flags', () => {
  const loaded = saidFor('process.versions.node', 'console.log(process.moduleLoadList.join())');
  // main.ts has the first by then; only upstream asks for addresses; few runs need OpenPGP.js.
  const others = ['module', 'dns', 'stream/web'];
  const missing = [...imported()].filter((name) => !loaded.includes(`NativeModule ${name}`));
  expect(missing.filter((name) => !others.includes(name))).toEqual([]);
  expect(imported()).toContain('http2');
});

it('takes the word about the heap back: Node has no compiled modules for that flag either', () => {
  const script = `import { forgetHeapFlags } from ${JSON.stringify(MODULE)};
    import { cachedDataVersionTag } from 'node:v8';
    const before = cachedDataVersionTag();
    forgetHeapFlags();
    console.log(before === cachedDataVersionTag());`;
  const saidWith = (...flags: readonly string[]): string =>
    spawnSync(
      process.execPath,
      [...flags, '--no-warnings', '--input-type=module', '--eval', script],
      { encoding: 'utf8' },
    ).stdout;
  expect(saidWith('--initial-old-space-size=64')).toBe('false\n');
  expect(saidWith()).toBe('true\n');
});

// SPDX-License-Identifier: Apache-2.0
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProgram, type LoadedProgram } from './compiled-program.ts';

const TEXT = `(function (module, require, meta) {
  module.exports = {
    answer: () => 6 * 7,
    place: () => require('node:path').basename(meta.filename),
    later: async () => (await meta.imports.path()).basename(meta.filename),
  };
})`;

let root = '';
let folder = '';
let file = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wheelproof-compiled-'));
  folder = join(root, 'compiled');
  file = join(root, 'program.js');
  writeFileSync(file, TEXT);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const load = (...folders: readonly string[]): LoadedProgram =>
  loadProgram(file, folders.length === 0 ? [folder] : folders, {
    imports: { path: () => import('node:path') },
  });

function answerOf({ exports }: LoadedProgram): number {
  const answer: () => number = Reflect.get(exports, 'answer');
  return answer();
}

/** What was kept, its only file. */
function kept(at = folder): string {
  const [name = '', ...others] = readdirSync(at);
  expect(others).toEqual([]);
  return join(at, name);
}

describe('a bundled program', () => {
  it('runs with nothing kept, and knows its place', async () => {
    const program = load();
    expect(program.isCompiled).toBe(false);
    expect(answerOf(program)).toBe(42);
    const place: () => string = Reflect.get(program.exports, 'place');
    const later: () => Promise<string> = Reflect.get(program.exports, 'later');
    expect(place()).toBe('program.js');
    expect(await later()).toBe('program.js');
    expect(existsSync(folder)).toBe(false);
  });

  it('takes over what an earlier run left', () => {
    load().keep('pip install');
    const again = load();
    expect(again.isCompiled).toBe(true);
    expect(answerOf(again)).toBe(42);
  });

  it('takes over nothing that was compiled under other flags, nor loses its own by them', () => {
    const under = (flag: string): boolean => {
      setFlagsFromString(`--invocation-count-for-osr=${flag}`);
      const program = load();
      program.keep('pip install');
      return program.isCompiled;
    };
    expect(under('501')).toBe(false);
    expect(under('502')).toBe(false);
    expect(under('501')).toBe(true);
    expect(under('502')).toBe(true);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('is added to three times by each kind of run', () => {
    const digests: string[] = [];
    for (const kind of ['a', 'a', 'a', 'a', 'b', 'b']) {
      load().keep(kind);
      digests.push(readFileSync(kept(), 'latin1').slice(0, 64));
    }
    const [, , third, fourth, fifth, sixth] = digests;
    expect(new Set(digests.slice(0, 3)).size).toBe(3);
    expect(fourth).toBe(third);
    expect(fifth).not.toBe(fourth);
    expect(sixth).not.toBe(fifth);
  });

  it('is not taken over for another text, of the same length too', () => {
    load().keep('a');
    writeFileSync(file, TEXT.replace('6 * 7', '6 * 8'));
    const other = load();
    expect(other.isCompiled).toBe(false);
    expect(answerOf(other)).toBe(48);
  });

  it.each([0, 70, 200, -1])('is not taken over with a changed byte at %i', (at) => {
    load().keep('a');
    const bytes = readFileSync(kept());
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    writeFileSync(kept(), bytes);
    const program = load();
    expect(program.isCompiled).toBe(false);
    expect(answerOf(program)).toBe(42);
  });

  it.each([0, 10, 64, 90])('is not taken over cut to %i bytes', (length) => {
    load().keep('a');
    writeFileSync(kept(), readFileSync(kept()).subarray(0, length));
    expect(load().isCompiled).toBe(false);
  });

  it('is mended by the next run', () => {
    load().keep('a');
    writeFileSync(kept(), '');
    load().keep('a');
    expect(load().isCompiled).toBe(true);
  });

  it('is not taken from a file that others may write', () => {
    load().keep('a');
    chmodSync(kept(), 0o620);
    expect(load().isCompiled).toBe(false);
    chmodSync(kept(), 0o600);
    expect(load().isCompiled).toBe(true);
  });

  it('is not taken through a link', () => {
    load().keep('a');
    const path = kept();
    const elsewhere = join(root, 'elsewhere.bin');
    renameSync(path, elsewhere);
    symlinkSync(elsewhere, path);
    expect(load().isCompiled).toBe(false);
  });

  it('is not taken from a folder that others may write, or through a link to one of ours', () => {
    load().keep('a');
    chmodSync(folder, 0o770);
    expect(load().isCompiled).toBe(false);
    chmodSync(folder, 0o700);
    chmodSync(root, 0o777);
    expect(load().isCompiled).toBe(false);
    chmodSync(root, 0o700);
    const linked = join(root, 'linked');
    symlinkSync(folder, linked);
    expect(load(linked).isCompiled).toBe(false);
    expect(load().isCompiled).toBe(true);
  });

  it('is kept in the first folder that lies in one of our own', () => {
    const shared = join(root, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    const folders = [join(root, 'missing', 'compiled'), join(shared, 'compiled'), folder];
    load(...folders).keep('a');
    expect(existsSync(join(root, 'missing'))).toBe(false);
    expect(readdirSync(shared)).toEqual([]);
    expect(load(...folders).isCompiled).toBe(true);
    expect(kept()).toMatch(/\.bin$/u);
  });

  it('has kept files of few builds', () => {
    for (let build = 0; build < 30; build += 1) {
      writeFileSync(file, `${TEXT} // ${build}`);
      load().keep('a');
    }
    expect(readdirSync(folder)).toHaveLength(24);
    expect(load().isCompiled).toBe(true);
  });
});

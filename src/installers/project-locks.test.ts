// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { Refusal } from '../core/errors.ts';
import type { Pin } from '../core/installer.ts';
import { pinDisagreements } from './pin-disagreements.ts';
import { projectLocks } from './project-locks.ts';
import { FakePins, machineOf } from './scene.test-support.ts';

const pin = (where: string, sha256: string, more: Partial<Pin> = {}): Pin => ({
  project: 'good',
  version: '1.0',
  filename: 'good-1.0-py3-none-any.whl',
  url: null,
  hashes: { sha256 },
  where,
  ...more,
});

const lockOf = (where: string) => ({ pins: [pin(where, 'a')] });

class BrokenPins extends FakePins {
  readonly #code: 'WP-LOCKFILE-INVALID' | 'WP-LOCK-NO-HASH';

  constructor(code: 'WP-LOCKFILE-INVALID' | 'WP-LOCK-NO-HASH') {
    super();
    this.#code = code;
  }

  override async readFile(): Promise<never> {
    throw new Refusal(this.#code, { message: 'poetry.lock: it is broken' });
  }
}

async function look(
  files: readonly string[],
  directory: string,
  {
    pins = new FakePins(),
    own = [],
    named = [],
  }: { pins?: FakePins; own?: string[]; named?: string[] } = {},
) {
  const machine = machineOf({ files: Object.fromEntries(files.map((file) => [file, ''])) });
  const environment = { HOME: '/home/me' };
  const found = await projectLocks(
    { machine, pins },
    { from: directory, directories: [directory], own, named, environment },
  );
  return { ...found, asked: pins.asked };
}

describe('the lock files of a project', () => {
  it('passes over none of very many', async () => {
    const many = Array.from({ length: 33 }, (_, at) => `/w/poetry.${at}.lock`);
    await expect(look(many, '/w')).rejects.toMatchObject({ code: 'WP-LOCKFILE-INVALID' });
  });

  it('are those beside its own beginning, and none above it', async () => {
    const files = [
      '/p/uv.lock',
      '/p/app/pyproject.toml',
      '/p/app/poetry.lock',
      '/p/app/src/x/y.py',
    ];
    expect((await look(files, '/p/app/src/x')).asked).toStrictEqual([
      'constraint /p/app/poetry.lock',
    ]);
    expect((await look(files, '/p')).asked).toStrictEqual(['constraint /p/uv.lock']);
  });

  it('count whichever tool wrote them, requirements.txt among them, and each once', async () => {
    const files = ['/p/poetry.lock', '/p/requirements.txt', '/p/other.txt', '/p/config.yml'];
    const pins = new FakePins({ 'poetry.lock': lockOf('poetry.lock:3') });
    const found = await look(files, '/p', { pins });
    expect(found.asked).toStrictEqual([
      'constraint /p/poetry.lock',
      'constraint /p/requirements.txt',
    ]);
    expect(found.pins).toStrictEqual([pin('poetry.lock:3', 'a')]);
    const named = await look(files, '/p', { named: ['/p/requirements.txt'] });
    expect(named.asked).toStrictEqual(['constraint /p/poetry.lock']);
  });

  it("are not looked for in the user's home, unless that is where the run is", async () => {
    expect((await look(['/home/me/uv.lock'], '/home/me/some/empty')).asked).toStrictEqual([]);
    expect((await look(['/home/uv.lock'], '/home/me')).asked).toStrictEqual([]);
    expect((await look(['/home/me/uv.lock'], '/home/me')).asked).toHaveLength(1);
    expect((await look(['/home/m/uv.lock'], '/home/m/deep')).asked).toHaveLength(1);
  });

  it('that cannot be read are told, and stop the tool whose they are', async () => {
    const unreadable = () => new BrokenPins('WP-LOCKFILE-INVALID');
    const other = await look(['/p/poetry.lock'], '/p', { pins: unreadable() });
    expect(other.notes).toStrictEqual(['poetry.lock: it is broken: what it pins is not compared.']);
    expect(other.refusals).toStrictEqual([]);
    const its = await look(['/p/poetry.lock'], '/p', { pins: unreadable(), own: ['poetry.lock'] });
    expect(its.refusals).toMatchObject([{ code: 'WP-LOCKFILE-INVALID' }]);
  });

  it('that have lost their hashes stop every run (K16)', async () => {
    const found = await look(['/p/poetry.lock'], '/p', { pins: new BrokenPins('WP-LOCK-NO-HASH') });
    expect(found.refusals).toMatchObject([{ code: 'WP-LOCK-NO-HASH' }]);
  });
});

describe('pins of two files', () => {
  it('cannot both hold where they name one file with two digests of one kind', () => {
    const two = [pin('poetry.lock:3', 'a'), pin('x:1', 'a'), pin('uv.lock:9', 'b')];
    expect(pinDisagreements(two)).toStrictEqual([
      'good-1.0-py3-none-any.whl: poetry.lock:3 pins sha256 a, uv.lock:9 pins b',
    ]);
    expect(pinDisagreements(two.slice(0, 2))).toStrictEqual([]);
  });

  it('can where they name other files, other kinds of digest or other addresses', () => {
    const first = pin('poetry.lock:3', 'a', { url: 'https://a.test/g.whl' });
    for (const other of [
      pin('uv.lock:9', 'b', { filename: 'good-1.0.tar.gz' }),
      pin('uv.lock:9', 'b', { filename: null }),
      pin('uv.lock:9', 'b', { project: 'other' }),
      pin('uv.lock:9', 'b', { hashes: { md5: 'b' } }),
      pin('uv.lock:9', 'b', { url: 'https://b.test/g.whl' }),
    ]) {
      expect(pinDisagreements([first, other])).toStrictEqual([]);
    }
  });

  it('are told a few at a time', () => {
    const many = Array.from({ length: 20 }, (_, at) =>
      ['a', 'b'].map((hex) => pin('x', hex, { filename: `f${at}` })),
    );
    expect(pinDisagreements(many.flat())).toHaveLength(6);
  });
});

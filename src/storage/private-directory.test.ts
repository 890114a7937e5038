// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { ensurePrivateDirectory, requirePrivateFile } from './private-directory.ts';

const isRoot = process.geteuid?.() === 0;
let place = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'wheelproof-private-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
}

describe('a private folder', () => {
  test('is made with everything above it, for its owner alone', () => {
    const directory = join(place, 'a', 'b');
    ensurePrivateDirectory(directory);
    ensurePrivateDirectory(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(place, 'a')).mode & 0o777).toBe(0o700);
  });

  test.each([0o770, 0o707, 0o777, 0o1777])(
    'K17: is refused when others can write it (%o)',
    (mode) => {
      const directory = join(place, "it's shared");
      mkdirSync(directory);
      chmodSync(directory, mode);
      const refusal = refusalOf(() => ensurePrivateDirectory(directory));
      expect(refusal.code).toBe('WP-STATE-PERMISSIONS');
      expect(refusal.hint).toBe(`Run: chmod 700 '${place}/it'\\''s shared'`);
      expect(refusal.message).toContain(`found mode ${mode.toString(8).padStart(4, '0')}`);
    },
  );

  test.runIf(process.platform === 'linux')(
    'is refused where none can be made, and at once',
    () => {
      const module = new URL('private-directory.ts', import.meta.url).href;
      const program = `import { ensurePrivateDirectory } from ${JSON.stringify(module)};
      try { ensurePrivateDirectory('/proc/wheelproof/blobs'); }
      catch (thrown) { console.log(thrown.class, thrown.hint.includes('XDG_DATA_HOME')); }`;
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
        encoding: 'utf8',
        timeout: 20_000,
        killSignal: 'SIGKILL',
      });
      expect(stdout).toBe('E-STATE true\n');
    },
    30_000,
  );

  test('may be readable by others', () => {
    chmodSync(place, 0o755);
    ensurePrivateDirectory(place);
  });

  test.runIf(isRoot)('K17: is refused when it belongs to somebody else', () => {
    const directory = join(place, 'foreign');
    mkdirSync(directory, { mode: 0o700 });
    chownSync(directory, 12_345, 12_345);
    const refusal = refusalOf(() => ensurePrivateDirectory(directory));
    expect(refusal.code).toBe('WP-STATE-PERMISSIONS');
    expect(refusal.message).toContain('found user id 12345');
    expect(refusal.hint).toContain(`sudo chown -R 0 ${directory}`);
  });

  test.runIf(isRoot)('K17: root makes nothing in another user’s home', () => {
    const home = join(place, 'home');
    mkdirSync(home, { mode: 0o700 });
    chownSync(home, 12_345, 12_345);
    const directory = join(home, '.local', 'share', 'wheelproof');
    expect(refusalOf(() => ensurePrivateDirectory(directory)).code).toBe('WP-STATE-PERMISSIONS');
    expect(() => statSync(join(home, '.local'))).toThrow('ENOENT');
  });

  test('is refused where a file stands', () => {
    writeFileSync(join(place, 'file'), '');
    expect(refusalOf(() => ensurePrivateDirectory(join(place, 'file'))).class).toBe('E-STATE');
    expect(refusalOf(() => ensurePrivateDirectory(join(place, 'file', 'x'))).class).toBe('E-STATE');
  });
});

describe('a private file', () => {
  test('is told from none', () => {
    const file = join(place, 'file');
    expect(requirePrivateFile(file)).toBeNull();
    writeFileSync(file, 'abc', { mode: 0o600 });
    expect(requirePrivateFile(file)?.size).toBe(3);
  });

  test('K17: is refused when others can write it', () => {
    const file = join(place, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o666);
    const refusal = refusalOf(() => requirePrivateFile(file));
    expect(refusal).toMatchObject({ code: 'WP-STATE-PERMISSIONS', hint: `Run: chmod 600 ${file}` });
  });

  test('is refused when it is a link or a folder', () => {
    symlinkSync('/dev/null', join(place, 'link'));
    expect(refusalOf(() => requirePrivateFile(join(place, 'link'))).code).toBe('WP-STATE-DAMAGED');
    expect(refusalOf(() => requirePrivateFile(place)).code).toBe('WP-STATE-DAMAGED');
  });
});

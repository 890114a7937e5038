// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { FOREIGN_RUN_AGE_MS } from '../core/limits.ts';
import { isAbandoned, newDraftName } from './draft-name.ts';

function renamed(name: string, part: number, value: string): string {
  const parts = name.split('-');
  parts[part] = value;
  return parts.join('-');
}

describe('a draft’s name', () => {
  test('is another one each time, and its own process is alive', () => {
    expect(newDraftName()).not.toBe(newDraftName());
    expect(isAbandoned(newDraftName(), 10 * FOREIGN_RUN_AGE_MS)).toBe(false);
  });

  test('of an ended process is abandoned at once', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    expect(isAbandoned(renamed(newDraftName(), 1, String(pid)), 0)).toBe(true);
  });

  test('of a process whose id was given to another is abandoned', () => {
    const name = renamed(newDraftName(), 2, '1');
    expect(isAbandoned(name, 0)).toBe(process.platform === 'linux');
  });

  test('of another machine or container is abandoned only with age', () => {
    const name = renamed(newDraftName(), 0, '000000000000');
    expect(isAbandoned(name, FOREIGN_RUN_AGE_MS)).toBe(false);
    expect(isAbandoned(name, FOREIGN_RUN_AGE_MS + 1)).toBe(true);
  });

  test('that is none of ours is left until it is old', () => {
    expect(isAbandoned('notes.txt', 0)).toBe(false);
    expect(isAbandoned('notes.txt', FOREIGN_RUN_AGE_MS + 1)).toBe(true);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { GIB, MIB } from '../core/limits.ts';
import { requireSpace } from './free-space.ts';

describe('free space', () => {
  test('R05: a twentieth of a small disk is kept free', () => {
    const total = 64 * MIB;
    expect(() => requireSpace('/store', { free: total / 20 + MIB, total }, MIB)).not.toThrow();
    expect(() => requireSpace('/store', { free: total / 20 + MIB, total }, MIB + 1)).toThrow(
      expect.objectContaining({ code: 'WP-STATE-DISK' }),
    );
  });

  test('of a large disk, 1 GiB', () => {
    const total = 2000 * GIB;
    expect(() => requireSpace('/store', { free: GIB, total }, 0)).not.toThrow();
    expect(() => requireSpace('/store', { free: GIB - 1, total }, 0)).toThrow(/kept free/u);
  });

  test('the place and what to free are named', () => {
    const total = 64 * MIB;
    expect(() => requireSpace('/store', { free: 10 * MIB, total }, 30 * MIB)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /^\/store: 30\.0 MiB needed, 10\.0 MiB free, of which 3\.2/u,
        ),
        hint: expect.stringMatching(/^Free 23\.2 MiB or more on the disk that holds \/store /u),
      }),
    );
  });

  test('a file system that tells no size is believed', () => {
    expect(() => requireSpace('/store', { free: 0, total: 0 }, 0)).not.toThrow();
  });
});

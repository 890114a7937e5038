// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let own: string | null = null;

/**
 * What all processes of one run of the tests share, gone when the run ends (vitest.config.ts): test
 * processes are ended from outside and cannot tidy up. Elsewhere, a folder of this process alone.
 */
export function runFolder(): string {
  const shared = process.env['TEST_RUN_FOLDER'];
  if (shared !== undefined) return shared;
  own ??= makeRunFolder();
  return own;
}

/** A new one, removed when this process ends. */
export function makeRunFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wheelproof-tests-run-'));
  process.once('exit', () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // Somebody whom a test left behind still writes there: no reason to end otherwise.
    }
  });
  return folder;
}

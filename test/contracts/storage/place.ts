// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private folder for one test, removed with `using`. */
export function temporaryPlace(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'wheelproof-storage-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

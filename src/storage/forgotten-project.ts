// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What another process holds of a project when it is forgotten is not to come back with it. */
export async function noteForgotten(directory: string, project: string): Promise<void> {
  const path = pathFor(directory, project);
  const now = new Date();
  await writeFile(path, '', { mode: 0o600 });
  await utimes(path, now, now); // the file system's own clock is behind by some milliseconds
}

/** Milliseconds since 1970; 0: never; later than anything where it cannot be told. */
export function forgottenAt(directory: string, project: string): number {
  try {
    const found = statSync(pathFor(directory, project), { throwIfNoEntry: false });
    return Math.round(found?.mtimeMs ?? 0);
  } catch {
    return Infinity;
  }
}

/** It goes with the leftovers of killed runs: nobody holds a page for so long. */
function pathFor(directory: string, project: string): string {
  return join(directory, `${hash('sha256', project)}.forgotten`);
}

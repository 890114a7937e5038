// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { killGroup } from '../world/programs.ts';
import { namespaceOptions } from './machinery.ts';

/** A small file system of its own, seen only by those who are led into its namespace. */
export interface SmallDisk extends AsyncDisposable {
  /** Words before a command that is to see it. */
  readonly inside: readonly string[];
  /** The same folder as it is seen from here. */
  readonly seenFromHere: string;
  /** Bytes. */
  free(): Promise<number>;
}

/** Mounts `mebibytes` of memory over a folder, in a namespace that ends with its holder. */
export async function openSmallDisk(folder: string, mebibytes: number): Promise<SmallDisk> {
  const options = `size=${mebibytes}m,mode=0700`;
  const script = 'mount -t tmpfs -o "$1" none "$2" && echo ready && exec sleep 3600';
  const holder = spawn(
    'unshare',
    [...namespaceOptions(), 'sh', '-c', script, 'sh', options, folder],
    { detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await Promise.race([
    once(holder.stdout, 'data'),
    once(holder, 'exit').then(() => Promise.reject(new Error('the small disk was not mounted'))),
  ]);
  const { pid } = holder;
  const userSpace = namespaceOptions().includes('-r') ? ['-U', '--preserve-credentials'] : [];
  const seenFromHere = join(`/proc/${pid ?? 0}/root`, folder);
  return {
    inside: ['nsenter', '-t', String(pid), ...userSpace, '-m', '--wd=.'],
    seenFromHere,
    async free() {
      const found = await statfs(seenFromHere);
      return found.bavail * found.bsize;
    },
    async [Symbol.asyncDispose]() {
      killGroup(holder);
      await once(holder, 'exit').catch(() => undefined);
    },
  };
}

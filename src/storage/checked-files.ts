// SPDX-License-Identifier: Apache-2.0
import { fstatSync, type BigIntStats } from 'node:fs';
import { KIB } from '../core/limits.ts';
import { readInto } from './blob-io.ts';
import { DigestSet, supportedAlgorithms, type Digests } from './digest-set.ts';

const CHUNK_BYTES = 256 * KIB;
const MOST_REMEMBERED = 10_000;

interface Checked {
  readonly identity: string;
  readonly digests: Digests;
}

/**
 * What this process has hashed itself, so that a file is not hashed again as long as the file system
 * says that it is the same, unchanged file.
 */
export class CheckedFiles {
  readonly #checked = new Map<string, Checked>();

  remember(path: string, stats: BigIntStats, digests: Digests): void {
    this.#checked.delete(path);
    this.#checked.set(path, { identity: identityOf(stats), digests });
    const [oldest] = this.#checked.keys();
    if (this.#checked.size > MOST_REMEMBERED && oldest !== undefined) this.#checked.delete(oldest);
  }

  /** The digests of an open file's whole content: remembered, or computed now. */
  async digest(
    path: string,
    file: number,
    stats: BigIntStats,
    algorithms: readonly string[],
  ): Promise<Digests> {
    const known = this.#checked.get(path);
    const wanted = supportedAlgorithms(algorithms);
    if (known?.identity === identityOf(stats)) {
      if (wanted.every((name) => known.digests[name] !== undefined)) return known.digests;
    }
    const digests = await digestAll(file, wanted);
    const after = fstatSync(file, { bigint: true });
    if (identityOf(after) === identityOf(stats)) this.remember(path, after, digests);
    return digests;
  }
}

export function identityOf(stats: BigIntStats): string {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':');
}

async function digestAll(file: number, algorithms: readonly string[]): Promise<Digests> {
  const set = new DigestSet(algorithms);
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (let position = 0; ;) {
    const read = await readInto(file, chunk, position);
    set.update(chunk.subarray(0, read));
    position += read;
    if (read < chunk.length) return set.digests();
  }
}

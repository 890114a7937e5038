// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from 'node:zlib';

export interface TarEntry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly mode?: number;
  /** `0` file, `2` symbolic link, `5` folder, … */
  readonly type?: string;
  readonly linkName?: string;
}

const BLOCK = 512;

/** A plain ustar archive: equal input gives equal bytes. Names must fit 100 bytes. */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [
    headerOf(entry),
    Buffer.from(entry.data),
    Buffer.alloc((BLOCK - (entry.data.length % BLOCK)) % BLOCK),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

export function writeTarGz(entries: readonly TarEntry[]): Buffer {
  return gzipSync(writeTar(entries), { level: 6 });
}

function headerOf(entry: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string =>
    `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(entry.name, 0, 100);
  header.write(octal(entry.mode ?? 0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(entry.data.length, 12), 124);
  header.write(octal(1_577_836_800, 12), 136);
  header.write('        ', 148);
  header.write(entry.type ?? '0', 156);
  header.write(entry.linkName ?? '', 157, 100);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

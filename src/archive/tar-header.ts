// SPDX-License-Identifier: Apache-2.0
import { malformed } from './refuse.ts';

export const BLOCK_BYTES = 512;

export interface TarHeader {
  readonly name: string;
  readonly size: number;
  /** One character; `0` for a plain file. */
  readonly type: string;
  /** Of a link, what it leads to. */
  readonly linkName: string;
}

/** One header block (POSIX ustar; GNU's base-256 sizes too). */
export function readTarHeader(filename: string, block: Uint8Array): TarHeader {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  verifyChecksum(filename, bytes);
  const type = String.fromCharCode(bytes[156] ?? 0).replace('\0', '0');
  const prefix =
    bytes.subarray(257, 263).toString('latin1') === 'ustar\0' ? text(bytes, 345, 155) : '';
  const last = text(bytes, 0, 100);
  return {
    name: prefix === '' ? last : `${prefix}/${last}`,
    size: readNumber(filename, bytes.subarray(124, 136)),
    type,
    linkName: text(bytes, 157, 100),
  };
}

/** The sum of all bytes, its own field taken as spaces; old writers summed them as signed. */
function verifyChecksum(filename: string, block: Buffer): void {
  let unsigned = 8 * 0x20;
  let signed = 8 * 0x20;
  for (const [at, byte] of block.entries()) {
    if (at >= 148 && at < 156) continue;
    unsigned += byte;
    signed += byte >= 128 ? byte - 256 : byte;
  }
  const stated = readNumber(filename, block.subarray(148, 156));
  if (stated !== unsigned && stated !== signed)
    throw malformed(filename, 'a tar header is damaged');
}

function readNumber(filename: string, field: Buffer): number {
  const first = field[0] ?? 0;
  if (first === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    if (Number.isSafeInteger(value)) return value;
  }
  const digits = /^ *(?<digits>[0-7]*)[ \0]*$/u.exec(field.toString('latin1'))?.groups?.['digits'];
  if (digits === undefined) throw malformed(filename, 'a tar header has an unreadable number');
  return digits === '' ? 0 : parseInt(digits, 8);
}

function text(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString('utf8');
}

// SPDX-License-Identifier: Apache-2.0

/**
 * Signs by which installers recognise an archive whatever its name. Deliberately wider than what is
 * usual: an answer taken for an archive is verified, one overlooked would be installed unseen.
 */

/** Enough of an answer's beginning for {@link beginsLikeArchive}: one tar header. */
export const HEAD_BYTES = 512;
/** A zip is found from its end (22 bytes and a comment), whatever was put before it. */
export const TAIL_BYTES = 22 + 0xffff;

const MAGICS: readonly Uint8Array[] = [
  'PK\x03\x04', // zip
  'PK\x05\x06', // zip, empty
  'PK\x07\x08', // zip, in parts
  '\x1f\x8b', // gzip
  'BZh', // bzip2
  '\xfd7zXZ\x00', // xz
  'LZIP', // lzip
  '\x28\xb5\x2f\xfd', // zstandard
].map((magic) => Buffer.from(magic, 'latin1'));
const END_OF_CENTRAL_DIRECTORY = Buffer.from('PK\x05\x06', 'latin1');

export function beginsLikeArchive(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const known = MAGICS.some((magic) => bytes.subarray(0, magic.length).equals(magic));
  return known || isLzmaAlone(bytes) || isTarHeader(bytes);
}

export function endsLikeArchive(tail: Uint8Array): boolean {
  return Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength).includes(
    END_OF_CENTRAL_DIRECTORY,
  );
}

/** The old .lzma form has no magic: properties below 225, a dictionary of 2^n or 2^n + 2^(n-1) bytes. */
function isLzmaAlone(bytes: Buffer): boolean {
  if (bytes.length < 13 || bytes.readUInt8(0) >= 225) return false;
  const dictionary = bytes.readUInt32LE(1);
  const isPower = (n: number): boolean => n !== 0 && (n & (n - 1)) >>> 0 === 0;
  const usual =
    dictionary === 0 ||
    dictionary === 0xffff_ffff ||
    isPower(dictionary) ||
    (dictionary % 3 === 0 && isPower(dictionary / 3));
  const size = bytes.readBigUInt64LE(5);
  return usual && size !== 0n && (size === 0xffff_ffff_ffff_ffffn || size < 1n << 38n);
}

/** A tar header's checksum holds whichever of tar's dialects it is in (POSIX.1-1988 10.1.1). */
function isTarHeader(bytes: Buffer): boolean {
  if (bytes.length < HEAD_BYTES) return false;
  const stated = /^[ \0]*([0-7]+)[ \0]/u.exec(`${bytes.toString('latin1', 148, 156)}\0`)?.[1];
  if (stated === undefined) return false;
  const sum = (signed: boolean): number =>
    bytes
      .subarray(0, HEAD_BYTES)
      .reduce((total, byte, at) => total + checksumPart(byte, at, signed), 0);
  const checksum = Number.parseInt(stated, 8);
  return checksum === sum(false) || checksum === sum(true);
}

/** The checksum's own field counts as blanks; some writers add up signed bytes. */
function checksumPart(byte: number, at: number, signed: boolean): number {
  if (at >= 148 && at < 156) return 0x20;
  return signed && byte > 127 ? byte - 256 : byte;
}

// SPDX-License-Identifier: Apache-2.0

/* The few DER shapes (X.690) that a certificate needs, written, never read. */

export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => element(0x30, ...items);
export const set = (...items: readonly Uint8Array[]): Buffer => element(0x31, ...items);
export const octetString = (bytes: Uint8Array): Buffer => element(0x04, bytes);
export const bitString = (bytes: Uint8Array): Buffer => element(0x03, Buffer.from([0]), bytes);
export const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text));
export const boolean = (value: boolean): Buffer => element(0x01, Buffer.from([value ? 0xff : 0]));
/** Explicitly tagged. */
export const context = (tag: number, inner: Uint8Array): Buffer => element(0xa0 | tag, inner);
/** Implicitly tagged, primitive. */
export const implicit = (tag: number, bytes: Uint8Array): Buffer => element(0x80 | tag, bytes);

/** Big-endian bytes of a number that is not negative. */
export function integer(bytes: Uint8Array): Buffer {
  const sign = (bytes[0] ?? 0) & 0x80 ? Buffer.from([0]) : Buffer.alloc(0);
  return element(0x02, sign, bytes);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) {
    digits.unshift(0x80 | (left % 128));
  }
  return digits;
}

/** A bit string of named bits (all below 8), as KeyUsage is. */
export function namedBits(...positions: readonly number[]): Buffer {
  const byte = positions.reduce((bits, position) => bits | (0x80 >> position), 0);
  return element(0x03, Buffer.from([7 - Math.max(...positions), byte]));
}

/** RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime beyond. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/gu, '');
  const short = date.getUTCFullYear() < 2050;
  return element(short ? 0x17 : 0x18, Buffer.from(short ? digits.slice(2) : digits, 'ascii'));
}

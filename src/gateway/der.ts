// SPDX-License-Identifier: Apache-2.0

/** Just enough DER (X.690) to write a certificate: every function answers one complete element. */

export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

export const sequence = (...items: readonly Uint8Array[]): Uint8Array => element(0x30, ...items);
export const setOf = (item: Uint8Array): Uint8Array => element(0x31, item);
export const octetString = (bytes: Uint8Array): Uint8Array => element(0x04, bytes);
export const utf8String = (text: string): Uint8Array => element(0x0c, Buffer.from(text, 'utf8'));
export const boolean = (value: boolean): Uint8Array =>
  element(0x01, Buffer.from([value ? 0xff : 0x00]));

/** Constructed, context-specific: `[n] EXPLICIT`. */
export const explicit = (n: number, content: Uint8Array): Uint8Array => element(0xa0 | n, content);
/** Primitive, context-specific: `[n] IMPLICIT`. */
export const implicit = (n: number, content: Uint8Array): Uint8Array => element(0x80 | n, content);

/** A non-negative integer from its big-endian bytes, in the shortest form. */
export function integer(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const shortest = first === -1 ? Buffer.from([0]) : Buffer.from(bytes.subarray(first));
  const negative = (shortest[0] ?? 0) >= 0x80;
  return element(0x02, negative ? Buffer.concat([Buffer.from([0]), shortest]) : shortest);
}

/** @param unusedBits how many low bits of the last byte do not count */
export function bitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return element(0x03, Buffer.from([unusedBits]), bytes);
}

export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap(base128);
  return element(0x06, Buffer.from(bytes));
}

function base128(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(0x80 | (rest % 128));
  }
  return bytes;
}

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5). */
export function time(milliseconds: number): Uint8Array {
  const digits = new Date(milliseconds)
    .toISOString()
    .replace(/\.\d+Z$/u, 'Z')
    .replace(/[-:T]/gu, '');
  const generalised = Number(digits.slice(0, 4)) >= 2050;
  return generalised
    ? element(0x18, Buffer.from(digits, 'ascii'))
    : element(0x17, Buffer.from(digits.slice(2), 'ascii'));
}

// SPDX-License-Identifier: Apache-2.0

/** Whether a byte can stand in a number (RFC 8259, 6). */
export function isNumberByte(byte: number): boolean {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  // + - . E e
  return isDigit || byte === 0x2b || byte === 0x2d || byte === 0x2e || (byte | 0x20) === 0x65;
}

export function isJsonNumber(text: string): boolean {
  return /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/u.test(text);
}

/** A double holds it as it stands: a whole number up to 2^53-1, or up to 17 digits with a fraction. */
export function isExact(text: string): boolean {
  const value = Number(text);
  if (/^-?[0-9]+$/u.test(text)) return Number.isSafeInteger(value);
  const significant = text
    .replace(/[eE].*$/u, '')
    .replace(/[-.]/gu, '')
    .replace(/^0+/u, '');
  return Number.isFinite(value) && significant.length <= 17;
}

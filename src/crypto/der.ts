// SPDX-License-Identifier: Apache-2.0
import { malformed } from './malformed.ts';

/**
 * A strict reader of DER (X.690, section 10): definite lengths in their shortest form, one-byte
 * tags, nothing left over. It only cuts bytes into elements; every signature is checked by Node's
 * own primitives over exactly the bytes cut here.
 */
export interface Der {
  readonly tag: number;
  /** Tag, length and content. */
  readonly bytes: Buffer;
  readonly content: Buffer;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `[n]`, constructed. */
export const constructed = (n: number): number => 0xa0 | n;
/** `[n]`, primitive. */
export const primitive = (n: number): number => 0x80 | n;

/** The one element that these bytes are. @throws Refusal `WP-ATTESTATION-MALFORMED` */
export function readDer(bytes: Buffer): Der {
  const element = readAt(bytes, 0);
  if (element.bytes.length !== bytes.length) throw malformed('bytes follow a DER element');
  return element;
}

/** The elements that a constructed element holds. @throws Refusal `WP-ATTESTATION-MALFORMED` */
export function elementsOf(parent: Der, tag: number = TAG.sequence): readonly Der[] {
  expectTag(parent, tag);
  const found: Der[] = [];
  for (let at = 0; at < parent.content.length;) {
    const element = readAt(parent.content, at);
    found.push(element);
    at += element.bytes.length;
  }
  return found;
}

function readAt(bytes: Buffer, at: number): Der {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) throw malformed('a DER element is cut short');
  if ((tag & 0x1f) === 0x1f) throw malformed('a DER tag has more than one byte');
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw malformed('a DER length is indefinite or too long');
    if (start + count > bytes.length) throw malformed('a DER length is cut short');
    length = bytes.readUIntBE(start, count);
    if (length < 0x80 || length < 2 ** (8 * (count - 1))) {
      throw malformed('a DER length is not in its shortest form');
    }
    start += count;
  }
  const end = start + length;
  if (end > bytes.length) throw malformed('a DER element is longer than what holds it');
  return { tag, bytes: bytes.subarray(at, end), content: bytes.subarray(start, end) };
}

/** The same element, its tag checked. @throws Refusal `WP-ATTESTATION-MALFORMED` */
export function expectTag(element: Der | undefined, tag: number): Der {
  if (element?.tag === tag) return element;
  const found = element === undefined ? 'nothing' : `0x${element.tag.toString(16)}`;
  throw malformed(`DER tag 0x${tag.toString(16)} was expected, found ${found}`);
}

/** An object identifier in dotted form. */
export function oidOf(element: Der | undefined): string {
  const { content } = expectTag(element, TAG.oid);
  const arcs: number[] = [];
  let value = 0;
  let length = 0;
  for (const byte of content) {
    length += 1;
    if (length > 6 || (length === 1 && byte === 0x80)) throw malformed('an OID arc is not minimal');
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(value);
      value = 0;
      length = 0;
    }
  }
  const [first, ...rest] = arcs;
  if (length !== 0 || first === undefined) throw malformed('an OID is cut short');
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...rest].join('.');
}

/** An INTEGER's content bytes, in their shortest form. */
export function integerBytes(element: Der | undefined): Buffer {
  const { content } = expectTag(element, TAG.integer);
  const [first, second = 0] = content;
  const padded =
    content.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (first === undefined || padded) throw malformed('an INTEGER is not in its shortest form');
  return content;
}

/** A small, non-negative INTEGER as a number. */
export function smallInteger(element: Der | undefined): number {
  const bytes = integerBytes(element);
  if (bytes.length > 4 || (bytes[0] ?? 0) >= 0x80) throw malformed('an INTEGER is out of range');
  return bytes.readUIntBE(0, bytes.length);
}

export function booleanOf(element: Der | undefined): boolean {
  const { content } = expectTag(element, TAG.boolean);
  const [value] = content;
  if (content.length !== 1 || (value !== 0 && value !== 0xff)) {
    throw malformed('a BOOLEAN is neither true nor false');
  }
  return value === 0xff;
}

/** UTF-8 or ASCII content, refused where it is neither. */
export function textOf(content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch (cause) {
    throw malformed('a text is not UTF-8', cause);
  }
}

const UTC_TIME = /^(?<year>\d{2})(?<rest>\d{10})Z$/u;
const GENERALIZED_TIME = /^(?<date>\d{14})(?<fraction>\.\d{0,8}[1-9])?Z$/u;

/** UTCTime or GeneralizedTime as RFC 5280, 4.1.2.5 allows them; milliseconds since 1970. */
export function timeOf(element: Der | undefined): number {
  const text = element?.content.toString('latin1') ?? '';
  if (element?.tag === TAG.utcTime) {
    const { year = '', rest = '' } = UTC_TIME.exec(text)?.groups ?? {};
    return millisecondsOf(`${Number(year) >= 50 ? '19' : '20'}${year}${rest}`, '');
  }
  const { date = '', fraction = '' } =
    GENERALIZED_TIME.exec(expectTag(element, TAG.generalizedTime).content.toString('latin1'))
      ?.groups ?? {};
  return millisecondsOf(date, fraction);
}

function millisecondsOf(digits: string, fraction: string): number {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/u.exec(digits);
  const [, year, month, day, hour, minute, second] = parts ?? [];
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const at = Date.parse(text);
  // Date.parse rolls 31 February over into March.
  if (Number.isNaN(at) || new Date(at).toISOString() !== text) throw malformed('a time is no time');
  return at + Math.floor(Number(`0${fraction}`) * 1000);
}

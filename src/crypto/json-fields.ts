// SPDX-License-Identifier: Apache-2.0
import { malformed } from './malformed.ts';

/** Members of JSON objects, read strictly; unknown members are let be, as the formats demand. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown, what: string): JsonObject {
  if (isObject(value)) return value;
  throw malformed(`${what} is not an object`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of its own, or `undefined`; `null` is absence (protobuf's JSON form). */
export function memberOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
}

export function childOf(object: JsonObject, name: string, what: string): JsonObject {
  return objectOf(memberOf(object, name), `${what}: ${name}`);
}

export function listOf(
  object: JsonObject,
  name: string,
  what: string,
  most: number,
): readonly unknown[] {
  const value = memberOf(object, name) ?? [];
  if (!Array.isArray(value)) throw malformed(`${what}: ${name} is not a list`);
  if (value.length > most) throw malformed(`${what}: ${name} has more than ${most} entries`);
  return value;
}

export function stringOf(object: JsonObject, name: string, what: string): string {
  const value = memberOf(object, name);
  if (typeof value !== 'string') throw malformed(`${what}: ${name} is not a text`);
  return value;
}

/** A 64-bit integer of protobuf's JSON form, as far as a double holds it; none is negative here. */
export function countOf(object: JsonObject, name: string, what: string): number {
  const value = memberOf(object, name);
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && /^(?:0|[1-9]\d{0,15})$/u.test(text)) {
    const count = Number(text);
    if (Number.isSafeInteger(count)) return count;
  }
  throw malformed(`${what}: ${name} is not a count`);
}

export function bytesOf(object: JsonObject, name: string, what: string): Buffer {
  return base64Bytes(stringOf(object, name, what), `${what}: ${name}`);
}

/** Base64 in the one form that decodes and encodes to itself. */
export function base64Bytes(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== text) {
    throw malformed(`${what} is not base64`);
  }
  return bytes;
}

export function hexBytes(text: string, what: string): Buffer {
  if (!/^(?:[0-9a-f]{2})+$/u.test(text)) throw malformed(`${what} is not lower-case hex`);
  return Buffer.from(text, 'hex');
}

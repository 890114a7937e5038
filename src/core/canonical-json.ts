// SPDX-License-Identifier: Apache-2.0
import { MAX_JSON_DEPTH } from './limits.ts';

/**
 * One text for one value: members sorted by UTF-16 code units, no white space (RFC 8785 for the
 * values accepted here). Members that are `undefined` are left out.
 *
 * @throws TypeError for what JSON cannot say: NaN, bigint, functions, more than MAX_JSON_DEPTH levels.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (depth > MAX_JSON_DEPTH) throw new TypeError('the value is nested too deeply');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`JSON cannot say ${typeof value}`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${write(member, depth + 1)}`);
  return `{${members.join(',')}}`;
}

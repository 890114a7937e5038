// SPDX-License-Identifier: Apache-2.0
import type { Json } from '../core/strict-json.ts';
import { hash } from 'node:crypto';
import { Fields } from './fields.ts';
import { readKeys, readRole, type Keys, type Role } from './keys.ts';
import { MAX_BIT_LENGTH } from './limits.ts';
import { matchesPattern } from './path-pattern.ts';
import { malformed } from './strict-json.ts';

export interface DelegatedRole extends Role {
  readonly name: string;
  readonly terminating: boolean;
}

/** To whom a targets role delegates (TUF specification, section 4.5; TAP 15). */
export interface Delegations {
  readonly keys: Keys;
  /** Those that may speak for the path, in order of priority. */
  rolesFor(path: string): readonly DelegatedRole[];
}

/** @throws Refusal `WP-TUF-MALFORMED` */
export function readDelegations(fields: Fields, what: string): Delegations {
  const keys = readKeys(fields.object('keys'), what);
  if (fields.has('roles') === fields.has('succinct_roles'))
    throw malformed(what, 'expected either "roles" or "succinct_roles" (TAP 15)');
  const rolesFor = fields.has('roles')
    ? readNamedRoles(fields, keys, what)
    : readBins(fields.object('succinct_roles'), keys, what);
  return { keys, rolesFor };
}

function readNamedRoles(fields: Fields, keys: Keys, what: string): Delegations['rolesFor'] {
  const roles = fields.list('roles').map((item) => readNamedRole(item, keys, what));
  const names = new Set(roles.map(({ role }) => role.name));
  if (names.size !== roles.length) throw malformed(what, 'two delegated roles of one name');
  return (path) => roles.filter(({ speaksFor }) => speaksFor(path)).map(({ role }) => role);
}

function readNamedRole(item: Json, keys: Keys, what: string) {
  const fields = new Fields(item, `${what}: a delegated role`);
  const name = fields.text('name');
  if (name === '' || TOP_LEVEL.has(name)) throw malformed(what, `no role may be called "${name}"`);
  const role: DelegatedRole = {
    ...readRole(fields, keys, `${what}: ${name}`),
    name,
    terminating: fields.truth('terminating'),
  };
  if (fields.has('paths') === fields.has('path_hash_prefixes'))
    throw malformed(what, `role ${name}: expected either "paths" or "path_hash_prefixes"`);
  const { list, fits } = fields.has('paths')
    ? { list: fields.texts('paths'), fits: matchesPattern }
    : { list: fields.texts('path_hash_prefixes'), fits: hasHashPrefix };
  return { role, speaksFor: (path: string) => list.some((each) => fits(path, each)) };
}

const TOP_LEVEL: ReadonlySet<string> = new Set(['root', 'timestamp', 'snapshot', 'targets']);

function hasHashPrefix(path: string, prefix: string): boolean {
  return sha256(path).toString('hex').startsWith(prefix);
}

/** TAP 15: the first bits of the path's sha256 number the bin. */
function readBins(fields: Fields, keys: Keys, what: string): Delegations['rolesFor'] {
  const role = readRole(fields, keys, `${what}: succinct_roles`);
  const bits = fields.integer('bit_length', 1, MAX_BIT_LENGTH);
  const prefix = fields.text('name_prefix');
  if (prefix === '') throw malformed(what, '"name_prefix" is empty');
  return (path) => [{ ...role, name: binName(prefix, bits, path), terminating: true }];
}

/** The name of the bin that speaks for the path (TAP 15, section "Succinct hash bin delegations"). */
export function binName(prefix: string, bits: number, path: string): string {
  const number = sha256(path).readUInt32BE(0) >>> (32 - bits);
  return `${prefix}-${number.toString(16).padStart(Math.ceil(bits / 4), '0')}`;
}

function sha256(path: string): Buffer {
  return hash('sha256', path, 'buffer');
}

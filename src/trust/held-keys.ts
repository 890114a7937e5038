// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_POLICY_BYTES } from '../core/limits.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import type { StagedFolder } from '../core/tuf-repository.ts';
import { fields, parseStrictJson, readAllowedSigners, type JsonObject } from '../crypto/index.ts';

/** Keys that this user lets speak for projects, beside the tables of the policy. */
export interface HeldKey {
  readonly name: string;
  /** As in a `[[signer]]` table. */
  readonly rule: Omit<SignerRule, 'source' | 'revoked'>;
  readonly reason: string;
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  /** From then on nothing that these keys sign counts, whoever else names them; `null`: they may. */
  readonly revokedAt: number | null;
}

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;
const SUFFIX = '.key';
const MAX_LIST = 64;

/** @throws Refusal `WP-USAGE` */
export function requireKeyName(name: string): string {
  if (NAME.test(name)) return name;
  throw new Refusal('WP-USAGE', {
    message: `expected a name of small letters, digits and hyphens for a key, found "${name.slice(0, 100)}"`,
  });
}

/** How messages name the keys of one rule; what is counted as its authorities. */
export function authoritiesOf({ openpgp, minisign, ssh }: Keys): readonly string[] {
  return [
    ...openpgp.map((fingerprint) => `OpenPGP key ${fingerprint}`),
    ...minisign.map((key) => `minisign key ${key}`),
    ...readAllowedSigners(ssh.join('\n'), 'ssh').map(({ fingerprint }) => `SSH key ${fingerprint}`),
  ];
}

type Keys = Pick<SignerRule, 'openpgp' | 'minisign' | 'ssh'>;

/** A file for each, whole or not at all. */
export class HeldKeys {
  readonly #folder: StagedFolder;

  constructor(folder: StagedFolder) {
    this.#folder = folder;
  }

  /** @throws Refusal `WP-STATE-DAMAGED` */
  async find(name: string): Promise<HeldKey | null> {
    const bytes = await this.#folder.read(`${requireKeyName(name)}${SUFFIX}`);
    return bytes === null ? null : parseHeldKey(name, bytes);
  }

  async all(): Promise<readonly HeldKey[]> {
    const names = (await this.#folder.list())
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .sort();
    const found = await Promise.all(names.map(async (name) => await this.find(name)));
    return found.filter((one) => one !== null);
  }

  /** @throws Refusal `WP-STATE-DISK` */
  async save(key: HeldKey): Promise<void> {
    const name = `${requireKeyName(key.name)}${SUFFIX}`;
    const bytes = Buffer.from(`${JSON.stringify({ version: 1, ...key }, null, 2)}\n`);
    await this.#folder.stage([{ name, bytes }]);
    await this.#folder.commit([name]);
    await this.#folder.sync();
  }
}

/** The tables that held keys stand for; a revoked key speaks for nobody, in any table. */
export function signersWith(
  own: readonly SignerRule[],
  held: readonly HeldKey[],
): readonly SignerRule[] {
  const revoked = revokedIn(held);
  const active = held
    .filter(({ revokedAt }) => revokedAt === null)
    .map(({ name, rule }) => ({ ...rule, source: `trust key ${name}` }));
  const all = [...own, ...active];
  return revoked.length === 0 ? all : all.map((rule) => ({ ...rule, revoked }));
}

export function revokedIn(held: readonly HeldKey[]): readonly string[] {
  return held
    .filter(({ revokedAt }) => revokedAt !== null)
    .flatMap(({ rule }) => authoritiesOf(rule));
}

/** @throws Refusal `WP-STATE-DAMAGED` */
export function parseHeldKey(name: string, bytes: Uint8Array): HeldKey {
  const what = `the key "${name}"`;
  try {
    if (bytes.length > 2 * MAX_POLICY_BYTES) throw new Error('it is too large');
    const record = fields.objectOf(parseStrictJson(bytes, what), what);
    if (fields.memberOf(record, 'version') !== 1) throw new Error('another version');
    const rule = fields.childOf(record, 'rule', what);
    const speaksFor = textIn(rule, 'speaksFor');
    if (speaksFor !== 'publisher' && speaksFor !== 'distribution') throw new Error('speaksFor');
    const revokedAt = fields.memberOf(record, 'revokedAt');
    return {
      name,
      rule: {
        project: textIn(rule, 'project'),
        speaksFor,
        openpgp: listIn(rule, 'openpgp'),
        keyrings: listIn(rule, 'keyrings'),
        minisign: listIn(rule, 'minisign'),
        ssh: listIn(rule, 'ssh'),
        sshNamespace: textIn(rule, 'sshNamespace'),
        signatures:
          fields.memberOf(rule, 'signatures') === undefined ? null : listIn(rule, 'signatures'),
        checksums: listIn(rule, 'checksums'),
        threshold: numberIn(rule, 'threshold'),
        acceptEndedKeys: fields.memberOf(rule, 'acceptEndedKeys') === true,
      },
      reason: textIn(record, 'reason'),
      owner: textIn(record, 'owner'),
      addedAt: numberIn(record, 'addedAt'),
      revokedAt: revokedAt === undefined ? null : numberIn(record, 'revokedAt'),
    };
  } catch (cause) {
    throw new Refusal('WP-STATE-DAMAGED', {
      message: `${what} of the trust store cannot be read`,
      hint: 'Add it anew: `wheelproof trust key add`.',
      cause,
    });
  }
}

function textIn(object: JsonObject, key: string): string {
  const value = fields.memberOf(object, key);
  if (typeof value === 'string') return value;
  throw new Error(`${key} is no text`);
}

function numberIn(object: JsonObject, key: string): number {
  const value = fields.memberOf(object, key);
  if (typeof value === 'number') return value;
  throw new Error(`${key} is no number`);
}

function listIn(object: JsonObject, key: string): readonly string[] {
  return fields.listOf(object, key, key, MAX_LIST).map((value) => {
    if (typeof value === 'string') return value;
    throw new Error(`${key} holds something else than text`);
  });
}

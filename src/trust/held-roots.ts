// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_TRUSTED_ROOT_BYTES } from '../core/limits.ts';
import {
  PUBLIC_GOOD,
  type HeldRoot,
  type RootOrigin,
  type RootPin,
} from '../core/trusted-roots.ts';
import type { StagedFolder } from '../core/tuf-repository.ts';
import { fields, parseStrictJson, readTrustedRoot } from '../crypto/index.ts';
import { openPublicGoodRoot, SEED_ID, SEEDED_AT } from './public-good-root.ts';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;
const SUFFIX = '.root';

/** @throws Refusal `WP-USAGE` */
export function requireRootName(name: string): string {
  if (NAME.test(name)) return name;
  throw new Refusal('WP-USAGE', {
    message: `expected a name of small letters, digits and hyphens for a trusted root, found "${name.slice(0, 100)}"`,
  });
}

/**
 * The trusted roots of this user: a file for each, whole or not at all. Where none was brought for
 * the public-good instance, the one of the package stands in for it.
 */
export class HeldRoots {
  readonly #folder: StagedFolder;

  constructor(folder: StagedFolder) {
    this.#folder = folder;
  }

  /** @returns `null` where none is held under the name. @throws Refusal `WP-TRUSTED-ROOT` */
  async find(name: string): Promise<HeldRoot | null> {
    const bytes = await this.#folder.read(`${requireRootName(name)}${SUFFIX}`);
    if (bytes !== null) return parseHeld(name, bytes, (text) => readTrustedRoot(text).id);
    return name === PUBLIC_GOOD ? await openPublicGoodRoot() : null;
  }

  /** What a report says of one, without reading what it holds; `null` where there is none. */
  async glance(name: string): Promise<Pick<HeldRoot, 'name' | 'id' | 'checkedAt'> | null> {
    const bytes = await this.#folder.read(`${requireRootName(name)}${SUFFIX}`);
    if (bytes === null) {
      return name === PUBLIC_GOOD ? { name, id: SEED_ID, checkedAt: SEEDED_AT } : null;
    }
    const { id, checkedAt } = parseHeld(name, bytes, () => null);
    return { name, id, checkedAt };
  }

  /** Whether one was brought under this name, beside the package's own. */
  async holds(name: string): Promise<boolean> {
    return (await this.#folder.list()).includes(`${requireRootName(name)}${SUFFIX}`);
  }

  /** All names, the public-good one first. */
  async names(): Promise<readonly string[]> {
    const held = (await this.#folder.list())
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .filter((name) => NAME.test(name) && name !== PUBLIC_GOOD);
    return [PUBLIC_GOOD, ...held.sort()];
  }

  /** @throws Refusal `WP-STATE-DISK` */
  async save(root: HeldRoot): Promise<void> {
    const name = `${requireRootName(root.name)}${SUFFIX}`;
    const text = Buffer.from(root.bytes).toString('utf8');
    const record = { ...root, version: 1, bytes: undefined, text };
    const bytes = Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
    await this.#folder.stage([{ name, bytes }]);
    await this.#folder.commit([name]);
    await this.#folder.sync();
  }

  /** With what its repository said. */
  async remove(name: string): Promise<void> {
    const own = `${requireRootName(name)}.`;
    for (const file of await this.#folder.list()) {
      if (file.startsWith(own)) await this.#folder.remove(file);
    }
    await this.#folder.sync();
  }

  /** Where a TUF client keeps what it trusts of the repository behind a name. */
  metadataOf(name: string): {
    load(role: string): Promise<Uint8Array | null>;
    save(role: string, bytes: Uint8Array): Promise<void>;
    remove(role: string): Promise<void>;
  } {
    const fileOf = (role: string): string =>
      `${requireRootName(name)}.tuf.${encodeURIComponent(role)}.json`;
    return {
      load: async (role) => await this.#folder.read(fileOf(role)),
      save: async (role, bytes) => {
        await this.#folder.stage([{ name: fileOf(role), bytes }]);
        await this.#folder.commit([fileOf(role)]);
        await this.#folder.sync();
      },
      remove: async (role) => await this.#folder.remove(fileOf(role)),
    };
  }
}

/** @param idOf what the root itself says; `null`: nobody looks */
function parseHeld(
  name: string,
  file: Uint8Array,
  idOf: (bytes: Uint8Array) => string | null,
): HeldRoot {
  try {
    if (file.length > 2 * MAX_TRUSTED_ROOT_BYTES) throw new Error('it is too large');
    const what = 'the record';
    const record = fields.objectOf(parseStrictJson(file, what), what);
    const number = (key: string): number => {
      const value = fields.memberOf(record, key);
      if (typeof value !== 'number') throw new Error(`${key} is no number`);
      return value;
    };
    if (number('version') !== 1) throw new Error('another version of wheelproof wrote it');
    const bytes = Buffer.from(fields.stringOf(record, 'text', what));
    const id = fields.stringOf(record, 'id', what);
    const pin = pinOf(fields.memberOf(record, 'pin'));
    if (id !== (idOf(bytes) ?? id)) throw new Error('its id is another');
    if (pin !== null && pin.id !== id) throw new Error(`it is pinned to ${pin.id}, and is ${id}`);
    const origin = originOf(fields.childOf(record, 'origin', what));
    return { name, bytes, id, origin, pin, since: number('since'), checkedAt: number('checkedAt') };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Refusal('WP-TRUSTED-ROOT', {
      message: `the trusted root "${name}" as it is kept cannot be used: ${why}`,
      hint: `\`wheelproof trust root remove ${name} --reason 'damaged'\`, then import it anew.`,
      cause: thrown,
    });
  }
}

function originOf(origin: fields.JsonObject): RootOrigin {
  const what = 'its origin';
  const kind = fields.stringOf(origin, 'kind', what);
  if (kind !== 'package' && kind !== 'file' && kind !== 'tuf') throw new Error(`${what} is odd`);
  const version = fields.memberOf(origin, 'version');
  return {
    kind,
    from: fields.stringOf(origin, 'from', what),
    version: typeof version === 'number' ? version : null,
  };
}

function pinOf(pin: unknown): RootPin | null {
  if (pin === undefined) return null;
  const what = 'its pin';
  const said = fields.objectOf(pin, what);
  const at = fields.memberOf(said, 'at');
  const text = (key: string): string => fields.stringOf(said, key, what);
  if (typeof at !== 'number') throw new Error(`${what} is odd`);
  return { id: text('id'), reason: text('reason'), owner: text('owner'), at };
}

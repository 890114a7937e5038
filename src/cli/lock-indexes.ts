// SPDX-License-Identifier: Apache-2.0
import type { LockedPackage, PinReading } from '../core/lockfile.ts';
import { Refusal } from '../core/errors.ts';
import type { Environment, Machine } from '../core/machine.ts';
import { safeText } from '../core/safe-text.ts';
import { indexKey } from '../policy/index.ts';

/** Where an installer's user says which index is meant; the first that is set. */
const VARIABLES = ['PIP_INDEX_URL', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL'];
/** pip's own default is in pip: no host of an index is written here. */
const PIPS_DEFAULT = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)';

export interface IndexHints {
  readonly options: PinReading['options'];
  /** `--index`. */
  readonly given: string | null;
  readonly environment: Environment;
  readonly machine: Pick<Machine, 'ask' | 'findProgram'>;
  readonly directory: string;
  /** What memory names for a project. */
  readonly remembered: (project: string) => string | null;
}

/**
 * The index of a release: the one its own file names, the one given, the one that installers are
 * set to, the one it is remembered from, and at last pip's default.
 */
export class LockIndexes {
  readonly #hints: IndexHints;
  readonly #usual: string | null;
  #default: Promise<string | null> | null = null;

  constructor(hints: IndexHints) {
    this.#hints = hints;
    const stated = hints.options.find(({ name }) => name === '--index-url' || name === '-i');
    const set = VARIABLES.flatMap((name) => hints.environment[name] || [])[0];
    this.#usual = hints.given ?? stated?.value ?? withoutName(set) ?? null;
  }

  /** @throws Refusal `WP-USAGE` where nobody says */
  async of({ name, index }: Pick<LockedPackage, 'name' | 'index'>): Promise<string> {
    const found =
      index ?? this.#usual ?? this.#hints.remembered(name) ?? (await this.#pipsDefault());
    if (found !== null && /^https?:/iu.test(found) && URL.canParse(found)) return indexKey(found);
    const shown = found === null ? '' : `; found ${safeText(found, 100)}`;
    throw new Refusal('WP-USAGE', {
      message: `${name}: nobody says which index it comes from${shown}`,
      hint: 'Name it: --index URL.',
    });
  }

  async #pipsDefault(): Promise<string | null> {
    this.#default ??= this.#askPip();
    return await this.#default;
  }

  async #askPip(): Promise<string | null> {
    const { machine, environment, directory } = this.#hints;
    const python = await machine.findProgram('python3', environment, directory);
    if (python === null) return null;
    const said = await machine.ask(python, ['-I', '-c', PIPS_DEFAULT], environment, '/');
    return said?.trim() || null;
  }
}

/** uv takes `name=https://…`. */
function withoutName(value: string | undefined): string | null {
  return value?.replace(/^[\w.-]+=(?=[a-z]+:)/iu, '') ?? null;
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { GIB, KIB, MIB } from '../core/limits.ts';
import {
  indexKey,
  namesIn,
  normaliseHostGlob,
  normaliseProjectGlob,
  parseDuration,
  parseRequirement,
  type Requirement,
} from '../policy/index.ts';
import { isDate, type ReadDocument } from './document.ts';
import type { KeyPath } from './location.ts';
import { editDistance, nearestWord } from './nearest.ts';

const CLASSES = ['publisher', 'repository', 'log', 'you'];
const UNITS = new Map([
  ['B', 1],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', KIB],
  ['MiB', MIB],
  ['GiB', GIB],
  ['TiB', KIB * GIB],
]);

/** Reads single values of a policy. All throw `WP-POLICY-INVALID` naming the key at fault. */
export class ValueReader {
  readonly #document: ReadDocument;
  readonly #kinds: readonly string[] | null;

  constructor(document: ReadDocument, evidenceKinds: readonly string[] | null) {
    this.#document = document;
    this.#kinds = evidenceKinds;
  }

  requirement(text: string, at: KeyPath): Requirement {
    const requirement = this.#parsed(text, at);
    for (const name of namesIn(requirement)) this.#refuseMisspelt(name, at);
    return requirement;
  }

  #parsed(text: string, at: KeyPath): Requirement {
    try {
      return parseRequirement(text);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      const message = `${this.#document.where(at)}: ${thrown.message}`;
      throw new Refusal('WP-POLICY-INVALID', { message, cause: thrown });
    }
  }

  /** Nobody could ever meet a requirement that names nobody. */
  #refuseMisspelt(name: string, at: KeyPath): void {
    if (CLASSES.includes(name) || this.#kinds?.includes(name) === true) return;
    const isSlip = CLASSES.some((one) => editDistance(name, one) <= (one.length > 4 ? 2 : 1));
    if (this.#kinds === null && !isSlip) return;
    const known = [...CLASSES, ...(this.#kinds ?? [])];
    const meant = nearestWord(name, known);
    const expected = meant === null ? `one of ${known.join(', ')}` : `"${meant}"`;
    this.#document.fail(at, expected, `the unknown name "${name}"`);
  }

  projectGlob(text: string, at: KeyPath): string {
    const expected = 'a project name, in which * may stand for any characters';
    return normaliseProjectGlob(text) ?? this.#document.fail(at, expected, `"${text}"`);
  }

  hosts(texts: readonly string[], at: KeyPath): readonly string[] {
    return texts.map((text) => {
      const glob = normaliseHostGlob(text);
      return glob ?? this.#document.fail(at, 'hosts such as "files.example"', `"${text}"`);
    });
  }

  duration(text: string, at: KeyPath): number {
    return parseDuration(text) ?? this.#document.fail(at, 'at most ten years', `"${text}"`);
  }

  size(text: string): number {
    const [, count = '', unit = ''] = /^(\d+)(\w+)$/u.exec(text) ?? [];
    const bytes = Number(count) * (UNITS.get(unit) ?? Number.NaN);
    if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
    return this.#document.fail(['max-file-size'], 'a size such as "10GiB"', `"${text}"`);
  }

  indexUrl(text: string, at: KeyPath): string {
    const url = URL.parse(text);
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
      return this.#document.fail(at, 'an address that begins with https://', `"${text}"`);
    }
    if (url.username !== '' || url.password !== '') {
      return this.#document.fail(at, 'an address without user name and password', 'both or one');
    }
    return indexKey(url.href);
  }

  /** An address, or the name of an `[[index]]`; which of the names exist is known after the overlay. */
  indexReference(text: string, at: KeyPath): string {
    return text.includes('://') ? this.indexUrl(text, at) : text;
  }

  moment(text: string, at: KeyPath): number {
    if (!isDate(text.slice(0, 10))) {
      return this.#document.fail(at, 'a date of the calendar', `"${text}"`);
    }
    const isDay = text.length === 10;
    const moment = Date.parse(isDay ? `${text}T24:00:00Z` : text.toUpperCase().replace(' ', 'T'));
    return Number.isNaN(moment) ? this.#document.fail(at, 'a time of day', `"${text}"`) : moment;
  }
}

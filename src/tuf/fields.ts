// SPDX-License-Identifier: Apache-2.0
import { isList, type Json, type JsonObject } from '../core/strict-json.ts';
import { malformed } from './strict-json.ts';

/** Reads the members of one object, each as what it has to be. Throws `WP-TUF-MALFORMED`. */
export class Fields {
  readonly #object: JsonObject;
  readonly #what: string;

  constructor(value: Json | undefined, what: string) {
    if (value === undefined || value === null || typeof value !== 'object' || isList(value))
      throw malformed(what, 'expected an object');
    this.#object = value;
    this.#what = what;
  }

  /** The object itself. */
  get value(): JsonObject {
    return this.#object;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  text(name: string): string {
    const value = this.raw(name);
    if (typeof value !== 'string') throw this.wrong(name, 'a string');
    return value;
  }

  truth(name: string): boolean {
    const value = this.raw(name);
    if (typeof value !== 'boolean') throw this.wrong(name, 'true or false');
    return value;
  }

  integer(name: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.raw(name);
    if (typeof value !== 'number' || value < least || value > most)
      throw this.wrong(name, `an integer from ${least} to ${most}`);
    return value;
  }

  list(name: string): readonly Json[] {
    const value = this.raw(name);
    if (value === undefined || !isList(value)) throw this.wrong(name, 'an array');
    return value;
  }

  /** Strings, none of them twice. */
  texts(name: string): readonly string[] {
    const found = this.list(name).map((item) => {
      if (typeof item !== 'string') throw this.wrong(name, 'strings');
      return item;
    });
    if (new Set(found).size !== found.length) throw this.wrong(name, 'each string once');
    return found;
  }

  object(name: string): Fields {
    return new Fields(this.raw(name), `${this.#what}.${name}`);
  }

  entries(): readonly (readonly [string, Json])[] {
    return Object.entries(this.#object);
  }

  raw(name: string): Json | undefined {
    return this.has(name) ? this.#object[name] : undefined;
  }

  wrong(name: string, expected: string): Error {
    return malformed(this.#what, `"${name}" is missing or not ${expected}`);
  }
}

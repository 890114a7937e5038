// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_JSON_DEPTH, MAX_PAGE_ENTRIES } from '../core/limits.ts';
import { isExact, isJsonNumber, isNumberByte } from './json-number.ts';

/** A value's place in the bytes. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

export interface JsonElement extends JsonSpan {
  /** Why this element has more than one reading; `null` where it has one. */
  readonly fault: string | null;
}

export interface JsonOutline {
  /** The root object's members. */
  readonly members: ReadonlyMap<string, JsonSpan>;
  /** The elements of the root object's member `listed`, where that is an array. */
  readonly elements: readonly JsonElement[] | null;
}

/**
 * The strict pass over a JSON page: RFC 8259 to the letter, no member twice, no number that a
 * double would change, bounded in depth. Finds where things are and builds nothing, so that a
 * page of any size is read one entry at a time. A second meaning inside one element of `listed`
 * is that element's fault alone.
 * @throws Refusal `WP-PAGE-MALFORMED`, `WP-LIMIT-SIZE`
 */
export function outlineJson(bytes: Uint8Array, listed: string, where: string): JsonOutline {
  return new OutlineScanner(bytes, listed, where).scan();
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const LITERALS: ReadonlyMap<number, string> = new Map([
  [0x74, 'true'],
  [0x66, 'false'],
  [0x6e, 'null'],
]);

class OutlineScanner {
  readonly #bytes: Buffer;
  readonly #listed: string;
  readonly #where: string;
  #at = 0;
  #depth = 0;
  #inElement = false;
  #fault: string | null = null;
  #elements: JsonElement[] | null = null;

  constructor(bytes: Uint8Array, listed: string, where: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#listed = listed;
    this.#where = where;
  }

  scan(): JsonOutline {
    this.#skipSpace();
    if (this.#byte() !== OPEN_BRACE) this.#fail('expected an object');
    const members = new Map<string, JsonSpan>();
    this.#members((key) => {
      const start = this.#at;
      if (key === this.#listed && this.#byte() === OPEN_BRACKET) this.#listedElements();
      else this.#value();
      members.set(key, { start, end: this.#at });
    });
    this.#skipSpace();
    if (this.#at < this.#bytes.length) this.#fail('something follows the end');
    return { members, elements: this.#elements };
  }

  #listedElements(): void {
    const elements: JsonElement[] = [];
    this.#list(CLOSE_BRACKET, () => {
      const start = this.#at;
      this.#inElement = true;
      this.#fault = null;
      this.#value();
      this.#inElement = false;
      elements.push({ start, end: this.#at, fault: this.#fault });
      if (elements.length > MAX_PAGE_ENTRIES) {
        const message = `${this.#where} lists more than ${MAX_PAGE_ENTRIES} files`;
        throw new Refusal('WP-LIMIT-SIZE', { message });
      }
    });
    this.#elements = elements;
  }

  #value(): void {
    const byte = this.#byte();
    if (byte === QUOTE) this.#string();
    else if (byte === OPEN_BRACE) this.#members(() => this.#value());
    else if (byte === OPEN_BRACKET) this.#list(CLOSE_BRACKET, () => this.#value());
    else if (isNumberByte(byte)) this.#number();
    else this.#literal(byte);
  }

  #members(onValue: (key: string) => void): void {
    const keys = new Set<string>();
    this.#list(CLOSE_BRACE, () => {
      const key = this.#key();
      if (keys.has(key)) this.#doubt(`the member ${JSON.stringify(key)} stands there twice`);
      keys.add(key);
      this.#skipSpace();
      if (this.#byte() !== COLON) this.#fail('expected a colon');
      this.#at += 1;
      this.#skipSpace();
      onValue(key);
    });
  }

  /** From an opening brace or bracket to behind the closing one. */
  #list(close: number, onItem: () => void): void {
    this.#depth += 1;
    if (this.#depth > MAX_JSON_DEPTH) this.#fail(`it is nested deeper than ${MAX_JSON_DEPTH}`);
    this.#at += 1;
    this.#skipSpace();
    if (this.#byte() !== close) {
      for (;;) {
        onItem();
        this.#skipSpace();
        if (this.#byte() !== COMMA) break;
        this.#at += 1;
        this.#skipSpace();
      }
      if (this.#byte() !== close) this.#fail('expected a comma or an end');
    }
    this.#at += 1;
    this.#depth -= 1;
  }

  #key(): string {
    if (this.#byte() !== QUOTE) this.#fail('expected a member name');
    const start = this.#at;
    const isPlain = this.#string();
    if (isPlain) return this.#bytes.toString('latin1', start + 1, this.#at - 1);
    return String(JSON.parse(this.#bytes.toString('utf8', start, this.#at)));
  }

  /** Whether it holds neither escapes nor anything outside ASCII. */
  #string(): boolean {
    let isPlain = true;
    this.#at += 1;
    for (;;) {
      const byte = this.#byte();
      if (byte < 0x20) this.#fail(byte < 0 ? 'it ends in a text' : 'a control character in a text');
      this.#at += 1;
      if (byte === QUOTE) return isPlain;
      if (byte === BACKSLASH) this.#escape();
      if (byte === BACKSLASH || byte >= 0x80) isPlain = false;
    }
  }

  #escape(): void {
    const letter = String.fromCharCode(this.#byte() & 0xffff);
    this.#at += 1;
    if ('"\\/bfnrt'.includes(letter)) return;
    const digits = this.#bytes.toString('latin1', this.#at, this.#at + 4);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/u.test(digits)) this.#fail('an unknown escape');
    this.#at += 4;
  }

  #number(): void {
    const start = this.#at;
    while (isNumberByte(this.#byte())) this.#at += 1;
    const text = this.#bytes.toString('latin1', start, this.#at);
    if (!isJsonNumber(text)) this.#fail('a malformed number');
    if (!isExact(text)) this.#doubt(`the number ${text.slice(0, 40)} loses precision`);
  }

  #literal(first: number): void {
    const word = LITERALS.get(first) ?? '';
    const found = this.#bytes.toString('latin1', this.#at, this.#at + word.length);
    if (word === '' || found !== word) this.#fail('expected a value');
    this.#at += word.length;
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#byte();
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at += 1;
    }
  }

  /** The byte here, or -1 at the end. */
  #byte(): number {
    return this.#bytes[this.#at] ?? -1;
  }

  #doubt(fault: string): void {
    if (!this.#inElement) this.#fail(fault);
    this.#fault ??= fault;
  }

  #fail(fault: string): never {
    const message = `${this.#where} is not the JSON it should be: ${fault} (byte ${this.#at})`;
    throw new Refusal('WP-PAGE-MALFORMED', { message });
  }
}

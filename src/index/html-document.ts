// SPDX-License-Identifier: Apache-2.0
import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { MAX_URL_CHARACTERS } from '../core/limits.ts';

/** A tag's attributes, each name lower-case, entities decoded. */
export interface HtmlTag {
  readonly attributes: ReadonlyMap<string, string>;
  /** Why readers can differ about this tag; `null` where they cannot. */
  readonly fault: string | null;
}

export interface HtmlListener {
  /** For each tag named in `tags`, when it has been read. */
  onTag(name: string, tag: HtmlTag): void;
  onComment(text: string): void;
}

const MAX_ATTRIBUTES = 64;
const MAX_COMMENT_CHARACTERS = 100;

/**
 * Reads HTML's tags as browsers do (comments, scripts and titles hold none). There is no HTML that
 * it refuses; it keeps no tree and no open elements, so that none can be made too deep or too wide.
 */
export function readTags(
  parts: Iterable<string>,
  tags: ReadonlySet<string>,
  listener: HtmlListener,
): void {
  const reader = new TagReader(tags, listener);
  const tokenizer = new Tokenizer({}, reader);
  for (const part of parts) {
    reader.follow(part);
    tokenizer.write(part);
  }
  tokenizer.end();
}

class TagReader implements TokenizerCallbacks {
  /** The part being read and the one before; names and comments that begin earlier are too long to count. */
  #window = '';
  #lastPart = '';
  /** How many characters came before the window. */
  #offset = 0;
  readonly #tags: ReadonlySet<string>;
  readonly #listener: HtmlListener;
  /** Empty while in a tag that nobody asked for. */
  #tag = '';
  #name = '';
  #value = '';
  #attributes = new Map<string, string>();
  #fault: string | null = null;

  constructor(tags: ReadonlySet<string>, listener: HtmlListener) {
    this.#tags = tags;
    this.#listener = listener;
  }

  /** Before the tokenizer gets `part`. */
  follow(part: string): void {
    this.#offset += this.#window.length - this.#lastPart.length;
    this.#window = this.#lastPart + part;
    this.#lastPart = part;
  }

  #slice(start: number, end: number): string {
    return start < this.#offset ? '' : this.#window.slice(start - this.#offset, end - this.#offset);
  }

  onopentagname(start: number, end: number): void {
    const name = end - start > 16 ? '' : this.#slice(start, end).toLowerCase();
    this.#tag = this.#tags.has(name) ? name : '';
    if (this.#attributes.size > 0) this.#attributes = new Map();
    this.#fault = null;
  }

  onattribname(start: number, end: number): void {
    this.#value = '';
    if (this.#tag !== '') this.#name = this.#slice(start, Math.min(end, start + 64)).toLowerCase();
  }

  onattribdata(start: number, end: number): void {
    if (this.#tag !== '') this.#append(this.#slice(start, end));
  }

  onattribentity(codePoint: number): void {
    if (this.#tag !== '') this.#append(String.fromCodePoint(codePoint));
  }

  #append(text: string): void {
    if (this.#value.length + text.length > MAX_URL_CHARACTERS) {
      this.#fault ??= `the attribute ${this.#name} is longer than ${MAX_URL_CHARACTERS} characters`;
      return;
    }
    this.#value += text;
  }

  onattribend(): void {
    if (this.#tag === '') return;
    if (this.#attributes.has(this.#name)) {
      this.#fault ??= `the attribute ${this.#name} stands there twice`;
    } else if (this.#attributes.size >= MAX_ATTRIBUTES) {
      this.#fault ??= `the tag has more than ${MAX_ATTRIBUTES} attributes`;
    } else {
      this.#attributes.set(this.#name, this.#value);
    }
  }

  onopentagend(): void {
    if (this.#tag === '') return;
    this.#listener.onTag(this.#tag, { attributes: this.#attributes, fault: this.#fault });
    this.#tag = '';
  }

  onselfclosingtag(): void {
    this.onopentagend();
  }

  oncomment(start: number, end: number, endOffset: number): void {
    if (end - start > MAX_COMMENT_CHARACTERS) return;
    this.#listener.onComment(this.#slice(start, end - endOffset));
  }

  oncdata(): void {}
  onclosetag(): void {}
  ondeclaration(): void {}
  onend(): void {}
  onprocessinginstruction(): void {}
  ontext(): void {}
  ontextentity(): void {}
}

// SPDX-License-Identifier: Apache-2.0
const MARK = 4;
const SECTIONS: ReadonlySet<string> = new Set([
  'acknowledgments',
  'shallow-info',
  'wanted-refs',
  'packfile-uris',
]);
/** Side bands: the answer's own, and those for progress and errors. */
const OURS = '\u0001';
const TOLD = ['\u0002', '\u0003'];
/** What a host calls the ability to say so late what a reference names, and a word of that length. */
const LATE_REFS = /\bref-in-want\b/gu;
const NOTHING = 'no-ref-want';

export type FetchState = 'open' | 'refs' | 'objects';

/**
 * Looks through the sections before the objects of an answer to `fetch` (gitprotocol-v2(5)). One of
 * them, `wanted-refs`, tells what references name, and git believes it, asked for or not, over what
 * it was told before.
 */
export class FetchSections {
  #state: FetchState = 'open';
  #rest: Buffer = Buffer.alloc(0);
  #isHead = true;

  /** @returns `open`: more has to be seen. */
  look(chunk: Uint8Array): FetchState {
    if (this.#state !== 'open') return this.#state;
    const bytes = Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (this.#state === 'open' && at + MARK <= bytes.length) {
      const digits = bytes.toString('latin1', at, at + MARK);
      const length = /^[0-9a-f]{4}$/iu.test(digits) ? Number.parseInt(digits, 16) : -1;
      const end = at + Math.max(length, MARK);
      if (length < 0 || length === 3)
        this.#state = 'objects'; // no packets: git reads nothing in it
      else if (end > bytes.length) break;
      else if (length < MARK) this.#isHead = true;
      else this.#read(bytes.toString('latin1', at + MARK, end));
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return this.#state;
  }

  /** A line may stand in a side band: the first is the answer's, the others tell of progress. */
  #read(line: string): void {
    if (line === OURS || TOLD.some((band) => line.startsWith(band))) return;
    if (!this.#isHead) return;
    this.#isHead = false;
    const [said = ''] = line.slice(line.startsWith(OURS) ? 1 : 0).split('\0', 1);
    const name = said.replace(/\n$/u, '');
    if (name === 'wanted-refs') this.#state = 'refs';
    else if (!SECTIONS.has(name)) this.#state = 'objects';
  }
}

/** An advertisement of version 2 without the ability to name references anew; as long as before. */
export function withoutLateRefs(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  const changed = text.replace(/(?<=[0-9a-f]{4})fetch=[^\n]*/giu, (line) =>
    line.replace(LATE_REFS, NOTHING),
  );
  return changed === text ? bytes : Buffer.from(changed, 'latin1');
}

// SPDX-License-Identifier: Apache-2.0
import {
  listingLine,
  NO_HASH,
  readUnchangedEnding,
  unchangedEnding,
} from '../core/listing-text.ts';
import type { SaidFile } from './listing-changes.ts';

/** A page may go on elsewhere in the text; after so many times every line's place is looked up. */
const FEW_JUMPS = 16;

/** Whence lines were met one after the other. */
interface Run {
  readonly start: number;
  end: number;
}

/**
 * When each file that a page lists was first seen, in the page's order, where the page says exactly
 * what is known of it: the same files, each once, with the hashes and yank marks that they had from
 * the first, and none has ever changed. `null` wherever that is not so, or not told at once: then
 * {@link continueListings} has the word. Nothing is made of a line but its time.
 *
 * @param text as `encodeListings` wrote it.
 */
export function sightsOf(text: string, said: readonly SaidFile[]): Float64Array | null {
  const sights = new Float64Array(said.length);
  let run: Run = { start: 0, end: 0 };
  const runs: Run[] = [run];
  let ending = '';
  let known: ReturnType<typeof readUnchangedEnding> = null;
  let index: ReadonlyMap<string, number> | null = null;
  const lines = (): ReadonlyMap<string, number> => (index ??= linesOf(text));
  let place = 0;
  for (const { filename, sha256, yanked } of said) {
    // A refused name may hold what parts fields and lines, and spell one line and half of the next.
    if (filename.includes('\t')) return null;
    let at = run.end;
    if (!isFieldAt(text, filename, at)) {
      const found = runs.length > FEW_JUMPS ? lines().get(filename) : lineOf(text, filename);
      if (found === undefined) return null;
      at = found;
      run = { start: at, end: at };
      runs.push(run);
    }
    at += filename.length + 1;
    const hash = sha256 ?? NO_HASH;
    if (!isFieldAt(text, hash, at)) return null;
    at += hash.length + 1;
    if (known === null || !isLastFieldAt(text, ending, at)) {
      ending = lineEndingAt(text, at);
      known = readUnchangedEnding(ending);
    }
    if (known?.yanked !== yanked) return null;
    sights[place] = known.firstSeen;
    place += 1;
    run.end = at + ending.length + 1;
  }
  return areWhole(runs, text) ? sights : null;
}

/** What is known of a page's files that nothing was known of: each is named once, and can be kept. */
export function textOfFirst(said: readonly SaidFile[], now: number): string {
  const offered = `${unchangedEnding(now, false)}\n`;
  const withdrawn = `${unchangedEnding(now, true)}\n`;
  let text = '';
  for (const { filename, sha256, yanked } of said) {
    if (sha256 !== null && sha256.length !== SHA256_CHARACTERS) throw new TypeError('no sha256');
    text += listingLine({ filename, sha256 }, yanked === true ? withdrawn : offered);
  }
  return text.slice(0, -1);
}

function isFieldAt(text: string, field: string, at: number): boolean {
  return text.startsWith(field, at) && text.charCodeAt(at + field.length) === TAB;
}

function isLastFieldAt(text: string, field: string, at: number): boolean {
  const end = at + field.length;
  return text.startsWith(field, at) && (end === text.length || text.charCodeAt(end) === NEWLINE);
}

function lineEndingAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(at, end === -1 ? text.length : end);
}

/** Where the line of a file begins; `undefined`: there is none. */
function lineOf(text: string, filename: string): number | undefined {
  if (isFieldAt(text, filename, 0)) return 0;
  const before = text.indexOf(`\n${filename}\t`);
  return before === -1 ? undefined : before + 1;
}

function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (let at = 0; at < text.length;) {
    lines.set(text.slice(at, text.indexOf('\t', at)), at);
    const end = text.indexOf('\n', at);
    at = end === -1 ? text.length : end + 1;
  }
  return lines;
}

/** Every line was met, and none twice. A run ends behind its last line's own end. */
function areWhole(runs: readonly Run[], text: string): boolean {
  let end = 0;
  for (const run of [...runs].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (run.start !== end) return false;
    end = run.end;
  }
  return end === (text === '' ? 0 : text.length + 1);
}

const SHA256_CHARACTERS = 64;
const TAB = 9;
const NEWLINE = 10;

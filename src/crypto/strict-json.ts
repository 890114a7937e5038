// SPDX-License-Identifier: Apache-2.0
import { MAX_JSON_DEPTH } from '../core/limits.ts';
import { malformed } from './malformed.ts';

/**
 * JSON that every reader reads alike: UTF-8 without byte order mark, no member twice, bounded in
 * depth. Two readers that differ about a second `subject` would prove different things.
 * @throws Refusal `WP-ATTESTATION-MALFORMED`
 */
export function parseStrictJson(bytes: Uint8Array, what: string): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed(`${what} is not UTF-8`, cause);
  }
  scan(text, what);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(`${what} is not JSON`, cause);
  }
}

interface Level {
  readonly names: Set<string> | null;
  expectsName: boolean;
}

/** Looks only at brackets, commas and strings: what is wrong otherwise, JSON.parse finds. */
function scan(text: string, what: string): void {
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const level = levels.at(-1);
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(text, at, what);
        if (level?.names && level.expectsName) {
          note(level.names, text.slice(at, end + 1), what);
          level.expectsName = false;
        }
        at = end;
        break;
      }
      case 0x7b:
      case 0x5b:
        if (levels.length >= MAX_JSON_DEPTH) throw malformed(`${what} is nested too deeply`);
        levels.push(
          text.charCodeAt(at) === 0x7b
            ? { names: new Set(), expectsName: true }
            : { names: null, expectsName: false },
        );
        break;
      case 0x7d:
      case 0x5d:
        levels.pop();
        break;
      case 0x2c:
        if (level !== undefined) level.expectsName = true;
        break;
      default:
    }
  }
}

function endOfString(text: string, start: number, what: string): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  throw malformed(`${what} is not JSON`);
}

function note(names: Set<string>, raw: string, what: string): void {
  let name = raw;
  if (raw.includes('\\')) {
    try {
      name = JSON.stringify(JSON.parse(raw));
    } catch (cause) {
      throw malformed(`${what} is not JSON`, cause);
    }
  }
  if (names.has(name)) throw malformed(`${what} has the member ${name} twice`);
  names.add(name);
}

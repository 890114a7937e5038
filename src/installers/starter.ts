// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import type { Recognised } from '../core/installer.ts';

const PYTHON = /^(?:python|pypy)(?:\d+(?:\.\d+)*t?)?(?:\.exe)?$/u;
const WITH_VALUE = new Set(['W', 'X']);

/** A module started by an interpreter: `python3 -I -m pip install …`. */
export function recogniseModule(words: readonly string[], module: string): Recognised | null {
  const [program = ''] = words;
  if (!PYTHON.test(basename(program))) return null;
  const end = moduleEnd(words, module);
  return end === null ? null : { starter: words.slice(0, end), argv: words.slice(end) };
}

/** A program by its own name, with or without a path before it. */
export function recogniseProgram(words: readonly string[], name: RegExp): Recognised | null {
  const [program = ''] = words;
  if (!name.test(basename(program))) return null;
  return { starter: [program], argv: words.slice(1) };
}

/** Behind the module's name, where the interpreter is told to run that module and nothing else. */
function moduleEnd(words: readonly string[], module: string): number | null {
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--check-hash-based-pycs') {
      at += 1;
      continue;
    }
    if (!/^-[^-]/u.test(word)) return null;
    const [, switches = '', last = '', attached = ''] =
      /^-([^WXmc]*)([WXmc]?)(.*)$/su.exec(word) ?? [];
    if (/[^a-zA-Z?]/u.test(switches) || last === 'c') return null;
    if (last === 'm') {
      const named = attached === '' ? words[at + 1] : attached;
      if (named !== module) return null;
      return attached === '' ? at + 2 : at + 1;
    }
    if (WITH_VALUE.has(last) && attached === '') at += 1;
  }
  return null;
}

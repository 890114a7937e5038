// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { EarlyLaunch } from '../host/early-launch.ts';
import { placesOf } from '../host/places.ts';
import { loadProgram, type LoadedProgram } from './compiled-program.ts';
import type { Wiring } from './wiring.ts';

/** The file beside this one that holds the program; written into the bundle by scripts/bundle.ts. */
declare const WHEELPROOF_PROGRAM: string;
/** Those with what few installs need, by what they hold. */
declare const WHEELPROOF_APART: Readonly<Record<string, string>>;

/** What stands in the bundle for run.ts: the same, from what earlier runs had compiled. */
export async function run(
  words: readonly string[],
  wiring: Wiring,
  early: EarlyLaunch | null,
): Promise<number> {
  const { data } = placesOf(process.env, process.env['HOME'] ?? homedir());
  // The build of a checkout makes it; nothing is added to a package that somebody installed.
  const beside = join(import.meta.dirname, 'compiled');
  // Not among the caches: what a build service shares must not decide what runs here.
  const folders = [...(existsSync(beside) ? [beside] : []), join(data, 'compiled')];
  const loaded = new Map<string, LoadedProgram>();
  const load = (name: string): LoadedProgram => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const made = loadProgram(join(import.meta.dirname, name), folders, {
      imports: { openpgp: () => import('openpgp') },
      apart: (from) => load(WHEELPROOF_APART[from] ?? from).exports,
    });
    loaded.set(name, made);
    return made;
  };
  const bundled: typeof run = Reflect.get(load(WHEELPROOF_PROGRAM).exports, 'run');
  const exit = await bundled(words, wiring, early);
  for (const one of loaded.values()) one.keep(kindOf(words));
  return exit;
}

/** `pip install`, `trust list`: as much as tells which parts of the program are used. */
function kindOf(words: readonly string[]): string {
  const [first = '', second = ''] = words.filter((word) => !word.startsWith('-'));
  const kind = `${basename(first)} ${/^[a-z-]*$/u.test(second) ? second : ''}`;
  return kind.replace(/[^a-z0-9. -]/gu, '').slice(0, 40);
}

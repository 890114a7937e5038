// SPDX-License-Identifier: Apache-2.0
import type { Installer } from '../core/installer.ts';

/**
 * `run -- pip install x` is held as `pip install x`: an installer that is known is held more
 * closely than a command of which nothing is known.
 */
export function knownBehindRun(
  words: readonly string[],
  installers: readonly Installer[],
): readonly string[] {
  if (words[0] !== 'run') return words;
  const command = words.slice(words[1] === '--' ? 2 : 1);
  if (command[0] === 'run') return words;
  return installers.some((installer) => installer.recognise(command) !== null) ? command : words;
}

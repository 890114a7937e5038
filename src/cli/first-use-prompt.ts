// SPDX-License-Identifier: Apache-2.0
import { createInterface } from 'node:readline/promises';
import { safeText } from '../core/safe-text.ts';
import { printableUrl } from '../core/url.ts';
import type { AskFirstUse } from '../verify/index.ts';

/** Asks one question at a time on the terminal; anything but `y` or `yes` is a no. */
export function firstUsePrompt(): AskFirstUse {
  let turn: Promise<unknown> = Promise.resolve();
  return (artifact, sha256) => {
    const question =
      `\nwheelproof: ${safeText(artifact.filename)} was never seen before; only the index vouches for it.\n` +
      `  from   ${safeText(printableUrl(artifact.url))}\n  sha256 ${sha256}\nUse it? [y/N] `;
    const answer = turn.then(() => askOnce(question));
    turn = answer;
    return answer;
  };
}

async function askOnce(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/iu.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

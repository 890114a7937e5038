// SPDX-License-Identifier: Apache-2.0
import { createInterface } from 'node:readline/promises';
import { safeText } from '../core/safe-text.ts';
import { printableUrl } from '../core/url.ts';
import type { AskFirstUse } from '../verify/index.ts';

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

const OWN: Terminal = { input: process.stdin, output: process.stderr };

/** Asks one question at a time on the terminal; anything but `y` or `yes` is a no. */
export function firstUsePrompt(terminal: Terminal = OWN): AskFirstUse {
  let turn: Promise<unknown> = Promise.resolve();
  return (artifact, sha256) => {
    const question =
      `\nwheelproof: ${safeText(artifact.filename)} was never seen before; only the index vouches for it.\n` +
      `  from   ${safeText(printableUrl(artifact.url))}\n  sha256 ${sha256}\nUse it? [y/N] `;
    const answer = turn.then(() => askOnce(question, terminal));
    turn = answer;
    return answer;
  };
}

async function askOnce(question: string, terminal: Terminal): Promise<boolean> {
  if (!terminal.input.readable) return false; // it has ended before, and will not end again
  const asking = createInterface({ ...terminal });
  const ended = new AbortController();
  asking.once('close', () => ended.abort()); // Node leaves the question open when the input ends
  const { signal } = ended;
  // Ctrl+C and the end of the input reject: whoever leaves has not said yes.
  const answer = asking.question(question, { signal }).catch(() => '');
  try {
    return /^y(?:es)?$/iu.test((await answer).trim());
  } finally {
    asking.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { PageAsk } from '../core/evidence.ts';
import type { Transfer, Verification } from '../core/verification.ts';
import type { AskFirstUse } from '../verify/index.ts';
import { Pace, waitingLine } from '../report/index.ts';

/** So long a file may take before anything is said of it. */
const PATIENCE_MS = 2_000;
const REDRAW_MS = 250;

export interface DisplayParts {
  readonly write: (text: string) => void;
  /** Columns, now. */
  readonly width: () => number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** Calls again and again until the answer is called. */
  readonly repeat: (milliseconds: number, call: () => void) => () => void;
}

type TransferOf = (url: string) => Transfer | null;

/** Files whose bytes, or whose metadata, the installer waits for. */
interface Wait {
  readonly url: string | null;
  readonly since: number;
  readonly pace: Pace;
}

/*
 * The installer writes to the same terminal, and does not tell us where its cursor stands. So we
 * draw only while it waits for us alone, one row below its cursor, and bring the cursor back: IND
 * and CUU make the row without leaving the column, DECSC and DECRC hold the place (ECMA-48; DEC
 * STD 070). Each is one write, which a terminal takes in one piece.
 */
const ROOM_BELOW = '\u{1b}D\u{1b}[A';
const BELOW = '\u{1b}7\u{1b}D\r\u{1b}[2K';
const BACK = '\u{1b}8';

/** One line on the terminal for a file that is held: how much has come, how fast, how long yet. */
export class WaitingDisplay {
  readonly #parts: DisplayParts;
  readonly #waits = new Set<Wait>();
  #transferOf: TransferOf = () => null;
  #stop: (() => void) | null = null;
  #drawn = false;
  #silenced = 0;

  constructor(parts: DisplayParts) {
    this.#parts = parts;
  }

  /** The same verification; whoever waits for it is shown for how long yet. */
  over(verification: Verification, transferOf: TransferOf): Verification {
    this.#transferOf = transferOf;
    return {
      page: (ask: PageAsk) => this.#during(null, verification.page(ask)),
      file: (ask) => this.#during(ask.url, verification.file(ask)),
      // Made from the wheel where the index has none: then it is the wheel that is waited for.
      sidecar: (ask) =>
        this.#during(ask.url.replace(/\.metadata$/u, ''), verification.sidecar(ask)),
    };
  }

  /** The same question, asked on a terminal that we leave alone meanwhile. */
  silentDuring(ask: AskFirstUse): AskFirstUse {
    return async (artifact, sha256) => {
      this.#silenced += 1;
      this.#erase();
      try {
        return await ask(artifact, sha256);
      } finally {
        this.#silenced -= 1;
      }
    };
  }

  close(): void {
    this.#waits.clear();
    this.#rest();
  }

  /** What was drawn is gone before the answer is given on. */
  async #during<Answer>(url: string | null, answer: Promise<Answer>): Promise<Answer> {
    const wait = { url, since: this.#parts.now(), pace: new Pace() };
    this.#waits.add(wait);
    if (this.#waits.size > 1) this.#erase();
    this.#stop ??= this.#parts.repeat(REDRAW_MS, () => this.#draw());
    try {
      return await answer;
    } finally {
      this.#waits.delete(wait);
      this.#erase();
      if (this.#waits.size === 0) this.#rest();
    }
  }

  #draw(): void {
    const [wait, another] = this.#waits;
    if (wait === undefined || another !== undefined || this.#silenced > 0) return;
    const { url, since, pace } = wait;
    if (url === null) return;
    const now = this.#parts.now();
    const transfer = this.#transferOf(url);
    if (transfer !== null) pace.mark(now, transfer.received);
    if (now - since < PATIENCE_MS) return;
    const filename = filenameAt(url);
    const { bytesPerSecond } = pace;
    // The last column stays free: some terminals go to the next row after it.
    const line = waitingLine({ filename, transfer, bytesPerSecond }, this.#parts.width() - 1);
    this.#parts.write(`${this.#drawn ? '' : ROOM_BELOW}${BELOW}${line}${BACK}`);
    this.#drawn = true;
  }

  #erase(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#parts.write(`${BELOW}${BACK}`);
  }

  #rest(): void {
    this.#erase();
    this.#stop?.();
    this.#stop = null;
  }
}

function filenameAt(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last; // shown as spelled
  }
}

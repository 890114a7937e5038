// SPDX-License-Identifier: Apache-2.0
import { addressKey } from '../core/url.ts';
import type { Receipt } from '../core/verification.ts';
import { releases } from '../core/verdict.ts';

/** The receipts of one run: one for each address, the last word winning. */
export class Ledger {
  readonly #receipts = new Map<string, Receipt>();

  /** A blocking verdict is sticky: nothing said later of the same address replaces it. */
  write(receipt: Receipt): void {
    const key = addressKey(receipt.artifact.url);
    const earlier = this.#receipts.get(key);
    if (earlier !== undefined && earlier.asked && !releases(earlier.decision)) return;
    if (earlier !== undefined && earlier.asked && !receipt.asked) return;
    this.#receipts.set(key, receipt);
  }

  all(): readonly Receipt[] {
    return [...this.#receipts.values()];
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { BlobStore } from '../core/blob-store.ts';
import type { Clock } from '../core/clock.ts';
import type { TrustRows } from '../core/trust-rows.ts';

/** One way to keep blobs. `place` is a private folder of its own. */
export interface BlobBackend {
  readonly name: string;
  /** What was put in is there again when `place` is opened a second time (after a power cut: perhaps). */
  readonly durable: boolean;
  open(place: string): Promise<BlobStore>;
}

/** One way to keep the rows behind the trust store. */
export interface TrustRowsBackend {
  readonly name: string;
  readonly durable: boolean;
  open(place: string, clock: Clock): TrustRows;
}

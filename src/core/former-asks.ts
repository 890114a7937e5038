// SPDX-License-Identifier: Apache-2.0

/** The index pages that a run asked for. */
export interface PagesAsked {
  /** How the installer named itself and its platform (`User-Agent`): pages are read for that. */
  readonly agent: string;
  /** As asked for, in order; none that was asked for with credentials. */
  readonly urls: readonly string[];
}

/**
 * What runs of the same request asked for, so that the next one begins to fetch it before it is
 * asked. A hint and nothing more: what is lost, damaged or cannot be written is as if it had never
 * been kept, and no call throws for it.
 */
export interface FormerAsks {
  recall(request: string): Promise<PagesAsked | null>;
  keep(request: string, asked: PagesAsked): Promise<void>;
}

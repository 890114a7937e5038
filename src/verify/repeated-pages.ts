// SPDX-License-Identifier: Apache-2.0
import type { PageAsk } from '../core/evidence.ts';
import type { PagesAsked } from '../core/former-asks.ts';
import { AHEAD_LANES, MAX_REPEATED_PAGES } from '../core/limits.ts';
import { Lane } from './lane.ts';

/** What the run before of the same request asked for, and where this one's is kept. */
export interface RepeatPlan {
  /** `null`: nothing is known. */
  readonly former: PagesAsked | null;
  /** Whether a page is one of the indexes that the user configured. */
  readonly isOfIndex: (url: string) => boolean;
  keep(asked: PagesAsked): Promise<void>;
}

/**
 * Reads the pages that the same request asked for the last time while its installer still starts.
 * Nothing is believed for it: each page is judged when it is asked for, exactly as if it had come
 * then. At most what was asked for the last time is read, and none of it a second time. A build may
 * ask the gate for any address: later runs are to ask the user's own indexes alone.
 */
export class RepeatedPages {
  readonly #plan: RepeatPlan;
  readonly #read: (ask: PageAsk) => Promise<unknown>;
  readonly #lane = new Lane(AHEAD_LANES.pages);
  readonly #asked = new Set<string>();
  #agent: string | null = null;

  /** @param read as if it were asked for; must not throw, and does nothing where it was asked for. */
  constructor(plan: RepeatPlan, read: (ask: PageAsk) => Promise<unknown>) {
    this.#plan = plan;
    this.#read = read;
  }

  begin(): void {
    const { former } = this.#plan;
    if (former === null) return;
    const { agent, urls } = former;
    const pages = urls.filter((url) => this.#plan.isOfIndex(url));
    for (const url of pages.slice(0, MAX_REPEATED_PAGES)) {
      this.#lane.add(async () => {
        if (!this.#asked.has(url)) await this.#read({ url, credentials: {}, agent });
      });
    }
  }

  /** The installer asks for a page. */
  asked({ url, credentials, agent }: PageAsk): void {
    if (agent === undefined || Object.keys(credentials).length > 0) return;
    this.#agent ??= agent;
    // Whoever names itself in another way is served other pages.
    if (agent !== this.#plan.former?.agent) this.#lane.close();
    if (this.#asked.size >= MAX_REPEATED_PAGES || !this.#plan.isOfIndex(url)) return;
    this.#asked.add(url);
  }

  /** Drops what was not begun, and keeps what this run asked for. */
  async close(): Promise<void> {
    this.#lane.close();
    if (this.#agent === null || this.#isAsBefore(this.#agent)) return;
    await this.#plan.keep({ agent: this.#agent, urls: [...this.#asked] });
  }

  #isAsBefore(agent: string): boolean {
    const { former } = this.#plan;
    if (former?.agent !== agent || former.urls.length !== this.#asked.size) return false;
    return former.urls.every((url) => this.#asked.has(url));
  }
}

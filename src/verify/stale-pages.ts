// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { PageAsk, PageReader, PageReading, ReadPage } from '../core/evidence.ts';
import { OUTAGE_MEMORY_MS } from '../core/limits.ts';
import { monotonicMs } from '../core/monotonic.ts';
import type { PageCopies } from '../core/page-copy.ts';
import { printableUrl } from '../core/url.ts';
import { isOutage, projectOf, readPageCopy } from '../evidence/index.ts';
import { allowsPlainHttp, formatDuration, stalePageMs, type Policy } from '../policy/index.ts';
import { indexOf } from './artifact-of.ts';
import { audienceOf } from './page-audience.ts';

export interface StalePagesParts {
  readonly copies: PageCopies;
  readonly policy: Policy;
  readonly clock: { readonly now: () => number };
  /** The latest time that anybody tells: a copy's age counts by it. */
  readonly latest: () => number;
}

type KeptReading = Pick<ReadPage, 'url' | 'raw' | 'keptAt' | 'inside'>;

const HOUR = 3_600_000;

/**
 * The last page that each index gave of a project, for the time when the index is down
 * (`stale-if-error`, RFC 5861 section 4; attack F03). A copy is judged like any page.
 */
export class StalePages {
  readonly #parts: StalePagesParts;
  readonly #writing = new Set<Promise<void>>();
  /** Indexes that gave no answer, and until when they need not be asked again. */
  readonly #down = new Map<string, { readonly until: number; readonly why: Refusal }>();
  /** Of which projects each index's copies were handed out, and when the oldest was read. */
  readonly #handedOut = new Map<string, { readonly projects: Set<string>; oldest: number }>();

  constructor(parts: StalePagesParts) {
    this.#parts = parts;
  }

  /** A reader that hands out a copy where the one given finds the index down. */
  over(pages: PageReader): PageReader {
    return { read: (ask) => this.#read(ask, pages) };
  }

  /** Keeps a page that was judged; a copy is not kept again. Never waits, never throws. */
  keep(ask: PageAsk, reading: KeptReading, project: string | null): void {
    const { url, raw, keptAt, inside } = reading;
    if (keptAt !== undefined || raw === undefined || project === null || this.#limit === 0) return;
    const index = indexOf(ask.url, { project });
    const readAt = this.#parts.clock.now();
    this.#later(async () => {
      const audience = await audienceOf(ask);
      const isInside = inside === true;
      const key = { index, project, audience };
      await this.#parts.copies.keep({ ...key, url, inside: isInside, readAt, ...raw });
    });
  }

  /** When everything that was kept is written. */
  async close(): Promise<void> {
    await Promise.all(this.#writing);
    await this.#parts.copies.close();
  }

  get #limit(): number {
    return stalePageMs(this.#parts.policy);
  }

  async #read(ask: PageAsk, pages: PageReader): Promise<PageReading> {
    const project = projectOf(ask.url);
    if (this.#limit === 0 || project === null) return await pages.read(ask);
    const index = indexOf(ask.url, { project });
    const down = this.#down.get(index);
    if (down !== undefined && monotonicMs() < down.until) {
      const copy = await this.#copyFor(ask, index, project, down.why);
      if (copy !== null) return copy;
    }
    try {
      const reading = await pages.read(ask);
      this.#down.delete(index);
      // Gone is gone: it does not come back while the index is down.
      if (reading.outcome === 'not-found') {
        await this.#parts.copies.drop({ index, project, audience: await audienceOf(ask) });
      }
      return reading;
    } catch (thrown) {
      if (!isOutage(thrown)) throw thrown;
      const copy = await this.#copyFor(ask, index, project, thrown);
      if (copy === null) throw thrown;
      if (thrown.code !== 'WP-UPSTREAM-STATUS') {
        this.#down.set(index, { until: monotonicMs() + OUTAGE_MEMORY_MS, why: thrown });
      }
      return copy;
    }
  }

  /** `null`: none was kept. @throws Refusal `WP-PAGE-STALE` */
  async #copyFor(
    ask: PageAsk,
    index: string,
    project: string,
    why: Refusal,
  ): Promise<ReadPage | null> {
    const audience = await audienceOf(ask);
    const copy = await this.#parts.copies.recall({ index, project, audience });
    if (copy === null || (ask.within !== undefined && !copy.url.startsWith(ask.within)))
      return null;
    const { readAt } = copy;
    const age = this.#parts.latest() - readAt;
    const kept = `the page of ${project} that was kept on ${new Date(readAt).toISOString()}`;
    if (age < 0) {
      throw new Refusal('WP-PAGE-STALE', {
        message: `${why.message}; ${kept} is younger than this machine's clock: its age cannot be told`,
        hint: 'Check the clock, then try again once the index answers.',
      });
    }
    if (age > this.#limit) {
      throw new Refusal('WP-PAGE-STALE', {
        message: `${why.message}; ${kept} is ${inWords(age)} old, expected at most ${formatDuration(this.#limit)} (stale-if-error)`,
      });
    }
    const { policy } = this.#parts;
    return await readPageCopy(copy, (host) => allowsPlainHttp(policy, host), ask.skip);
  }

  #later(work: () => Promise<void>): void {
    const writing = new Promise<void>((resolve) => {
      setImmediate(() => void work().then(resolve, () => resolve()));
    });
    this.#writing.add(writing);
    void writing.then(() => this.#writing.delete(writing));
  }

  /** Takes note of a page that was handed out, for {@link notes}. */
  handedOut(asked: string, { keptAt, page }: ReadPage): void {
    if (keptAt === undefined) return;
    const index = indexOf(asked, page);
    const known = this.#handedOut.get(index) ?? { projects: new Set(), oldest: keptAt };
    known.projects.add(page.project ?? '');
    known.oldest = Math.min(known.oldest, keptAt);
    this.#handedOut.set(index, known);
  }

  /** What the reader is told of the copies that were handed out: a line for each index. */
  notes(): readonly string[] {
    return [...this.#handedOut].map(([index, { projects, oldest }]) => {
      const age = inWords(Math.max(0, this.#parts.latest() - oldest));
      const upTo = projects.size > 1 ? 'up to ' : '';
      return `${printableUrl(index)} is down: what it lists of ${listed([...projects])} is ${upTo}${age} old (at most ${formatDuration(this.#limit)}, stale-if-error)`;
    });
  }
}

const MOST_NAMED = 5;

function listed(projects: readonly string[]): string {
  const more = projects.length - MOST_NAMED;
  if (more > 0) return `${projects.slice(0, MOST_NAMED).join(', ')} and ${more} more`;
  return projects.join(', ');
}

/** Finer than a limit is written, so that 25 hours are not one day. */
function inWords(age: number): string {
  return age >= HOUR && age < 72 * HOUR ? `${Math.floor(age / HOUR)}h` : formatDuration(age);
}

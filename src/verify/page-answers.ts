// SPDX-License-Identifier: Apache-2.0
import { setImmediate as nextTurn } from 'node:timers/promises';
import { asRefusal, Refusal } from '../core/errors.ts';
import type { PageAsk, ReadPage, UnreadPage } from '../core/evidence.ts';
import type { PageOutcome } from '../core/verification.ts';
import { projectOf } from '../evidence/index.ts';
import type { AheadAccess } from './ahead-access.ts';
import { entryCount } from './artifact-of.ts';
import type { FetchAhead } from './fetch-ahead.ts';
import { judgeAskedAddress } from './known-against.ts';
import { pageKey, type KnownPages } from './known-pages.ts';
import type { AskedPage } from './name-guard.ts';
import { judgePage, type PageCaseParts } from './page-case.ts';
import type { StalePages } from './stale-pages.ts';
import type { UserHosts } from './user-hosts.ts';

export interface PageAnswersParts extends PageCaseParts {
  readonly access: AheadAccess;
  readonly ahead: FetchAhead | null;
  readonly known: KnownPages | null;
  readonly stale: StalePages | null;
  readonly userHosts: UserHosts | null;
  /** Takes the hosts that a page of this run came from. */
  readonly indexHosts: Set<string>;
}

/** Takes index pages through the question, once each for a run. */
export class PageAnswers {
  readonly #parts: PageAnswersParts;
  readonly #pages = new Map<string, Promise<PageOutcome>>();

  constructor(parts: PageAnswersParts) {
    this.#parts = parts;
  }

  /** Never throws. */
  async answer(ask: PageAsk): Promise<PageOutcome> {
    const key = pageKey(ask);
    const running = this.#pages.get(key) ?? this.#readPage(ask);
    this.#pages.set(key, running);
    this.#parts.ahead?.pageAsked(ask);
    const outcome = await running;
    const mayChange = outcome.outcome === 'unauthorised' || outcome.outcome === 'not-found';
    if (mayChange && this.#pages.get(key) === running) this.#pages.delete(key);
    if (outcome.outcome !== 'unchanged' || outcome.tag === ask.held) return outcome;
    await this.#parts.known?.readWhole(ask); // and so puts another answer in its place
    return await (this.#pages.get(key) ?? running);
  }

  /** As it would be asked for, or `null` where it would not or was. */
  askAhead(ask: PageAsk): PageAsk | null {
    const page = { url: ask.url, project: projectOf(ask.url) };
    const { names, policy } = this.#parts;
    if (this.#pages.has(pageKey(ask)) || !names.mayForesee(page)) return null;
    return judgeAskedAddress(policy, ask.url) === null ? this.#bounded(ask) : null;
  }

  #bounded(ask: PageAsk): PageAsk {
    const { names, userHosts, known } = this.#parts;
    const within = names.boundsOf({ url: ask.url, project: projectOf(ask.url) });
    const bounded = within === null ? ask : { ...ask, within };
    const steered = userHosts?.page(bounded) ?? bounded;
    return known?.ask(steered) ?? steered;
  }

  async #readPage(ask: PageAsk): Promise<PageOutcome> {
    const { access, names, records } = this.#parts;
    const page = { url: ask.url, project: projectOf(ask.url) };
    try {
      this.#requireAllowedAddress(ask.url);
      const elsewhere = names.turnAway(page);
      if (elsewhere !== null) {
        records.refusePage(ask.url, [elsewhere.code], []);
        return { outcome: 'not-found', status: 404 }; // not even asked (attack E07)
      }
      const reading = await access.read(this.#bounded(ask));
      // Pages come many at a time. What they lead on to is asked for once all of them are read, and
      // is on its way by the next turn of the event loop: before they are judged and written, which
      // takes longer. Each goes on by itself: one that came first is judged first, so that what it
      // says stands.
      if (this.#parts.ahead !== null) await nextTurn();
      if (reading.outcome === 'unread') return await this.#judgeUnread(ask, page, reading);
      if (reading.outcome !== 'page') return names.declined(page, reading);
      return await this.#judge(ask, page, reading);
    } catch (thrown) {
      return this.#undecided(page, thrown);
    }
  }

  async #judge(ask: PageAsk, page: AskedPage, reading: ReadPage): Promise<PageOutcome> {
    const { names, indexHosts, stale, ahead, known } = this.#parts;
    await known?.readBefore(ask, reading.page);
    names.shown(page, entryCount(reading.page));
    indexHosts.add(new URL(ask.url).host);
    const judged = await judgePage(this.#parts, ask.url, reading);
    stale?.keep(ask, reading, reading.page.project);
    stale?.handedOut(ask.url, reading);
    ahead?.pageGiven(ask.url, judged.page.project, reading);
    return { outcome: 'judged', judged: known?.learn(ask, reading, judged) ?? judged };
  }

  async #judgeUnread(ask: PageAsk, page: AskedPage, unread: UnreadPage): Promise<PageOutcome> {
    const { names, indexHosts, stale, known } = this.#parts;
    const again = (await known?.unchanged(ask, unread)) ?? null;
    if (again === null) return await this.#judge(ask, page, await unread.read());
    names.shown(page, again.listed);
    indexHosts.add(new URL(ask.url).host);
    stale?.keep(ask, unread, again.project);
    known?.leaveUnread(ask, again, () => {
      const whole = this.#judgeRead(ask, page, unread);
      this.#pages.set(pageKey(ask), whole);
      return whole;
    });
    return { outcome: 'unchanged', tag: again.tag };
  }

  async #judgeRead(ask: PageAsk, page: AskedPage, unread: UnreadPage): Promise<PageOutcome> {
    try {
      return await this.#judge(ask, page, await unread.read());
    } catch (thrown) {
      return this.#undecided(page, thrown);
    }
  }

  #undecided({ url, project }: AskedPage, thrown: unknown): PageOutcome {
    const refusal = asRefusal(thrown, 'reading an index page');
    if (project !== null) this.#parts.names.block(project, refusal.toReason());
    return this.#blocked(url, refusal);
  }

  /** The page is blocked whether or not that can be written down. */
  #blocked(url: string, refusal: Refusal): PageOutcome {
    try {
      this.#parts.records.refusePage(url, [refusal.code], []);
      return { outcome: 'blocked', refusal };
    } catch (thrown) {
      return { outcome: 'blocked', refusal: asRefusal(thrown, 'writing the audit trail') };
    }
  }

  #requireAllowedAddress(url: string): void {
    const found = judgeAskedAddress(this.#parts.policy, url);
    if (found !== null) throw new Refusal(found.code, found);
  }
}

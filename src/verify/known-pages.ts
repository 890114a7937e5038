// SPDX-License-Identifier: Apache-2.0
import type { Artifact, IndexPage } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { PageAsk, RawPage, ReadPage, UnreadPage } from '../core/evidence.ts';
import type { KnownPage } from '../core/known-page.ts';
import { addressKey } from '../core/url.ts';
import { projectOf } from '../evidence/index.ts';
import { entryCount, indexOf } from './artifact-of.ts';
import { isNamedBy } from './catalogue.ts';
import { KnownPageStore, type KnownPageMemory } from './known-page-store.ts';
import { passesAgain, type PageCaseParts, type PageJudgement } from './page-case.ts';

interface Unread {
  readonly page: KnownPage;
  readonly read: () => Promise<unknown>;
}

/** A page that was read and judged in this run, all of whose files passed. */
interface PassedPage {
  readonly ask: PageAsk;
  readonly raw: RawPage;
  readonly reading: ReadPage;
  readonly judgement: PageJudgement;
  readonly listings: string;
  readonly project: string;
  tag: string | null;
}

/**
 * Pages whose answer an installer still has from an earlier run: where an index gives the same bytes
 * again, and nothing that is known speaks against any file, they need neither be read nor written
 * anew. What then asks for one of its files has the page read first, as ever.
 */
export class KnownPages {
  readonly #parts: PageCaseParts;
  readonly #store: KnownPageStore;
  /** By address and what was not read. */
  readonly #recalled = new Map<string, KnownPage>();
  readonly #passed = new Map<string, PassedPage>();
  /** By address and what was not read. */
  readonly #unread = new Map<string, Unread>();

  constructor(memory: KnownPageMemory, parts: PageCaseParts) {
    this.#store = new KnownPageStore(memory);
    this.#parts = parts;
  }

  /** The same, so that what is known may stay unread. */
  ask(ask: PageAsk): PageAsk {
    if (!isPlain(ask)) return ask;
    const isKnown = async (raw: RawPage, url: string): Promise<boolean> => {
      const known = url === ask.url ? await this.#store.recall(ask, raw) : null;
      if (known !== null) this.#recalled.set(pageKey(ask), known);
      return known !== null;
    };
    return { ...ask, isKnown };
  }

  /** The page that whoever asks still has, where all of it passes again; `null`: it is to be read. */
  async unchanged(ask: PageAsk, unread: UnreadPage): Promise<KnownPage | null> {
    const known = this.#recalled.get(pageKey(ask));
    if (known === undefined || known.tag !== ask.held || !isPlain(ask)) return null;
    return (await passesAgain(this.#parts, known, unread)) ? known : null;
  }

  /** @param read as if the page had come now: whoever asks for what it lists needs that. Never throws. */
  leaveUnread(ask: PageAsk, page: KnownPage, read: () => Promise<unknown>): void {
    let running: Promise<unknown> | null = null;
    this.#unread.set(pageKey(ask), { page, read: () => (running ??= read()) });
  }

  /** Reads a page that was left unread. */
  async readWhole(ask: PageAsk): Promise<void> {
    await this.#unread.get(pageKey(ask))?.read();
  }

  /**
   * Makes known what unread pages list at an address, of a file or of its metadata: what is known of
   * a special file, or the pages that may list it, read whole.
   */
  async readFor(address: string): Promise<void> {
    if (this.#unread.size === 0) return;
    const key = addressKey(address).replace(/\.metadata$/u, '');
    const parsed = parseDistributionFilename(key.slice(key.lastIndexOf('/') + 1));
    // Where a source distribution's name ends and its version begins, its page alone may tell.
    const project = parsed?.kind === 'wheel' ? parsed.project : null;
    for (const [place, { page, read }] of this.#unread) {
      if (project !== null && page.project !== project) continue;
      const file = page.special.find(({ artifact }) => addressKey(artifact.url) === key);
      if (file === undefined) {
        await read();
        this.#unread.delete(place);
      } else {
        this.#parts.catalogue.list(file.artifact);
      }
    }
  }

  /**
   * Before a page is judged: reads what was asked for earlier and may list a file of the same
   * address. Who was asked first speaks for it, whether or not he was read at once.
   */
  async readBefore(ask: PageAsk, said: Pick<IndexPage, 'project'>): Promise<void> {
    if (this.#unread.size === 0) return;
    const own = pageKey(ask);
    const index = indexOf(ask.url, said);
    for (const [key, { page, read }] of this.#unread) {
      if (key === own) return;
      if (!mayShareFiles(page, { index, project: said.project })) continue;
      await read();
      this.#unread.delete(key);
    }
  }

  /** The versions of each project that unread pages offer, beside those given. */
  withOffered(
    told: ReadonlyMap<string, readonly string[]>,
  ): ReadonlyMap<string, readonly string[]> {
    const versions = new Map(told);
    for (const { page } of this.#unread.values()) {
      versions.set(page.project, [...(versions.get(page.project) ?? []), ...page.offered]);
    }
    return versions;
  }

  /** Learns a page, to be kept once `written` was told how its answer went out. */
  learn(ask: PageAsk, reading: ReadPage, judgement: PageJudgement): PageJudgement {
    const { page, raw, url, keptAt } = reading;
    const { artifacts, listings, offered, shown } = judgement;
    const { project, status, files, refused } = page;
    const isOwn = isPlain(ask) && url === ask.url && keptAt === undefined;
    const isUsual = status === 'active' && refused.length === 0 && shown.length === 0;
    const passed = artifacts.length === files.length && offered.length === files.length;
    if (!isOwn || !isUsual || !passed || raw === undefined || listings === null) return judgement;
    if (project === null || project !== projectOf(ask.url)) return judgement;
    const one: PassedPage = { ask, raw, reading, judgement, listings, project, tag: null };
    this.#passed.set(pageKey(ask), one);
    const written = (tag: string): void => {
      one.tag = tag;
    };
    return { ...judgement, written };
  }

  /** Keeps what this run learnt. */
  async close(): Promise<void> {
    for (const passed of this.#passed.values()) {
      const page = this.#knownOf(passed);
      if (page !== null) await this.#store.keep(passed.ask, passed.raw, page);
    }
    await this.#store.close();
  }

  #knownOf({ ask, reading, judgement, listings, project, tag }: PassedPage): KnownPage | null {
    const { page, form } = reading;
    const { artifacts } = judgement;
    const index = indexOf(ask.url, page);
    const releases = this.#parts.question.releasesToAsk(index, project);
    if (tag === null || form === undefined || releases === null) return null;
    const { remarksOn } = this.#parts.watch;
    const isSpecial = (one: Artifact): boolean =>
      releases.has(one.version) || remarksOn(one).length > 0;
    const example = artifacts.find(
      (one) => !isSpecial(one) && (one.listed?.provenance ?? null) === null,
    );
    const places = new Map<string, string>();
    const offered = new Set<string>();
    const withdrawn = new Set<string>();
    for (const { version, url, filename, project: of, listed } of artifacts) {
      // Elsewhere its address does not tell whose page is to be read for it.
      if (of !== project || !isNamedBy(url, filename)) return null;
      (typeof listed?.yanked === 'string' ? withdrawn : offered).add(version);
      places.set(url.slice(0, url.indexOf('/', 8)), url);
    }
    if (example === undefined) return null;
    const special = artifacts
      .filter(isSpecial)
      .map((artifact) => ({ artifact, remarks: remarksOn(artifact) }));
    return {
      index,
      project,
      form,
      listings,
      listed: entryCount(page),
      offered: [...offered],
      withdrawn: [...withdrawn].filter((version) => !offered.has(version)),
      places: [...places.values()],
      example,
      special,
      releases: [...releases],
      tag,
    };
  }
}

/** Whether two pages may name one file; an index may say of its own files what it likes. */
function mayShareFiles(
  one: Pick<KnownPage, 'index' | 'project'>,
  other: Pick<Artifact, 'index'> & Pick<IndexPage, 'project'>,
): boolean {
  if (one.project === other.project) return true;
  if (one.index === other.index) return false;
  // Where the name of a source distribution ends and its version begins, each page tells for itself.
  return (
    other.project === null ||
    one.project.startsWith(`${other.project}-`) ||
    other.project.startsWith(`${one.project}-`)
  );
}

/** Anybody gets it, and it may lead anywhere. */
function isPlain({ credentials, within }: PageAsk): boolean {
  return Object.keys(credentials).length === 0 && within === undefined;
}

/** A page read for one Python is none for another. */
export function pageKey({ url, skip }: PageAsk): string {
  return `${skip?.key ?? ''} ${url}`;
}

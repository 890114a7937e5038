// SPDX-License-Identifier: Apache-2.0
import type { Artifact, IndexPage } from '../core/artifact.ts';
import type { Reason } from '../core/errors.ts';
import type { Wish } from '../core/installer.ts';
import type { KnownPage } from '../core/known-page.ts';
import type { PageHistory, PageMemory, PageSaying, SaidFile } from '../trust/index.ts';
import { HiddenWheels } from './hidden-wheels.ts';
import type { PageSource } from './inward-link.ts';
import { remarkOn } from './page-remarks.ts';

/** One page under watch, from the look at it until it is remembered. */
export interface WatchedPage {
  /** To be told of each refused file that is no sdist, before the sdists are judged. */
  refused(artifact: Artifact, reasons: readonly Reason[]): void;
  /** Adds what the refused wheels mean for this file. */
  beforeJudging(artifact: Artifact): void;
  /** Remembers what the page said, but for the files that were refused. */
  remember(refused: ReadonlySet<string>): void;
  /** As {@link PageMemory.listingsOf}, once it is remembered. */
  listings(): string | null;
}

/** Holds the pages of a run against what they said before, and knows what that lets one notice. */
export class PageWatch {
  readonly #memory: PageMemory;
  readonly #wishes: readonly Wish[];
  /** By index, project and file name. */
  readonly #remarks = new Map<string, Map<string, Map<string, readonly Reason[]>>>();
  readonly #note: (sentence: string) => void;

  /** @param note takes what is to be told beside the files. */
  constructor(memory: PageMemory, wishes: readonly Wish[], note: (sentence: string) => void) {
    this.#memory = memory;
    this.#wishes = wishes;
    this.#note = note;
  }

  /** What pages let one notice of this file. */
  readonly remarksOn = (artifact: Artifact): readonly Reason[] =>
    this.#remarks.get(artifact.index)?.get(artifact.project)?.get(artifact.filename) ?? NOTHING;

  /** The bytes of this file were refused: its listing is no measure for others (`PageMemory.unlearn`). */
  unlearn({ index, project, filename }: Artifact): void {
    this.#memory.unlearn(index, project, filename);
  }

  /**
   * A flat page of links is not watched: it lists what somebody happened to put there.
   * @param seen the page's files, then what was refused on reading.
   */
  look(source: PageSource, seen: readonly Artifact[]): WatchedPage | null {
    const { index, page } = source;
    const { project } = page;
    if (project === null) return null;
    const saying: PageSaying = {
      index,
      project,
      form: source.form ?? '',
      status: page.status,
      files: saidBy(page, seen),
    };
    const history = this.#memory.look(saying);
    this.#noteStatus(source);
    this.#notice(source, seen, history);
    const hidden = new HiddenWheels(project);
    hidden.addGone(history);
    return {
      refused: (artifact, reasons) => hidden.addRefused(artifact, reasons),
      beforeJudging: (artifact) => {
        const remark = hidden.remarkOn(artifact);
        if (remark !== null) this.#add(artifact, [remark]);
      },
      remember: (refused) => this.#memory.write(saying, refused),
      listings: () => this.#memory.listingsOf(saying),
    };
  }

  /** A page says once more what it said before. @returns whether that is still what is known of it. */
  lookAgain({ index, project, form, listings, listed, special }: KnownPage): boolean {
    for (const { artifact, remarks } of special) this.#add(artifact, remarks);
    return this.#memory.sayAgain({ index, project, form, status: 'active' }, listings, listed);
  }

  #notice(source: PageSource, seen: readonly Artifact[], history: PageHistory): void {
    const { index, page } = source;
    const project = page.project ?? '';
    const { byFile, notes } = remarkOn({
      index,
      project,
      files: seen,
      skipped: page.skipped ?? [],
      history,
      wishes: this.#wishes,
      client: this.#memory.client,
    });
    for (const [filename, remarks] of byFile) {
      this.#add({ index, project, filename }, remarks);
    }
    for (const note of notes) this.#note(note);
  }

  /** PEP 792: what is archived or deprecated may still be installed. */
  #noteStatus({ index, page }: PageSource): void {
    if (page.status !== 'archived' && page.status !== 'deprecated') return;
    const why = page.statusReason === null ? '' : `: ${page.statusReason}`;
    this.#note(`${page.project ?? ''} is ${page.status} on ${index}${why}`);
  }

  #add({ index, project, filename }: FileKey, remarks: readonly Reason[]): void {
    const projects = this.#remarks.get(index) ?? new Map<string, Map<string, readonly Reason[]>>();
    const files = projects.get(project) ?? new Map<string, readonly Reason[]>();
    const known = files.get(filename) ?? NOTHING;
    const said = new Set(known.map(({ code }) => code));
    files.set(filename, [...known, ...remarks.filter(({ code }) => !said.has(code))]);
    this.#remarks.set(index, projects.set(project, files));
  }
}

type FileKey = Pick<Artifact, 'index' | 'project' | 'filename'>;

const NOTHING: readonly Reason[] = [];

/** Of an entry that could not be read as far as that, the yank mark is not known. */
function saidBy(
  { files, refused, skipped = [] }: IndexPage,
  seen: readonly Artifact[],
): SaidFile[] {
  const said: SaidFile[] = [];
  let place = -1;
  for (const { filename, listed } of seen) {
    place += 1;
    const isWhole = place < files.length || refused[place - files.length]?.file !== null;
    const yanked = isWhole ? typeof listed?.yanked === 'string' : null;
    said.push({ filename, sha256: listed?.hashes['sha256'] ?? null, yanked });
  }
  return skipped.length === 0 ? said : said.concat(skipped);
}

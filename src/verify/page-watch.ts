// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Reason } from '../core/errors.ts';
import type { Wish } from '../core/installer.ts';
import type { PageHistory, PageMemory, PageSaying } from '../trust/index.ts';
import { HiddenWheels } from './hidden-wheels.ts';
import type { PageSource } from './inward-link.ts';
import { remarkOn } from './page-remarks.ts';

/** One file as a page lists it, whether or not its entry could be read whole. */
export interface SeenFile {
  readonly artifact: Artifact;
  /** The entry was read as far as its yank mark. */
  readonly whole: boolean;
}

/** One page under watch, from the look at it until it is remembered. */
export interface WatchedPage {
  /** To be told of each refused file that is no sdist, before the sdists are judged. */
  refused(artifact: Artifact, reasons: readonly Reason[]): void;
  /** Adds what the refused wheels mean for this file. */
  beforeJudging(artifact: Artifact): void;
  /** Remembers what the page said, but for the files that were refused. */
  remember(refused: ReadonlySet<string>): void;
}

/** Holds the pages of a run against what they said before, and knows what that lets one notice. */
export class PageWatch {
  readonly #memory: PageMemory;
  readonly #wishes: readonly Wish[];
  readonly #remarks = new Map<string, readonly Reason[]>();
  readonly #note: (sentence: string) => void;

  /** @param note takes what is to be told beside the files. */
  constructor(memory: PageMemory, wishes: readonly Wish[], note: (sentence: string) => void) {
    this.#memory = memory;
    this.#wishes = wishes;
    this.#note = note;
  }

  /** What pages let one notice of this file. */
  readonly remarksOn = (artifact: Artifact): readonly Reason[] =>
    (this.#remarks.size === 0 ? undefined : this.#remarks.get(keyOf(artifact))) ?? [];

  /** The bytes of this file were refused: its listing is no measure for others (`PageMemory.unlearn`). */
  unlearn({ index, project, filename }: Artifact): void {
    this.#memory.unlearn(index, project, filename);
  }

  /** A flat page of links is not watched: it lists what somebody happened to put there. */
  look(source: PageSource, seen: readonly SeenFile[]): WatchedPage | null {
    const { index, page } = source;
    const { project } = page;
    if (project === null) return null;
    const saying: PageSaying = {
      index,
      project,
      form: source.form ?? '',
      status: page.status,
      files: [
        ...seen.map(({ artifact, whole }) => ({
          filename: artifact.filename,
          sha256: artifact.listed?.hashes['sha256'] ?? null,
          yanked: whole ? typeof artifact.listed?.yanked === 'string' : null,
        })),
        ...(page.skipped ?? []).map(({ filename, sha256, yanked }) => ({
          filename,
          sha256,
          yanked,
        })),
      ],
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
        if (remark !== null) this.#add(keyOf(artifact), [remark]);
      },
      remember: (refused) => this.#memory.write(saying, refused),
    };
  }

  #notice(source: PageSource, seen: readonly SeenFile[], history: PageHistory): void {
    const { index, page } = source;
    const project = page.project ?? '';
    const { byFile, notes } = remarkOn({
      index,
      project,
      files: seen.map(({ artifact }) => artifact),
      skipped: page.skipped ?? [],
      history,
      wishes: this.#wishes,
      client: this.#memory.client,
    });
    for (const [filename, remarks] of byFile) {
      this.#add(keyOf({ index, project, filename }), remarks);
    }
    for (const note of notes) this.#note(note);
  }

  /** PEP 792: what is archived or deprecated may still be installed. */
  #noteStatus({ index, page }: PageSource): void {
    if (page.status !== 'archived' && page.status !== 'deprecated') return;
    const why = page.statusReason === null ? '' : `: ${page.statusReason}`;
    this.#note(`${page.project ?? ''} is ${page.status} on ${index}${why}`);
  }

  #add(key: string, remarks: readonly Reason[]): void {
    const known = this.#remarks.get(key) ?? [];
    const said = new Set(known.map(({ code }) => code));
    this.#remarks.set(key, [...known, ...remarks.filter(({ code }) => !said.has(code))]);
  }
}

function keyOf({
  index,
  project,
  filename,
}: Pick<Artifact, 'index' | 'project' | 'filename'>): string {
  return JSON.stringify([index, project, filename]);
}

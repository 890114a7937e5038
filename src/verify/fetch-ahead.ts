// SPDX-License-Identifier: Apache-2.0
import type { Artifact, ListedFile } from '../core/artifact.ts';
import { parseDependency, type DependencySpecifier } from '../core/dependency-specifier.ts';
import { markerHolds } from '../core/environment-marker.ts';
import type { PageAsk, PageReading } from '../core/evidence.ts';
import type { Sequence, Wish } from '../core/installer.ts';
import {
  AHEAD_FILES_PER_PROJECT,
  AHEAD_LANES,
  AHEAD_PAGES_MORE,
  AHEAD_PAGES_PER_ASKED,
} from '../core/limits.ts';
import { normaliseName } from '../core/project-name.ts';
import { dependenciesIn } from '../evidence/index.ts';
import { AheadIndexes, baseOf, type AheadIndexesSettings } from './ahead-indexes.ts';
import { readClientPlatform, type ClientPlatform } from './client-platform.ts';
import { Lane } from './lane.ts';
import { likelyFile } from './likely-file.ts';
import { unfitWheels } from './unfit-wheels.ts';

/** What is known of a run that lets its needs be foreseen. */
export interface AheadPlan extends Sequence, AheadIndexesSettings {
  readonly wishes: readonly Wish[];
  /** Which files are fetched ahead, by the size that their page states; all where absent. */
  readonly fileBytes?: { readonly least: number; readonly most: number };
  /** How many pages and metadata are asked for at a time; few where absent. */
  readonly pagesAtOnce?: number;
  /** The installer takes what is for the Python that it tells in `User-Agent`, and nothing else. */
  readonly ownPlatform: boolean;
  /** What is believed of the Python until its installer tells. */
  readonly platform?: ClientPlatform | null;
}

export type ReadPage = Extract<PageReading, { readonly outcome: 'page' }>;

/** How something is fetched before it is asked for; each is judged only when it is. */
export interface AheadParts extends AheadPlan {
  /** `null` where it failed, is not there, or policy keeps us from asking. */
  page(ask: PageAsk): Promise<ReadPage | null>;
  /** The file as listed, or `null` where policy keeps us from asking for anything of it. */
  artifactOf(source: ReadPage, asked: string, file: ListedFile): Artifact | null;
  /** Its sidecar, of the hash that the page states; `null` as above. */
  sidecar(artifact: Artifact, credentials: Credentials): Promise<Uint8Array | null>;
  /** Fetches and judges; the outcome waits for somebody to ask. @returns what gives it up. */
  file(artifact: Artifact, credentials: Credentials): FileAhead | null;
}

export interface FileAhead {
  readonly ended: Promise<unknown>;
  /** No effect once it has been asked for. */
  giveUp(): void;
}

export type Credentials = Readonly<Record<string, string>>;

/** What is known of one project's part in the resolution. */
interface Need {
  readonly specifiers: string[];
  readonly extras: Set<string>;
  dependencies: readonly DependencySpecifier[];
  /** The installer itself has chosen: nothing is guessed any more. */
  chosen: Artifact | null;
  files: number;
  file: FileAhead | null;
}

/**
 * Fetches what the resolver is going to ask for while it still thinks: the pages of what is wished
 * for, from their likeliest file its metadata, from that the next pages; and each file whose
 * metadata the installer has asked for. Nothing here is a decision: every page, sidecar and file
 * is judged when it is asked for, exactly as if it had come then.
 */
export class FetchAhead {
  readonly #parts: AheadParts;
  readonly #needs = new Map<string, Need>();
  readonly #credentials = new Map<string, Credentials>();
  readonly #pages: Lane;
  readonly #files = new Lane(AHEAD_LANES.files);
  #believed: ClientPlatform | null;
  #toldPlatform: ClientPlatform | null = null;
  readonly #told = Promise.withResolvers<ClientPlatform | null>();
  readonly #indexes: AheadIndexes;
  /** Pages that a guess was made from. */
  readonly #guessed = new Set<string>();
  /** There already, or had from an address: no index is asked for them. */
  #unasked: ReadonlySet<string> = new Set();
  #pagesAsked = 0;
  #pagesAhead = 0;

  constructor(parts: AheadParts) {
    this.#parts = parts;
    this.#pages = new Lane(parts.pagesAtOnce ?? AHEAD_LANES.pages);
    this.#indexes = new AheadIndexes(parts);
    if (this.#indexes.isUncertain) this.#pages.close();
    this.#believed = parts.ownPlatform ? (parts.platform ?? null) : null;
    if (!parts.ownPlatform) this.#told.resolve(null);
  }

  /** @param installed projects that are there already, so that nobody may ask for them. */
  begin(installed: Iterable<string>): void {
    const { wishes } = this.#parts;
    const stated = wishes.filter(({ unasked }) => unasked === 'stated');
    this.#unasked = new Set([
      ...[...installed].map(normaliseName),
      // Its name may be nobody's business: who installs it says where it lies.
      ...stated.map(({ project }) => project),
    ]);
    for (const wish of wishes) {
      if (wish.conditional === true || wish.unasked !== undefined) continue;
      if (this.#unasked.has(wish.project)) continue;
      this.#want(wish.project, wish.specifier, wish.extras ?? []);
    }
  }

  /** The installer asks for a page. */
  pageAsked({ url, credentials, agent }: PageAsk): void {
    this.#pagesAsked += 1;
    const index = this.#indexes.learn(url, (project) => this.#needs.has(project));
    if (this.#indexes.isUncertain) this.#pages.close();
    if (index !== null) {
      for (const [project, need] of this.#needs) this.#readPage(need, index, project);
    }
    this.#credentials.set(new URL(url).origin, credentials);
    if (agent === undefined) return;
    this.#believed = null;
    this.#toldPlatform ??= readClientPlatform(agent);
    this.#told.resolve(this.#toldPlatform);
  }

  /** A page that was asked for has been judged. */
  pageGiven(asked: string, project: string | null, reading: ReadPage): void {
    if (project === null || this.#guessed.has(asked)) return;
    if (!this.#indexes.leadsOn(baseOf(asked))) return;
    const need = this.#need(project);
    void this.#guess(need, asked, reading);
  }

  /** The installer has been given a file's metadata: most likely it will ask for the file. */
  metadataGiven(artifact: Artifact, credentials: Credentials, metadata: Uint8Array): void {
    if (!this.#indexes.leadsOn(artifact.index)) return;
    this.#credentials.set(new URL(artifact.url).origin, credentials);
    const need = this.#need(artifact.project);
    need.chosen = artifact;
    this.#expand(need, artifact, metadata);
    if (!this.#mayFetch(artifact) || need.files >= AHEAD_FILES_PER_PROJECT) return;
    need.files += 1;
    need.file?.giveUp(); // the resolver went on to another release
    need.file = null;
    this.#files.add(async () => {
      if (need.chosen !== artifact) return;
      need.file = this.#parts.file(artifact, credentials);
      await need.file?.ended;
    });
  }

  close(): void {
    this.#pages.close();
    this.#files.close();
    this.#told.resolve(null);
    for (const { file } of this.#needs.values()) file?.giveUp();
  }

  #need(project: string): Need {
    const known = this.#needs.get(project);
    if (known !== undefined) return known;
    const need: Need = {
      specifiers: this.#boundsOf(project),
      extras: new Set(['']),
      dependencies: [],
      chosen: null,
      files: 0,
      file: null,
    };
    this.#needs.set(project, need);
    return need;
  }

  #boundsOf(project: string): string[] {
    return this.#parts.wishes.flatMap(({ project: of, specifier, unasked, conditional }) =>
      of === project && unasked === 'bound' && conditional !== true && specifier !== ''
        ? [specifier]
        : [],
    );
  }

  #want(project: string, specifier: string, extras: readonly string[]): void {
    const isNew = !this.#needs.has(project);
    const need = this.#need(project);
    if (specifier !== '') need.specifiers.push(specifier);
    const before = need.extras.size;
    for (const extra of extras) need.extras.add(extra);
    if (isNew) for (const index of this.#indexes.bases()) this.#readPage(need, index, project);
    else if (need.extras.size > before) void this.#follow(need);
  }

  #readPage(need: Need, index: string, project: string): void {
    const url = `${index}${project}/`;
    this.#pages.add(async () => {
      if (need.chosen !== null || !this.#mayReadMore()) return;
      this.#pagesAhead += 1;
      const credentials = this.#credentials.get(new URL(url).origin) ?? {};
      const skip = unfitWheels(this.#believed ?? this.#toldPlatform);
      const reading = await this.#parts.page({
        url,
        credentials,
        ...(skip === null ? {} : { skip }),
      });
      if (reading !== null) void this.#guess(need, url, reading);
    });
  }

  #mayFetch({ listed }: Artifact): boolean {
    const { files, fileBytes } = this.#parts;
    if (!files || fileBytes === undefined) return files;
    const size = listed?.size ?? 0;
    return size >= fileBytes.least && size <= fileBytes.most;
  }

  #mayReadMore(): boolean {
    return this.#pagesAhead < AHEAD_PAGES_MORE + AHEAD_PAGES_PER_ASKED * this.#pagesAsked;
  }

  async #guess(need: Need, asked: string, reading: ReadPage): Promise<void> {
    this.#guessed.add(asked);
    const platform = this.#believed ?? (await this.#told.promise);
    if (platform === null || need.chosen !== null) return;
    const file = likelyFile(reading.page.files, need.specifiers, platform);
    const artifact = file === null ? null : this.#parts.artifactOf(reading, asked, file);
    if (artifact === null) return;
    this.#pages.add(async () => {
      if (need.chosen !== null) return;
      const credentials = this.#credentials.get(new URL(artifact.url).origin) ?? {};
      const metadata = await this.#parts.sidecar(artifact, credentials);
      if (metadata !== null && need.chosen === null) this.#expand(need, artifact, metadata);
    });
  }

  #expand(need: Need, { filename }: Artifact, metadata: Uint8Array): void {
    need.dependencies = dependenciesIn(filename, metadata)
      .map(parseDependency)
      .filter((one) => one !== null);
    void this.#follow(need);
  }

  async #follow(need: Need): Promise<void> {
    const platform = this.#believed ?? (await this.#told.promise);
    if (platform === null || !this.#parts.dependencies) return;
    for (const { project, specifier, extras, url, marker } of need.dependencies) {
      if (url !== null || this.#unasked.has(project)) continue;
      const holds =
        marker === null ||
        [...need.extras].some(
          (extra) => markerHolds(marker, { ...platform.markers, extra }) === true,
        );
      if (holds) this.#want(project, specifier, extras);
    }
  }
}

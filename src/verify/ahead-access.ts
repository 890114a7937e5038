// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { Artifact, ListedFile } from '../core/artifact.ts';
import type { PageAsk, PageReader, PageReading } from '../core/evidence.ts';
import { judgeHost, type Policy } from '../policy/index.ts';
import type { HostMemory } from '../trust/hosts.ts';
import { indexOf, listedArtifact } from './artifact-of.ts';
import type { AheadParts, AheadPlan, Credentials, ReadPage } from './fetch-ahead.ts';
import { Flights } from './flights.ts';
import { judgeInwardLink } from './inward-link.ts';
import type { NameGuard } from './name-guard.ts';
import { RepeatedPages, type RepeatPlan } from './repeated-pages.ts';
import { flightOf, type FetchedSidecar, type SidecarSource } from './sidecar-source.ts';
import { skippingUnfit } from './unfit-wheels.ts';

export interface AheadAccessParts {
  readonly sidecarSource: SidecarSource;
  readonly pages: PageReader;
  readonly policy: Policy;
  readonly hosts: HostMemory;
  readonly names: NameGuard;
  /** How a page is asked for ahead; `null` where policy keeps us from it, or it was asked for. */
  readonly pageAsk: (ask: PageAsk) => PageAsk | null;
  readonly file: AheadParts['file'];
  /** What the same request asked for the last time; nothing is read for it where absent. */
  readonly repeat?: RepeatPlan;
  /** It installs for the Python that its `User-Agent` tells, and for no other. */
  readonly ownPlatform?: boolean;
}

/**
 * The requests that may be sent before anybody asks, under the same rules as those that are asked
 * for; what comes of them waits here, unjudged, for whoever asks.
 */
export class AheadAccess {
  readonly pages = new Flights<PageReading>();
  readonly sidecars = new Flights<FetchedSidecar>();
  readonly #parts: AheadAccessParts;
  readonly #repeated: RepeatedPages | null;

  constructor(parts: AheadAccessParts) {
    this.#parts = parts;
    const { repeat } = parts;
    const read = (ask: PageAsk): Promise<unknown> => this.#page(this.withoutUnfit(ask));
    this.#repeated = repeat === undefined ? null : new RepeatedPages(repeat, read);
  }

  /** Whoever installs for the Python that it tells can do nothing with the wheels of others. */
  withoutUnfit(ask: PageAsk): PageAsk {
    return this.#parts.ownPlatform === true ? skippingUnfit(ask) : ask;
  }

  /** Begins to read what the same request asked for the last time. */
  begin(): void {
    this.#repeated?.begin();
  }

  async close(): Promise<void> {
    await this.#repeated?.close();
  }

  /** Reads a page that is asked for, or takes what was read ahead. */
  async read(ask: PageAsk): Promise<PageReading> {
    this.#repeated?.asked(ask);
    const own = keyOf(ask);
    // What was read whole holds all that was asked for.
    const whole = keyOf({ ...ask, skip: undefined });
    const key = this.pages.has(own) ? own : whole;
    return await this.pages.join(key, () => this.#parts.pages.read(ask));
  }

  partsFor(plan: AheadPlan): AheadParts {
    return {
      ...plan,
      page: (ask) => this.#page(ask),
      artifactOf: (source, asked, file) => this.#artifactOf(source, asked, file),
      sidecar: (artifact, credentials) => this.#sidecar(artifact, credentials),
      file: this.#parts.file,
    };
  }

  async #page(wanted: PageAsk): Promise<ReadPage | null> {
    const ask = this.#parts.pageAsk(wanted);
    if (ask === null || this.pages.has(keyOf(ask))) return null;
    const reading = await this.pages.ahead(keyOf(ask), () => this.#parts.pages.read(ask));
    return reading?.outcome === 'page' ? reading : null;
  }

  #artifactOf(reading: ReadPage, asked: string, file: ListedFile): Artifact | null {
    const { policy, hosts, names } = this.#parts;
    const source = { ...reading, index: indexOf(asked, reading.page) };
    if (reading.page.status === 'quarantined') return null;
    if (judgeInwardLink(policy, source, file.url) !== null) return null;
    const { host } = new URL(file.url);
    const foreign = judgeHost(policy, source.index, host, hosts.judge(source.index, host));
    const artifact = listedArtifact(source, file);
    return foreign === null && names.judgeFile(artifact) === null ? artifact : null;
  }

  async #sidecar(artifact: Artifact, credentials: Credentials): Promise<Uint8Array | null> {
    const stated = artifact.listed?.coreMetadata ?? false;
    const sha256 = stated === false ? undefined : stated['sha256'];
    const key = flightOf(artifact, credentials);
    if (sha256 === undefined || this.sidecars.has(key) || this.sidecars.wasJoined(key)) return null;
    const fetched = await this.sidecars.ahead(key, () =>
      this.#parts.sidecarSource.fetch(artifact, credentials),
    );
    const bytes = fetched?.bytes ?? null;
    if (bytes === null) return null;
    return createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : null;
  }
}

/** What was read for one set of credentials is nobody else's. */
function keyOf({
  url,
  credentials,
  within,
  skip,
}: Omit<PageAsk, 'skip'> & { readonly skip?: PageAsk['skip'] | undefined }): string {
  return JSON.stringify([url, credentials, within ?? null, skip?.key ?? null]);
}

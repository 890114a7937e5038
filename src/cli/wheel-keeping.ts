// SPDX-License-Identifier: Apache-2.0
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobStore } from '../core/blob-store.ts';
import type { PageAsk } from '../core/evidence.ts';
import type { FoundDistribution } from '../core/host.ts';
import type { KeptWheel, KeptWheelList, TreeLooks } from '../core/kept-wheel.ts';
import type { FileAsk, Verification } from '../core/verification.ts';
import { releases } from '../core/verdict.ts';
import { projectOf } from '../evidence/index.ts';
import { openRunDirectory, openTreeLooks, type RunDirectory } from '../host/index.ts';
import {
  ensurePrivateDirectory,
  openKeptTrees,
  openKeptWheelList,
  type KeptTrees,
  type UnpackedWheel,
} from '../storage/index.ts';
import type { Judged, Verifier } from '../verify/index.ts';
import { isInstalled, joined, newlyKept } from './newly-kept.ts';
import type { Wiring } from './wiring.ts';

/** What the installer keeps of its own accord and asks the gate about each time, or finds out itself. */
const STAYS = /^(?:simple|interpreter)-v\d{1,4}$/u;

export interface KeepingPlaces {
  /** The installer's private cache under this policy, which stays. */
  readonly lasting: string;
  /** Where caches of single runs lie, and what is kept between them: on one file system. */
  readonly runs: string;
  readonly kept: string;
  /** Where it is written down what is kept. */
  readonly list: string;
}

export interface KeepingMeans {
  readonly verifier: Pick<Verifier, 'foretell' | 'file' | 'receipts'>;
  readonly blobs: Pick<BlobStore, 'has'>;
  readonly note: (sentence: string) => void;
}

/**
 * One run's private cache. It begins without any wheel. A wheel that an earlier run unpacked is put
 * into it once the gate has handed out a page that offers it, its file was judged as if it had been
 * asked for, and nothing of it has changed. What comes too late for that is asked for as always.
 *
 * @throws Refusal `WP-STATE-PERMISSIONS`, `WP-STATE-DISK`
 */
export async function openWheelKeeping(
  places: KeepingPlaces,
  wiring: Wiring = {},
): Promise<WheelKeeping> {
  for (const place of [places.lasting, places.runs]) ensurePrivateDirectory(place);
  const written = openKeptWheelList(places.list, places.kept);
  const list = wiring.keptWheels?.(written) ?? written;
  const run = await openRunDirectory(places.runs);
  const cache = join(run.path, 'cache');
  mkdirSync(cache, { mode: 0o700 });
  leadInto(places.lasting, cache);
  const real = openTreeLooks();
  const looks = wiring.treeLooks?.(real) ?? real;
  const trees = openKeptTrees(places.kept, looks);
  const parts = { places, run, cache, looks, list, trees };
  return new WheelKeeping(parts);
}

/** What is no folder is left where it is. */
function leadInto(lasting: string, cache: string): void {
  for (const entry of readdirSync(lasting, { withFileTypes: true })) {
    if (!STAYS.test(entry.name) || !entry.isDirectory()) continue;
    try {
      symlinkSync(join(lasting, entry.name), join(cache, entry.name));
    } catch {
      continue; // no links on this file system: the installer asks again
    }
  }
}

interface Parts {
  readonly places: KeepingPlaces;
  readonly run: RunDirectory;
  readonly cache: string;
  readonly looks: TreeLooks;
  readonly list: KeptWheelList;
  readonly trees: KeptTrees;
}

/** A wheel that was put into the run's cache, and what it would have been asked for by. */
interface Ready {
  readonly wheel: KeptWheel;
  readonly ask: FileAsk;
}

export class WheelKeeping {
  readonly #parts: Parts;
  readonly #ready: Ready[] = [];
  readonly #begun = new Set<string>();
  readonly #working = new Set<Promise<void>>();
  #means: KeepingMeans | null = null;
  #isOver = false;
  #unpacked: readonly UnpackedWheel[] = [];
  #keeping: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Where the installer is to keep what it keeps. */
  get cacheDirectory(): string {
    return this.#parts.cache;
  }

  /** Sees the pages that are handed out. */
  over(real: Verification, means: KeepingMeans): Verification {
    this.#means = means;
    return {
      page: async (ask) => {
        const outcome = await real.page(ask);
        if (outcome.outcome === 'judged') {
          const { page, offered } = outcome.judged;
          this.#offered(page.project, ask, (url) => offered.some((file) => file.url === url));
        }
        if (outcome.outcome === 'unchanged') this.#offered(projectOf(ask.url), ask, () => true);
        return outcome;
      },
      file: (ask) => real.file(ask),
      sidecar: (ask) => real.sidecar(ask),
    };
  }

  /** What lies ready, so that it can be prepared for the comparison while the installer copies. */
  ready(): readonly { readonly sha256: string; readonly filename: string }[] {
    return this.#ready.map(({ wheel }) => wheel);
  }

  /** The installer has ended: what it left is looked at. */
  async ended(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#working);
    const ready = this.#ready.map(({ wheel }) => wheel);
    this.#unpacked = this.#parts.trees.unpackedIn(this.#parts.cache, ready);
  }

  /**
   * What was used without being asked for was judged all the same: that is written down as if it had
   * been asked for. Where something was built here, anything may have been used for it.
   */
  async acknowledge(added: readonly FoundDistribution[]): Promise<void> {
    const means = this.#means;
    if (means === null) return;
    const built = this.#hasBuilt(means);
    const used = this.#ready.filter(({ wheel }) => built || isInstalled(wheel, added));
    await Promise.all(
      used.map(async ({ ask }) => {
        const outcome = await means.verifier.file(ask);
        if ('file' in outcome) await outcome.file.close();
      }),
    );
  }

  /** Keeps what this run unpacked and installed, where that was found to be what the wheel holds. */
  keep(judged: readonly Judged[]): void {
    const means = this.#means;
    if (means === null) return;
    this.#keeping = this.#keep(judged, means).catch(() => undefined); // then less is kept
  }

  async close(): Promise<void> {
    const { looks, run } = this.#parts;
    this.#isOver = true;
    await Promise.all(this.#working);
    await this.#keeping;
    await this.#putBack().catch(() => undefined);
    await looks.close();
    await run.close();
  }

  #offered(project: string | null, ask: PageAsk, mayOffer: (url: string) => boolean): void {
    if (project === null || this.#isOver) return;
    const working = this.#bringIn(project, ask, mayOffer)
      .catch(() => undefined) // then it is asked for
      .finally(() => this.#working.delete(working));
    this.#working.add(working);
  }

  async #bringIn(
    project: string,
    page: PageAsk,
    mayOffer: (url: string) => boolean,
  ): Promise<void> {
    const { list, trees, cache } = this.#parts;
    const means = this.#means;
    const wheels = await list.recall(project);
    if (means === null || wheels.length === 0) return;
    for (const wheel of wheels) {
      const { url, filename, sha256 } = wheel;
      if (!mayOffer(url) || this.#begun.has(wheel.folder)) continue;
      if (!(await means.blobs.has(sha256))) continue;
      this.#begun.add(wheel.folder);
      const isSameOrigin = new URL(url).origin === new URL(page.url).origin;
      const ask = { url, credentials: isSameOrigin ? page.credentials : {} };
      const foretold = await means.verifier.foretell(ask);
      if (foretold === null || !releases(foretold.decision) || this.#isOver) continue;
      const { artifact } = foretold;
      if (artifact.index !== wheel.index || artifact.filename !== filename) continue;
      if (artifact.url !== url || artifact.listed?.hashes['sha256'] !== sha256) continue;
      const broughtIn = await trees.bringIn(wheel, cache);
      if (broughtIn === 'ready') this.#ready.push({ wheel, ask });
      if (broughtIn === 'changed') await this.#giveUp(wheel, means);
    }
  }

  /** It was not used, and nothing of it will be. */
  async #giveUp(wheel: KeptWheel, { note }: KeepingMeans): Promise<void> {
    note(
      `${wheel.filename}: what was kept of it unpacked was changed since it was verified; it was not used, and is unpacked anew`,
    );
    await this.#forget([wheel]);
  }

  async #forget(wheels: readonly KeptWheel[]): Promise<void> {
    const { list, trees } = this.#parts;
    for (const { project, folder } of wheels) {
      const left = (await list.recall(project)).filter((one) => one.folder !== folder);
      await list.keep(project, left);
    }
    for (const wheel of wheels) await trees.remove(wheel);
  }

  async #keep(judged: readonly Judged[], { verifier }: KeepingMeans): Promise<void> {
    const { list, trees, cache } = this.#parts;
    const context = { cache, receipts: verifier.receipts() };
    for (const found of await newlyKept(this.#unpacked, judged, context)) {
      const wheel = trees.putAway(found, cache);
      if (wheel === null) continue;
      const former = await list.recall(wheel.project);
      const { kept, replaced } = joined(wheel, former);
      await list.keep(wheel.project, kept);
      for (const one of replaced) await trees.remove(one);
    }
  }

  async #putBack(): Promise<void> {
    const { list, trees, cache, places } = this.#parts;
    const lost = this.#ready.filter(({ wheel }) => !trees.takeBack(wheel, cache));
    await this.#forget(lost.map(({ wheel }) => wheel));
    for (const name of readdirSync(cache)) {
      const [own, lasting] = [join(cache, name), join(places.lasting, name)];
      if (STAYS.test(name) && lstatSync(own).isDirectory() && !existsSync(lasting))
        renameSync(own, lasting);
    }
    await list.close();
  }

  #hasBuilt({ verifier }: KeepingMeans): boolean {
    const { cache } = this.#parts;
    if (!existsSync(cache)) return true; // nobody can tell any more
    if (readdirSync(cache).some((name) => /^builds-v\d+$/u.test(name))) return true;
    return verifier.receipts().some(({ asked, artifact }) => asked && artifact.kind !== 'wheel');
  }
}

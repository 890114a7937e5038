// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import * as v from 'valibot';
import { CODES, type Code } from '../core/codes.ts';
import type { PageAsk, RawPage } from '../core/evidence.ts';
import type { KnownPage } from '../core/known-page.ts';
import type { VerdictCache } from '../core/verdict-cache.ts';

export interface KnownPageMemory {
  readonly cache: VerdictCache;
  /** Another version may read, judge or write a page in another way. */
  readonly toolVersion: string;
  readonly policyDigest: string;
}

/** Bumped when what is kept begins to mean something else. */
const FORMAT = 'wheelproof page 1';

/** Keeps what is known of pages, each by what was asked for. */
export class KnownPageStore {
  readonly #memory: KnownPageMemory;

  constructor(memory: KnownPageMemory) {
    this.#memory = memory;
  }

  /** `null`: nothing is known of a page with these bytes. */
  async recall(ask: PageAsk, raw: RawPage): Promise<KnownPage | null> {
    const text = await this.#memory.cache.recall(this.#keyOf(ask));
    if (text === null) return null;
    const head = `${digestOf(raw)}\n`;
    // The seal tells that it is what was written, the key that it means what was meant then.
    return text.startsWith(head) ? decode(text.slice(head.length)) : null;
  }

  async keep(ask: PageAsk, raw: RawPage, page: KnownPage): Promise<void> {
    await this.#memory.cache.keep(this.#keyOf(ask), `${digestOf(raw)}\n${JSON.stringify(page)}`);
  }

  async close(): Promise<void> {
    await this.#memory.cache.close();
  }

  #keyOf({ url, skip }: PageAsk): string {
    const { toolVersion, policyDigest } = this.#memory;
    const parts = [FORMAT, toolVersion, policyDigest, url, skip?.key ?? ''];
    return hash('sha256', JSON.stringify(parts), 'hex');
  }
}

/** Of the bytes with what says how they are to be read. */
function digestOf({ body, gzip, contentType }: RawPage): string {
  return hash('sha256', `${hash('sha256', body, 'hex')} ${gzip} ${contentType ?? ''}`, 'hex');
}

const HASHES = v.record(v.string(), v.string());
const LISTED = v.object({
  filename: v.string(),
  url: v.string(),
  hashes: HASHES,
  requiresPython: v.nullable(v.string()),
  coreMetadata: v.union([v.literal(false), HASHES]),
  gpgSig: v.nullable(v.boolean()),
  yanked: v.union([v.literal(false), v.string()]),
  size: v.nullable(v.number()),
  uploadTime: v.nullable(v.string()),
  provenance: v.nullable(v.string()),
});
const ARTIFACT = v.object({
  index: v.string(),
  project: v.string(),
  version: v.string(),
  filename: v.string(),
  kind: v.picklist(['wheel', 'sdist', 'archive']),
  url: v.string(),
  listedBy: v.exactOptional(v.string()),
  listed: v.nullable(LISTED),
});
const CODE = v.custom<Code>((value) => typeof value === 'string' && Object.hasOwn(CODES, value));
const REASON = v.object({ code: CODE, message: v.string(), hint: v.string() });
const PAGE = v.object({
  index: v.string(),
  project: v.string(),
  form: v.string(),
  listings: v.string(),
  listed: v.number(),
  offered: v.array(v.string()),
  withdrawn: v.array(v.string()),
  places: v.array(v.string()),
  example: ARTIFACT,
  special: v.array(v.object({ artifact: ARTIFACT, remarks: v.array(REASON) })),
  releases: v.array(v.string()),
  tag: v.string(),
});

/** `null` for what no run wrote. */
function decode(text: string): KnownPage | null {
  try {
    const read = v.safeParse(PAGE, JSON.parse(text));
    return read.success ? read.output : null;
  } catch {
    return null;
  }
}

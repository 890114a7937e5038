// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Clock } from '../core/clock.ts';
import type { PageAsk, PageReader, PageReading } from '../core/evidence.ts';
import { isProjectName, normaliseName } from '../core/project-name.ts';
import type { TufMemory, TufPin } from '../core/tuf-repository.ts';
import type { Upstream } from '../core/upstream.ts';
import { addressKey } from '../core/url.ts';
import { parsePage } from '../index/index.ts';
import { Unauthorised } from './repository-files.ts';
import { SignedIndex } from './signed-index.ts';

const JSON_PAGE = 'application/vnd.pypi.simple.v1+json';

export interface SignedIndexesParts<Rules> {
  /** By the index's address, which ends in a slash. */
  readonly pins: ReadonlyMap<string, TufPin>;
  readonly upstream: Upstream;
  readonly clock: Clock;
  /** What is trusted of an index, kept from run to run. */
  readonly memory: (url: string, pin: TufPin) => TufMemory;
  readonly readIdentities: (bytes: Uint8Array, what: string) => Promise<Rules>;
  readonly allowPlainHttp: (host: string) => boolean;
}

/** The indexes whose pages and files count only as TUF metadata names them (PEP 458). */
export class SignedIndexes<Rules> {
  readonly #all: readonly SignedIndex<Rules>[];
  readonly #parts: SignedIndexesParts<Rules>;

  constructor(parts: SignedIndexesParts<Rules>) {
    this.#parts = parts;
    this.#all = [...parts.pins].map(
      ([url, pin]) => new SignedIndex({ ...parts, url, pin, memory: () => parts.memory(url, pin) }),
    );
  }

  /** No root is pinned. */
  get areNone(): boolean {
    return this.#all.length === 0;
  }

  /** The signed index that a file comes from: by its page, or where no page led to it by its address. */
  of({ index, url }: Pick<Artifact, 'index' | 'url'>): SignedIndex<Rules> | null {
    if (this.#all.length === 0) return null;
    // As installers spell it: pip asks for `+simple` as `%2Bsimple`.
    if (!index.startsWith('direct:')) {
      const key = addressKey(index);
      return this.#all.find((one) => one.key === key) ?? null;
    }
    const asked = withoutEmptySegments(addressKey(url));
    return this.#all.find((one) => one.places.some((place) => asked.startsWith(place))) ?? null;
  }

  /** What the holders of the index say of who may release its files, as far as it was read. */
  identitiesFor(artifact: Pick<Artifact, 'index' | 'url'>): Rules | null {
    return this.of(artifact)?.identities ?? null;
  }

  /** Pages of these indexes are read from their signed targets, all others by `reader`. */
  over(reader: PageReader): PageReader {
    if (this.#all.length === 0) return reader;
    return {
      read: async (ask) => {
        const asked = addressKey(ask.url);
        const index = this.#all.find(({ key }) => isBelow(asked, key));
        if (index === undefined) return await reader.read(ask);
        return await this.#readSigned(index, { ...ask, url: asked });
      },
    };
  }

  async #readSigned(index: SignedIndex<Rules>, ask: PageAsk): Promise<PageReading> {
    index.useCredentials(ask.credentials, ask.url);
    const project = projectBelow(index.key, ask.url);
    // Nothing but projects' pages is signed, so nothing else is shown.
    if (project === null) return { outcome: 'not-found', status: 404 };
    try {
      const got = await index.read(`simple/${project}/index.v1+json`);
      if (got === null) return { outcome: 'not-found', status: 404 };
      const url = `${index.url}${project}/`;
      const raw = { body: got.bytes, gzip: false, contentType: JSON_PAGE };
      const page = parsePage({
        ...raw,
        url,
        project,
        allowPlainHttp: this.#parts.allowPlainHttp,
        ...(ask.skip === undefined ? {} : { skip: ask.skip }),
      });
      return { outcome: 'page', page, url, form: 'json', raw, ...(got.inside && { inside: true }) };
    } catch (thrown) {
      if (!(thrown instanceof Unauthorised)) throw thrown;
      const { status, challenge } = thrown;
      return { outcome: 'unauthorised', status, challenge };
    }
  }
}

/** Most servers answer `//packages` as `/packages`. */
function withoutEmptySegments(url: string): string {
  return url.replace(/(?<!:)\/{2,}/gu, '/');
}

function isBelow(url: string, index: string): boolean {
  return url.startsWith(index) || `${url}/` === index;
}

function projectBelow(index: string, url: string): string | null {
  const [, segment] = /^([^/?#]+)\/?$/u.exec(url.slice(index.length)) ?? [];
  if (segment === undefined) return null;
  try {
    const name = decodeURIComponent(segment);
    return isProjectName(name) ? normaliseName(name) : null;
  } catch {
    return null; // an undecodable segment names no project
  }
}

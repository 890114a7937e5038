// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { BlobStore } from '../core/blob-store.ts';
import { Refusal } from '../core/errors.ts';
import { HOLD_LIMIT_BYTES, MAX_SIDECAR_BYTES, PAGE_DEADLINE_MS } from '../core/limits.ts';
import type { Tries } from '../core/tries.ts';
import type { Upstream } from '../core/upstream.ts';
import { addressKey, printableUrl } from '../core/url.ts';
import type { FileAsk } from '../core/verification.ts';
import { wholeAnswer, type WheelReadings } from '../evidence/index.ts';

export const SIDECAR_SUFFIX = '.metadata';
/** Whatever else is answered is no absence. */
const NOT_THERE: ReadonlySet<number> = new Set([401, 403, 404, 410]);

/** What an address answered; no bytes where the index says that nothing is there. */
export interface FetchedSidecar {
  readonly status: number;
  readonly bytes: Uint8Array | null;
}

/** One key for one request: credentials too, since they may decide what is answered. */
export function flightOf(artifact: Artifact, credentials: FileAsk['credentials']): string {
  return JSON.stringify([addressKey(artifact.url), credentials]);
}

/** Where metadata comes from: out of the wheel where that was read already or lies here, else from beside it. */
export class SidecarSource {
  readonly #upstream: Upstream;
  readonly #blobs: BlobStore;
  readonly #readings: WheelReadings;

  constructor(upstream: Upstream, blobs: BlobStore, readings: WheelReadings) {
    this.#upstream = upstream;
    this.#blobs = blobs;
    this.#readings = readings;
  }

  /** @throws Refusal as the upstream port, and `WP-UPSTREAM-STATUS` */
  async fetch(artifact: Artifact, credentials: FileAsk['credentials']): Promise<FetchedSidecar> {
    const kept = await this.#kept(artifact);
    if (kept !== null) return { status: 200, bytes: kept };
    return await wholeAnswer((tries) =>
      fetchOnce(this.#upstream, artifact, { credentials, tries }),
    );
  }

  /** Only what is the sidecar that the page states, so that nobody can tell the difference. */
  async #kept({ filename, listed }: Artifact): Promise<Uint8Array | null> {
    const stated = listed?.coreMetadata ?? false;
    const declared = listed?.hashes['sha256'];
    const wanted = stated === false ? undefined : stated['sha256'];
    const isSmall = (listed?.size ?? Infinity) <= HOLD_LIMIT_BYTES;
    if (declared === undefined || wanted === undefined || !isSmall) return null;
    const recalled = await this.#readings.recall(filename, declared);
    if (recalled?.metadataSha256 === wanted) return recalled.metadata;
    const blob = await this.#blobs.open(declared);
    if (blob === null) return null;
    try {
      const { metadataSha256, metadata } = await this.#readings.read(filename, blob);
      return metadataSha256 === wanted ? metadata : null;
    } catch (thrown) {
      // The wheel is judged when it is asked for; here it is only no help.
      if (thrown instanceof Refusal) return null;
      throw thrown;
    } finally {
      await blob.close();
    }
  }
}

async function fetchOnce(
  upstream: Upstream,
  artifact: Artifact,
  { credentials, tries }: Pick<FileAsk, 'credentials'> & { readonly tries: Tries },
): Promise<FetchedSidecar> {
  const url = sidecarOf(artifact.url);
  const answer = await upstream.request({
    url,
    method: 'GET',
    headers: { ...credentials, 'accept-encoding': 'identity' },
    maxBytes: MAX_SIDECAR_BYTES,
    redirects: 'follow',
    from: artifact.listedBy ?? null,
    withinMs: PAGE_DEADLINE_MS,
    tries,
  });
  const { status } = answer;
  if (status !== 200) {
    for await (const _ of answer.body) break;
    if (NOT_THERE.has(status)) return { status, bytes: null };
    throw new Refusal('WP-UPSTREAM-STATUS', {
      message: `${printableUrl(url)} answered ${status} where metadata was expected`,
    });
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return { status, bytes: Buffer.concat(chunks) };
}

/** As the index spells the file's address, not as the installer spelled it when it asked. */
function sidecarOf(fileUrl: string): string {
  const url = new URL(fileUrl);
  url.pathname += SIDECAR_SUFFIX;
  return url.href;
}

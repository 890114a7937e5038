// SPDX-License-Identifier: Apache-2.0
import type { Artifact, ListedFile } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { Upstream } from '../core/upstream.ts';
import { openPageReader, type SignedIndexes } from '../evidence/index.ts';
import { allowsPlainHttp, indexKey } from '../policy/index.ts';
import { openUpstream } from '../upstream/index.ts';
import { overSigned } from './signed-indexes.ts';
import { transportOf } from './transport.ts';
import type { FileAtHand } from './file-at-hand.ts';
import type { VerifyContext, VerifyOptions } from './verify-context.ts';

/** The index that a file comes from: the one named, or the one that all memory of it, or else of its project, names. */
export function indexFrom(
  { rows }: VerifyContext,
  { index }: VerifyOptions,
  { filename, sha256, project }: Pick<FileAtHand, 'filename' | 'sha256' | 'project'>,
): string | null {
  if (index !== undefined) {
    if (/^https?:\/\/[^@]+$/iu.test(index) && URL.canParse(index)) return indexKey(index);
    throw new Refusal('WP-USAGE', {
      message: `--index: expected an address without user name and password, found ${safeText(index, 200)}`,
    });
  }
  const known = rows.recallBySha256(sha256).filter((file) => file.filename === filename);
  const files = known.length > 0 ? known : rows.list({ project });
  const indexes = new Set(files.map((file) => file.index));
  const [only] = indexes;
  return indexes.size === 1 && only !== undefined && /^https?:/iu.test(only) ? only : null;
}

export interface Listing {
  readonly artifact: Artifact;
  /** Why its index could not be asked, in words. */
  readonly unreachable: Refusal | null;
  readonly upstream: Upstream | null;
  /** Indexes under a pinned root; absent where none was asked. */
  readonly signedIndexes?: Pick<SignedIndexes<unknown>, 'of'>;
}

export function openOutside({ policy, clock, environment }: VerifyContext): Upstream {
  return openUpstream({
    caFiles: [],
    proxy: null,
    environment,
    ...transportOf(policy, clock),
  });
}

/** What the index says of the file now: its hash, and where its attestations are. */
export async function askIndex(context: VerifyContext, artifact: Artifact): Promise<Listing> {
  const { policy } = context;
  const upstream = openOutside(context);
  const plain = openPageReader(upstream, {
    isKnownIndex: (url) => url.startsWith(artifact.index),
    allowPlainHttp: (host) => allowsPlainHttp(policy, host),
  });
  const { pages, signedIndexes } = overSigned(context, upstream, plain);
  try {
    const url = new URL(`${artifact.project}/`, artifact.index).href;
    const reading = await pages.read({ url, credentials: {}, within: artifact.index });
    if (reading.outcome === 'unauthorised') {
      throw new Refusal('WP-UPSTREAM-STATUS', { message: `${url} answered ${reading.status}` });
    }
    const listed =
      reading.outcome === 'page'
        ? (reading.page.files.find(({ filename }) => filename === artifact.filename) ?? null)
        : null;
    return {
      artifact: withListing(artifact, listed, url),
      unreachable: null,
      upstream,
      signedIndexes,
    };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { artifact, unreachable: thrown, upstream, signedIndexes };
  }
}

function withListing(artifact: Artifact, listed: ListedFile | null, page: string): Artifact {
  return listed === null ? artifact : { ...artifact, listed, url: listed.url, listedBy: page };
}

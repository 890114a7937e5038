// SPDX-License-Identifier: Apache-2.0
import { setTimeout as pass } from 'node:timers/promises';
import type { Artifact } from '../core/artifact.ts';
import type { BlobDraft } from '../core/blob-store.ts';
import { isDistributionLike } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { MAX_SLOW_TRIES, MAX_TRIES } from '../core/limits.ts';
import { Tries, waitAfter } from '../core/tries.ts';
import type { Upstream, UpstreamAnswer } from '../core/upstream.ts';
import { printableUrl } from '../core/url.ts';
import { GatheredChunks, type Chunk } from './gathered-chunks.ts';

export type Arrival =
  | { readonly outcome: 'whole' }
  | { readonly outcome: 'not-served'; readonly status: number; readonly challenge: string | null };

export interface IncomingParts {
  readonly upstream: Upstream;
  readonly artifact: Artifact;
  readonly credentials: Readonly<Record<string, string>>;
  readonly draft: BlobDraft;
  readonly maxBytes: number;
  /** The server has begun to answer with the file; `size` in bytes where it says so. */
  readonly begun: (size: number | null) => void;
  readonly progressed: () => void;
  readonly signal?: AbortSignal;
  /** How waits between tries pass. */
  readonly wait?: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;
}

/** A longer header is no name, and would only cost time. */
const MAX_DISPOSITION_CHARACTERS = 2048;

/** Failures after which the file is asked for again, and how often it is asked for in all. */
const TRIES_AFTER: ReadonlyMap<string, number> = new Map([
  ['WP-UPSTREAM-TRUNCATED', MAX_TRIES],
  ['WP-LIMIT-TIME', MAX_SLOW_TRIES],
]);

/**
 * Brings one file into its draft. A cut answer is asked for again from the start, and what came
 * before must come again byte for byte, since some of it may already have gone out (attacks A18,
 * A19): what is released is always a prefix of what is hashed.
 *
 * @throws Refusal of the class that fits; the draft then holds whatever came.
 */
export async function bringIn(parts: IncomingParts): Promise<Arrival> {
  const promise: Promised = { size: parts.artifact.listed?.size ?? null, by: 'the index page' };
  const { signal, wait = waitUnlessGivenUp } = parts;
  const tries = new Tries();
  for (let asked = 1; ; asked += 1) {
    try {
      return await bringInOnce(parts, promise, tries);
    } catch (thrown) {
      const most = thrown instanceof Refusal ? (TRIES_AFTER.get(thrown.code) ?? 1) : 1;
      const made = Math.max(asked, tries.most);
      if (made >= most) throw thrown;
      await wait(waitAfter(made), signal);
    }
  }
}

async function waitUnlessGivenUp(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await pass(milliseconds, undefined, signal === undefined ? {} : { signal });
  } finally {
    signal?.throwIfAborted();
  }
}

/** How long the file is to be: once a length has been told, whoever told it, nothing else is it. */
interface Promised {
  size: number | null;
  by: 'the index page' | 'the first answer';
}

async function bringInOnce(
  parts: IncomingParts,
  promised: Promised,
  tries: Tries,
): Promise<Arrival> {
  const { artifact, draft } = parts;
  const answer = await parts.upstream.request({
    url: artifact.url,
    method: 'GET',
    headers: { ...parts.credentials, 'accept-encoding': 'identity' },
    maxBytes: parts.maxBytes,
    redirects: 'follow',
    from: artifact.listedBy ?? null,
    tries,
    ...(parts.signal === undefined ? {} : { signal: parts.signal }),
  });
  const declined = declinedBy(answer, artifact);
  if (declined !== null) {
    for await (const _ of answer.body) break;
    if (draft.written > 0) throw statusRefusal(answer, artifact); // it was there a moment ago
    return declined;
  }
  refuseOtherName(answer, artifact);
  const length = contentLength(answer);
  if (length !== null) requireSize(promised, length, artifact);
  if (promised.size === null && length !== null) {
    promised.size = length;
    promised.by = 'the first answer';
  }
  if (length !== null) await draft.expect(length);
  parts.begun(length);
  const gathered = new GatheredChunks(promised.size);
  const write = async (chunks: readonly Chunk[]): Promise<void> => {
    for (const { bytes, free } of chunks) {
      await draft.write(bytes, free);
      parts.progressed();
    }
  };
  let position = 0;
  try {
    for await (const chunk of answer.body) {
      const known = Math.min(chunk.length, Math.max(0, draft.written - position));
      if (known > 0) await requireSameAgain(draft, position, chunk.subarray(0, known), artifact);
      if (promised.size !== null && position + chunk.length > promised.size) {
        requireSize(promised, position + chunk.length, artifact);
      }
      if (known < chunk.length) {
        const due = gathered.push(known === 0 ? chunk : chunk.subarray(known));
        if (due.length > 0) await write(due);
      }
      position += chunk.length;
    }
  } finally {
    await write(gathered.rest()); // after a cut as well: it must come again byte for byte
  }
  if (position < draft.written) {
    throw new Refusal('WP-UPSTREAM-TRUNCATED', {
      message: `${printableUrl(artifact.url)} ended after ${position} bytes, ${draft.written} had come before`,
    });
  }
  if (promised.by === 'the first answer') requireSize(promised, position, artifact);
  return { outcome: 'whole' };
}

function declinedBy(answer: UpstreamAnswer, artifact: Artifact): Arrival | null {
  const { status } = answer;
  if (status === 200) return null;
  if (status === 206) {
    // A part that nobody asked for is joined to nothing: the whole is asked for again (attack A19).
    throw new Refusal('WP-UPSTREAM-TRUNCATED', {
      message: `${printableUrl(artifact.url)} answered with a part where the whole of ${artifact.filename} was asked for`,
    });
  }
  if (status === 401 || status === 403 || status === 404 || status === 410) {
    const challenge = answer.headers['www-authenticate'] ?? null;
    return { outcome: 'not-served', status, challenge };
  }
  throw statusRefusal(answer, artifact);
}

function statusRefusal({ status }: UpstreamAnswer, artifact: Artifact): Refusal {
  return new Refusal('WP-UPSTREAM-STATUS', {
    message: `${printableUrl(artifact.url)} answered ${status} where a file was expected`,
  });
}

/**
 * The name stays the asked one; an answer that names another distribution is not it (attack A22).
 * A source forge's `main.zip` names none: it is announced under whatever name it has there.
 */
function refuseOtherName(answer: UpstreamAnswer, artifact: Artifact): void {
  if (artifact.kind === 'archive' && isDistributionLike(artifact.filename)) return;
  const landed = lastSegment(answer.url);
  const announced = announcedName(
    (answer.headers['content-disposition'] ?? '').slice(0, MAX_DISPOSITION_CHARACTERS),
  );
  for (const name of [landed, announced]) {
    if (name !== null && name !== artifact.filename && isDistributionLike(name)) {
      throw new Refusal('WP-REDIRECT-NAME', {
        message: `asked for ${artifact.filename}, the server answered with ${name} from ${printableUrl(answer.url)}`,
      });
    }
  }
}

function lastSegment(url: string): string | null {
  const segment = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // compared as spelled
  }
}

/** `filename` of a Content-Disposition (RFC 6266), both forms. */
function announcedName(header: string): string | null {
  const extended = /filename\*\s*=\s*[^']*'[^']*'([^;]+)/iu.exec(header)?.[1];
  if (extended !== undefined) return lastSegment(`https://wheelproof.invalid/${extended.trim()}`);
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/iu.exec(header);
  const name = plain?.[1] ?? plain?.[2] ?? null;
  return name === null ? null : (name.split(/[\\/]/u).at(-1) ?? name);
}

function contentLength(answer: UpstreamAnswer): number | null {
  const text = answer.headers['content-length'];
  return text !== undefined && /^\d{1,15}$/u.test(text) ? Number(text) : null;
}

function requireSize({ size, by }: Promised, found: number, artifact: Artifact): void {
  if (size === null || size === found) return;
  throw new Refusal('WP-SIZE-MISMATCH', {
    message: `${by} says ${size} bytes for ${artifact.filename}, the server sends ${found} or more`,
  });
}

async function requireSameAgain(
  draft: BlobDraft,
  position: number,
  again: Uint8Array,
  artifact: Artifact,
): Promise<void> {
  const before = await draft.read(position, again.length);
  if (Buffer.compare(before, again) !== 0) {
    throw new Refusal('WP-HASH-MISMATCH', {
      message: `${printableUrl(artifact.url)} sent other bytes when it was asked again after a cut`,
    });
  }
}

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { Artifact, ListedFile } from '../core/artifact.ts';
import { asRefusal, reason, Refusal, type Reason } from '../core/errors.ts';
import { MAX_SIDECAR_BYTES, PAGE_DEADLINE_MS } from '../core/limits.ts';
import type { Upstream } from '../core/upstream.ts';
import { addressKey, printableUrl } from '../core/url.ts';
import type { FileAsk, SidecarOutcome } from '../core/verification.ts';
import {
  judgeSidecarIdentity,
  sidecarDiffers,
  wholeAnswer,
  type SidecarLedger,
} from '../evidence/index.ts';
import type { Catalogue } from './catalogue.ts';
import type { Flights } from './flights.ts';
import type { NameGuard } from './name-guard.ts';
import type { Question } from './question.ts';

export interface SidecarCaseParts {
  readonly upstream: Upstream;
  readonly catalogue: Catalogue;
  readonly names: NameGuard;
  readonly question: Question;
  readonly sidecars: SidecarLedger;
  readonly flights: Flights<FetchedSidecar>;
  /** The metadata inside the wheel, once the wheel has been judged. */
  readonly fromWheel: (
    artifact: Artifact,
    credentials: FileAsk['credentials'],
  ) => Promise<SidecarOutcome>;
  /** Takes what is to be handed out. @returns why it may not be; `null`: it may. */
  readonly given: (
    artifact: Artifact,
    credentials: FileAsk['credentials'],
    metadata: Uint8Array,
  ) => Reason | null;
}

const SUFFIX = '.metadata';
/** Whatever else is answered is no absence. */
const NOT_THERE: ReadonlySet<number> = new Set([401, 403, 404, 410]);

/**
 * The metadata beside a wheel (PEP 658): served only with the hash that the page states, and noted
 * down, so that the wheel is later held against it.
 */
export async function judgeSidecar(parts: SidecarCaseParts, ask: FileAsk): Promise<SidecarOutcome> {
  try {
    return await serve(parts, ask);
  } catch (thrown) {
    const refusal = asRefusal(thrown, `reading ${printableUrl(ask.url)}`);
    return { outcome: 'refused', reason: refusal.toReason() };
  }
}

async function serve(parts: SidecarCaseParts, ask: FileAsk): Promise<SidecarOutcome> {
  const fileUrl = fileOf(ask.url);
  const artifact = parts.catalogue.artifactAt(fileUrl);
  const blocked = artifact === null ? null : parts.names.blockOf(artifact.project);
  const known = blocked ?? parts.catalogue.refusalAt(fileUrl)?.[0];
  if (known !== undefined) return { outcome: 'refused', reason: known };
  const stated = artifact?.listed?.coreMetadata;
  if (artifact?.listed === null || artifact === null || stated === undefined) {
    return { outcome: 'not-found', status: 404 };
  }
  if ((stated === false || stated['sha256'] === undefined) && !isMadeFromWheel(artifact.listed)) {
    return { outcome: 'not-found', status: 404 };
  }
  const declared = artifact.listed?.hashes['sha256'];
  const foreseen = declared === undefined ? null : await parts.question.foresee(artifact, declared);
  const [blocking] = foreseen?.reasons ?? [];
  if (blocking !== undefined) return { outcome: 'refused', reason: blocking };

  if (stated === false || stated['sha256'] === undefined) {
    const made = await parts.fromWheel(artifact, ask.credentials);
    if (made.outcome !== 'served') return made;
    const against = parts.given(artifact, ask.credentials, made.bytes);
    return against === null ? made : { outcome: 'refused', reason: against };
  }
  const { status, bytes } = await parts.flights.join(
    flightOf(artifact, ask.credentials),
    async () => await fetchSidecar(parts.upstream, artifact, ask.credentials),
  );
  if (bytes === null) return { outcome: 'not-found', status };
  const found = createHash('sha256').update(bytes).digest('hex');
  const expected = stated['sha256'];
  if (expected !== found) {
    const message = `the metadata of ${artifact.filename}: sha256 on the index page ${expected ?? 'none'}, of the bytes ${found}`;
    return { outcome: 'refused', reason: reason('WP-SIDECAR-HASH', message) };
  }
  const foreign = judgeSidecarIdentity(artifact, bytes);
  if (foreign !== null) return { outcome: 'refused', reason: foreign };
  // The wheel may have been fetched ahead: then it is known already what is inside.
  const inside = parts.sidecars.inside(artifact.url);
  if (inside !== null && inside.sha256 !== found) {
    return { outcome: 'refused', reason: sidecarDiffers(artifact.filename, found, inside.sha256) };
  }
  const against = parts.given(artifact, ask.credentials, bytes);
  if (against !== null) return { outcome: 'refused', reason: against };
  parts.sidecars.handedOut(artifact.url, found);
  return { outcome: 'served', bytes };
}

/** Whether a wheel's metadata is made from the wheel: its hash holds the wheel to its page. */
export function isMadeFromWheel({ filename, hashes }: ListedFile): boolean {
  return filename.endsWith('.whl') && hashes['sha256'] !== undefined;
}

/** What an address answered; no bytes where the index says that nothing is there. */
export interface FetchedSidecar {
  readonly status: number;
  readonly bytes: Uint8Array | null;
}

/** One key for one request: credentials too, since they may decide what is answered. */
export function flightOf(artifact: Artifact, credentials: FileAsk['credentials']): string {
  return JSON.stringify([addressKey(artifact.url), credentials]);
}

/** @throws Refusal as the upstream port, and `WP-UPSTREAM-STATUS` */
export async function fetchSidecar(
  upstream: Upstream,
  artifact: Artifact,
  credentials: FileAsk['credentials'],
): Promise<FetchedSidecar> {
  return await wholeAnswer(() => fetchOnce(upstream, artifact, credentials));
}

async function fetchOnce(
  upstream: Upstream,
  artifact: Artifact,
  credentials: FileAsk['credentials'],
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
  url.pathname += SUFFIX;
  return url.href;
}

function fileOf(sidecarUrl: string): string {
  const url = new URL(sidecarUrl);
  if (url.pathname.endsWith(SUFFIX)) url.pathname = url.pathname.slice(0, -SUFFIX.length);
  return url.href;
}

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { Artifact, ListedFile } from '../core/artifact.ts';
import { asRefusal, reason, type Reason } from '../core/errors.ts';
import { HOLD_LIMIT_BYTES } from '../core/limits.ts';
import { printableUrl } from '../core/url.ts';
import type { FileAsk, SidecarOutcome } from '../core/verification.ts';
import { judgeSidecarIdentity, sidecarDiffers, type SidecarLedger } from '../evidence/index.ts';
import type { Catalogue } from './catalogue.ts';
import type { Flights } from './flights.ts';
import type { NameGuard } from './name-guard.ts';
import type { Question } from './question.ts';
import {
  flightOf,
  SIDECAR_SUFFIX,
  type FetchedSidecar,
  type SidecarSource,
} from './sidecar-source.ts';

export interface SidecarCaseParts {
  readonly source: SidecarSource;
  readonly catalogue: Catalogue;
  readonly names: NameGuard;
  readonly question: Question;
  readonly sidecars: SidecarLedger;
  readonly flights: Flights<FetchedSidecar>;
  /**
   * The installer installs each file as it comes: what false metadata requires would lie there
   * before the wheel proves it false. So the wheel is looked into first, up to the hold limit.
   */
  readonly oneByOne?: boolean;
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
    async () => await parts.source.fetch(artifact, ask.credentials),
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
  if (parts.oneByOne === true && isMadeFromWheel(artifact.listed) && isHeld(artifact.listed)) {
    const made = await parts.fromWheel(artifact, ask.credentials);
    if (made.outcome === 'refused') return made;
  }
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

function isHeld({ size }: ListedFile): boolean {
  return size === null || size <= HOLD_LIMIT_BYTES;
}

/** Whether a wheel's metadata is made from the wheel: its hash holds the wheel to its page. */
export function isMadeFromWheel({ filename, hashes }: ListedFile): boolean {
  return filename.endsWith('.whl') && hashes['sha256'] !== undefined;
}

function fileOf(sidecarUrl: string): string {
  const url = new URL(sidecarUrl);
  if (url.pathname.endsWith(SIDECAR_SUFFIX))
    url.pathname = url.pathname.slice(0, -SIDECAR_SUFFIX.length);
  return url.href;
}

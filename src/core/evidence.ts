// SPDX-License-Identifier: Apache-2.0
import type { Artifact, IndexPage } from './artifact.ts';
import type { HeldBytes } from './bytes.ts';
import type { EvidenceClass, Finding } from './finding.ts';

/**
 * One kind of evidence: gathers and verifies, never decides. A kind answers with a finding for
 * whatever happens outside (absent, unreachable, failed); what it throws counts as `WP-INTERNAL`
 * and blocks.
 */
export interface EvidenceKind {
  /** The name policies and reports use: `memory`, `pins`, `attestation`, … */
  readonly kind: string;
  readonly class: EvidenceClass;
  /**
   * What is already known of the digest that the page declares, before any byte has come; `null`
   * where nothing can be said yet. Only called where a sha256 was declared. Asked for each of a
   * page's thousands of files: whoever knows at once answers at once.
   */
  foresee(artifact: Artifact, declaredSha256: string): Finding | null | Promise<Finding | null>;
  /**
   * Of which releases of a project `foresee` may say anything but "absent" or nothing yet, until the
   * event loop turns: all others of a page are judged together. `null`, or absent: of any.
   */
  foreseeable?(index: string, project: string): ReadonlySet<string> | null;
  /** Digest algorithms that this kind wants computed beside sha256, for this artifact. */
  digestsWanted?(artifact: Artifact): readonly string[];
  /** Its bytes are about to come: what takes long may start beside them. Never throws. */
  begin?(artifact: Artifact, credentials: Readonly<Record<string, string>>): void;
  /** The one sha256 that its bytes must have, where this kind states one. */
  statedSha256?(artifact: Artifact): string | null;
  examine(artifact: Artifact, bytes: HeldBytes): Promise<Finding>;
}

export interface PageAsk {
  /** As the installer asked for it, without fragment or credentials. */
  readonly url: string;
  /** Credentials that the installer sent for this origin; lower-case header names. */
  readonly credentials: Readonly<Record<string, string>>;
  /** The index that the page's name belongs to: no redirect may lead out of it. */
  readonly within?: string;
  /** The user named its host nowhere: it may not lead inside (`UpstreamAsk.outside`). */
  readonly outside?: true;
  /** How the installer names itself and its platform (`User-Agent`). */
  readonly agent?: string;
  /** What need not be read, since whoever asks can do nothing with it. */
  readonly skip?: SkippedWheels;
  /** The tag of the answer that whoever asks still has (RFC 9110 13.1.2). */
  readonly held?: string;
  /** Whether these bytes were read before, so that they may stay unread; absent: none were. */
  readonly isKnown?: (raw: RawPage, url: string) => Promise<boolean>;
}

/** Wheels that one Python cannot install, whatever is said of them. */
export interface SkippedWheels {
  /** Two of one key skip the same. */
  readonly key: string;
  has(filename: string): boolean;
}

/** What `foreseeable` answers where nothing is known beforehand of any file. */
export const NO_RELEASE: ReadonlySet<string> = new Set();

/** A page as it came. */
export interface RawPage {
  readonly body: Uint8Array;
  /** Its `Content-Encoding` was gzip. */
  readonly gzip: boolean;
  readonly contentType: string | null;
}

/** A page whose bytes are known (`PageAsk.isKnown`). */
export interface UnreadPage {
  readonly outcome: 'unread';
  readonly raw: RawPage;
  /** Where it came from, after redirects. */
  readonly url: string;
  /** Its server is known to lie inside (`UpstreamAnswer.inside`). */
  readonly inside?: true;
  /** Reads it after all. @throws Refusal as {@link PageReader.read} */
  read(): Promise<ReadPage>;
}

export interface ReadPage {
  readonly outcome: 'page';
  readonly page: IndexPage;
  /** Where it came from, after redirects. */
  readonly url: string;
  /** Its server is known to lie inside (`UpstreamAnswer.inside`). */
  readonly inside?: true;
  /** The one form that it was read in; absent where nobody looked. */
  readonly form?: string;
  /** Its index is down, and this is what it said then: milliseconds since 1970. */
  readonly keptAt?: number;
  /** What it was read from; absent where nobody may need it again. */
  readonly raw?: RawPage;
}

export type PageReading =
  | ReadPage
  | UnreadPage
  /** The index has no such project. */
  | { readonly outcome: 'not-found'; readonly status: number }
  /** The index wants to know who asks; the installer must see it. */
  | {
      readonly outcome: 'unauthorised';
      readonly status: number;
      readonly challenge: string | null;
    };

/** Reads index pages from outside, strictly. @throws Refusal for whatever else happens. */
export interface PageReader {
  read(ask: PageAsk): Promise<PageReading>;
}

// SPDX-License-Identifier: Apache-2.0

/** One installed distribution as found on disk. */
export interface FoundDistribution {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  /** The `.dist-info` folder, absolute. */
  readonly distInfo: string;
  /** Changes when the distribution is written anew. */
  readonly fingerprint: string;
  /** Parsed `direct_url.json` (PEP 610), or `null`. */
  readonly directUrl: DirectUrl | null;
  readonly installer: string | null;
}

export interface DirectUrl {
  readonly url: string;
  readonly kind: 'archive' | 'vcs' | 'directory';
  readonly editable: boolean;
}

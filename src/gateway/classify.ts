// SPDX-License-Identifier: Apache-2.0
import { isDistributionLike } from '../core/distribution-filename.ts';
import { MAX_FILENAME_CHARACTERS } from '../core/limits.ts';
import { REFUSAL_HOST } from './refused-addresses.ts';
import { releaseAsked } from './release-asked.ts';

/**
 * What a request is for, by its parsed address and what it accepts; never by a substring.
 * `signature` and `other` pass to the outside, where the answer is looked at again.
 */
export type RequestKind =
  'refusal' | 'file' | 'sidecar' | 'signature' | 'release' | 'page' | 'other';

export interface Asked {
  readonly url: URL;
  readonly method: string;
  readonly accept: string | undefined;
  readonly knownIndex: boolean;
}

const SIDECAR = '.metadata';
const SIGNATURES = ['.asc', '.sig', '.provenance'];

export function classify(asked: Asked): RequestKind {
  if (asked.url.hostname === REFUSAL_HOST) return 'refusal';
  if (asked.method !== 'GET' && asked.method !== 'HEAD') return 'other';
  const filename = filenameOf(asked.url);
  if (namesDistribution(filename)) return 'file';
  if (namesDistribution(filename, SIDECAR)) return 'sidecar';
  if (SIGNATURES.some((suffix) => namesDistribution(filename, suffix))) return 'signature';
  if (asked.method === 'GET' && releaseAsked(asked.url) !== null) return 'release';
  return asked.knownIndex || acceptsIndexPage(asked.accept) ? 'page' : 'other';
}

/**
 * Whether a file name, without `suffix`, is one that some installer takes a package from. Only its
 * end tells, so no more than a longest name's worth of it is looked at.
 */
export function namesDistribution(filename: string, suffix = ''): boolean {
  if (!filename.endsWith(suffix)) return false;
  const name = filename.slice(0, filename.length - suffix.length);
  return isDistributionLike(name.slice(-MAX_FILENAME_CHARACTERS));
}

/**
 * The file name that an installer reads out of an address: its path decoded once, without the
 * slashes at its end (both pip and uv pass over those), behind the last slash.
 */
export function filenameOf(url: URL): string {
  const path = decodeLossily(url.pathname).replace(/\/+$/u, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Percent-decoding that never fails, as installers do it: broken UTF-8 becomes U+FFFD. */
function decodeLossily(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/giu, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** Whether an `Accept` header names the Simple API's own media types (PEP 691). */
export function acceptsIndexPage(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((range) => isIndexMediaType(range));
}

export function isIndexMediaType(value: string): boolean {
  return value.trim().toLowerCase().startsWith('application/vnd.pypi.simple.');
}

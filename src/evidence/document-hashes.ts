// SPDX-License-Identifier: Apache-2.0
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { linesFor, readChecksumLines } from './checksum-lines.ts';
import { openDocument, type DocumentAsk } from './document-source.ts';
import type { SignatureSources } from './signature-findings.ts';
import { isSourceControl, readSourceControl } from './source-control.ts';

/** One distribution that a signed document names. */
export interface DocumentHashes {
  /** Normalised. */
  readonly project: string;
  readonly version: string;
  /** `null`: the document calls it otherwise than an index does. */
  readonly filename: string | null;
  readonly sha256: string;
}

export interface DocumentReading {
  readonly files: readonly DocumentHashes[];
  /** Who signed, and which table lets him. */
  readonly detail: string;
}

/** What a Debian source control file's upstream archive is, which it calls by another name. */
export interface Meant {
  readonly project: string;
  readonly version: string;
}

const UPSTREAM_ARCHIVE = /\.orig\.tar\.[a-z0-9]+$/u;

/**
 * The hashes that a signed document holds: nothing of one that does not hold itself.
 * @throws Refusal with the code of what is wrong; `WP-NO-VOUCHER` where too few have signed;
 *   `WP-USAGE` where it names nothing that could be installed.
 */
export async function hashesIn(
  sources: Omit<SignatureSources, 'signers'>,
  ask: DocumentAsk,
  meant: Meant | null,
): Promise<DocumentReading> {
  const { address } = ask;
  const document = await openDocument(sources, ask);
  if (document === null) {
    throw new Refusal('WP-USAGE', { message: `${address}: expected a document there, found none` });
  }
  const { text, verdict } = document;
  if (verdict.state === 'absent') throw new Refusal('WP-NO-VOUCHER', { message: verdict.detail });
  const files = isSourceControl(text)
    ? archiveIn(text, address, meant)
    : distributionsIn(text, address);
  if (files.length > 0) return { files, detail: verdict.detail };
  throw new Refusal('WP-USAGE', {
    message: `${address}: it names no wheel or sdist with a SHA-256 hash`,
  });
}

function distributionsIn(text: string, what: string): readonly DocumentHashes[] {
  const lines = readChecksumLines(text, what);
  const names = new Set(lines.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)));
  return [...names].flatMap((filename) => {
    const parsed = parseDistributionFilename(filename);
    const sha256 = linesFor(lines, filename, what).get('sha256');
    if (parsed === null || sha256 === undefined) return [];
    return [{ project: parsed.project, version: parsed.version, filename, sha256 }];
  });
}

function archiveIn(text: string, what: string, meant: Meant | null): readonly DocumentHashes[] {
  const { source, version, sha256 } = readSourceControl(text, what);
  if (meant === null) {
    throw new Refusal('WP-USAGE', {
      message: `${what}: the source control file of ${source} ${version} does not say which release its upstream archive is`,
      hint: 'Say it: --for PROJECT==VERSION.',
    });
  }
  return [...sha256]
    .filter(([name]) => UPSTREAM_ARCHIVE.test(name))
    .map(([, hex]) => ({ ...meant, filename: null, sha256: hex }));
}

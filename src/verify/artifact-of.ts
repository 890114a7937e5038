// SPDX-License-Identifier: Apache-2.0
import type { Artifact, IndexPage, ListedFile } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { normaliseName } from '../core/project-name.ts';
import type { PageSource } from './inward-link.ts';

/** The index that a page belongs to: a project page's parent, a flat page itself. */
export function indexOf(pageUrl: string, page: Pick<IndexPage, 'project'>): string {
  const url = new URL(pageUrl);
  url.search = '';
  url.hash = '';
  if (page.project === null) return url.href;
  url.pathname = url.pathname.replace(/\/+$/u, '').replace(/[^/]*$/u, '');
  return url.href;
}

/** How many files a page lists, whether or not they were read. */
export function entryCount({ files, refused, skipped = [] }: IndexPage): number {
  return files.length + refused.length + skipped.length;
}

const DIRECT = 'direct:';

/** Whether no page led to it. */
export function isDirect({ index }: Pick<Artifact, 'index'>): boolean {
  return index.startsWith(DIRECT);
}

export function listedArtifact({ index, page, url }: PageSource, file: ListedFile): Artifact {
  const parsed = parseDistributionFilename(file.filename, page.project ?? undefined);
  return {
    index,
    project: parsed?.project ?? page.project ?? file.filename,
    version: parsed?.version ?? '',
    filename: file.filename,
    kind: parsed?.kind ?? 'archive',
    url: file.url,
    listedBy: url,
    listed: file,
  };
}

/**
 * A file that no page led to: a direct URL, or an address recorded in a lock file. Where its name
 * tells no release (`main.zip`), many others of its origin share it: its folder tells them apart.
 */
export function directArtifact(address: string): Artifact {
  const url = new URL(address);
  const segment = url.pathname.replace(/\/+$/u, '').split('/').at(-1) ?? '';
  const filename = decoded(segment);
  const parsed = parseDistributionFilename(filename);
  return {
    index: `${DIRECT}${parsed === null ? folderOf(url) : url.origin}`,
    project: parsed?.project ?? normaliseName(filename),
    version: parsed?.version ?? '',
    filename,
    kind: parsed?.kind ?? 'archive',
    url: address,
    listed: null,
  };
}

function folderOf({ origin, pathname }: URL): string {
  return origin + pathname.replace(/[^/]*\/*$/u, '');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // kept as spelled; the address itself is judged elsewhere
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { IndexPage, ListedFile } from '../core/artifact.ts';
import type { PageCopy } from '../core/page-copy.ts';
import { parsePage, writePage } from '../index/index.ts';

const JSON_FORM = 'application/vnd.pypi.simple.v1+json';

/** What of a page is kept for the time when its index is down: the files that were offered. */
export function writePageCopy(page: IndexPage, offered: readonly ListedFile[]): Uint8Array {
  return writePage({ ...page, files: offered.map(withoutSidecar), shown: [] }, 'json').body;
}

/** Reads a copy by the rules that hold today. @throws Refusal as `parsePage` */
export function readPageCopy(
  { body, url, project }: PageCopy,
  allowPlainHttp: (host: string) => boolean,
): IndexPage {
  return parsePage({ body, contentType: JSON_FORM, url, project, allowPlainHttp });
}

/** Its server may be down too: metadata is then made from the wheel, where that is in the store. */
function withoutSidecar(file: ListedFile): ListedFile {
  return { ...file, coreMetadata: file.filename.endsWith('.whl') ? {} : false };
}

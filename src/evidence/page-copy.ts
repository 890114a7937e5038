// SPDX-License-Identifier: Apache-2.0
import type { IndexPage, ListedFile } from '../core/artifact.ts';
import type { SkippedWheels } from '../core/evidence.ts';
import type { PageCopy } from '../core/page-copy.ts';
import { parsePage, writePage } from '../index/index.ts';

const JSON_FORM = 'application/vnd.pypi.simple.v1+json';

/**
 * What of a page is kept for the time when its index is down: the files that were offered, and what
 * was not read for whoever asked.
 */
export function writePageCopy(page: IndexPage, offered: readonly ListedFile[]): Uint8Array {
  const unread = (page.skipped ?? []).flatMap(({ entry }) => {
    const whole = entry();
    return whole === null ? [] : [{ ...whole, 'core-metadata': true }];
  });
  const files = offered.map(withoutSidecar);
  return writePage({ ...page, files, shown: [], unread }, 'json').body;
}

/** Reads a copy by the rules that hold today. @throws Refusal as `parsePage` */
export function readPageCopy(
  { body, url, project }: PageCopy,
  allowPlainHttp: (host: string) => boolean,
  skip?: SkippedWheels,
): IndexPage {
  const options = skip === undefined ? { allowPlainHttp } : { allowPlainHttp, skip };
  return parsePage({ body, contentType: JSON_FORM, url, project, ...options });
}

/** Its server may be down too: metadata is then made from the wheel, where that is in the store. */
function withoutSidecar(file: ListedFile): ListedFile {
  return { ...file, coreMetadata: file.filename.endsWith('.whl') ? {} : false };
}

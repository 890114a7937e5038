// SPDX-License-Identifier: Apache-2.0
import type { ListedFile } from '../core/artifact.ts';
import type { ReadPage, SkippedWheels } from '../core/evidence.ts';
import type { PageCopy } from '../core/page-copy.ts';
import { formOf, parsePage } from '../index/index.ts';
import { decodePage } from './page-body.ts';

/** Reads a copy by the rules that hold today. @throws Refusal as `parsePage` */
export async function readPageCopy(
  copy: PageCopy,
  allowPlainHttp: (host: string) => boolean,
  skip?: SkippedWheels,
): Promise<ReadPage> {
  const { url, project, contentType, inside, readAt } = copy;
  const body = await decodePage(copy, url);
  const options = skip === undefined ? { allowPlainHttp } : { allowPlainHttp, skip };
  const source = { body, contentType, url, project, ...options };
  const page = parsePage(source);
  return {
    outcome: 'page',
    page: { ...page, files: page.files.map(withoutSidecar) },
    url,
    form: formOf(source).form,
    keptAt: readAt,
    ...(inside ? { inside } : {}),
  };
}

/** Its server may be down too: metadata is then made from the wheel, where that is in the store. */
function withoutSidecar(file: ListedFile): ListedFile {
  return { ...file, coreMetadata: file.filename.endsWith('.whl') ? {} : false };
}

// SPDX-License-Identifier: Apache-2.0
import type { ListedFile, ProjectStatus } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import { UPSTREAM_CONNECTIONS } from '../core/limits.ts';
import type { PageReader } from '../core/evidence.ts';
import type { Upstream } from '../core/upstream.ts';
import { openPageReader } from '../evidence/index.ts';
import { allowsPlainHttp } from '../policy/index.ts';
import { overSigned } from './signed-indexes.ts';
import type { VerifyContext } from './verify-context.ts';

/** One project's page of one index. */
export interface PageAsked {
  /** As {@link indexKey} spells it. */
  readonly index: string;
  readonly project: string;
}

/** What it lists; nothing where the index has no such project. A refusal where it could not be asked. */
export type PageAnswer =
  | {
      readonly url: string;
      readonly files: readonly ListedFile[];
      readonly status: ProjectStatus;
    }
  | Refusal;

export const pageKey = ({ index, project }: PageAsked): string => `${index} ${project}`;

/** Asks for many pages, several at a time; what happens to one is no other's matter. */
export async function readPages(
  context: VerifyContext,
  upstream: Upstream,
  asked: readonly PageAsked[],
): Promise<ReadonlyMap<string, PageAnswer>> {
  const answers = new Map<string, PageAnswer>();
  const open = [...new Map(asked.map((one) => [pageKey(one), one])).values()];
  const indexes = [...new Set(open.map(({ index }) => index))];
  const plain = openPageReader(upstream, {
    isKnownIndex: (url) => indexes.some((index) => url.startsWith(index)),
    allowPlainHttp: (host) => allowsPlainHttp(context.policy, host),
  });
  const { pages } = overSigned(context, upstream, plain);
  const lane = async (): Promise<void> => {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      answers.set(pageKey(next), await readOne(pages, next));
    }
  };
  await Promise.all(Array.from({ length: UPSTREAM_CONNECTIONS }, lane));
  return answers;
}

async function readOne(pages: PageReader, { index, project }: PageAsked): Promise<PageAnswer> {
  const url = new URL(`${project}/`, index).href;
  try {
    const reading = await pages.read({ url, credentials: {}, within: index });
    if (reading.outcome === 'unauthorised') {
      return new Refusal('WP-UPSTREAM-STATUS', { message: `${url} answered ${reading.status}` });
    }
    if (reading.outcome !== 'page') return { url, files: [], status: 'active' };
    return { url, files: reading.page.files, status: reading.page.status };
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { printableUrl } from '../core/url.ts';
import type { UpstreamAnswer } from '../core/upstream.ts';
import { filenameOf, isIndexMediaType, namesDistribution } from './classify.ts';
import { dispositionFilenames } from './content-disposition.ts';

/** What an answer to other traffic is, as far as its headers tell. */
export type AnswerNature = 'redirect' | 'page' | 'archive' | 'html' | 'unknown';

/** @throws Refusal `WP-BYPASS-TRAFFIC`, `WP-SCHEME` */
export function natureOf(method: string, answer: UpstreamAnswer): AnswerNature {
  const { status, headers } = answer;
  const reads = method === 'GET' || method === 'HEAD';
  const type = headers['content-type'] ?? '';
  const isSuccess = status >= 200 && status < 300; // installers take whichever it is
  if (status >= 300 && status < 400 && headers['location'] !== undefined) {
    verifyLocation(headers['location'], answer.url);
    return 'redirect';
  }
  verifyReadable(answer);
  if (reads && isSuccess && isIndexMediaType(type)) return 'page';
  const named = dispositionFilenames(headers['content-disposition']);
  if (named.some((name) => namesDistribution(name))) return 'archive';
  if (reads && namesDistribution(filenameOf(new URL(answer.url)))) return 'archive';
  return method === 'GET' && isSuccess && /^\s*text\/html\b/iu.test(type) ? 'html' : 'unknown';
}

/** A redirect is the client's to follow, and comes by here again: if its scheme can. */
function verifyLocation(location: string, base: string): void {
  const target = URL.parse(location, base);
  if (target?.protocol === 'https:' || target?.protocol === 'http:') return;
  throw new Refusal('WP-SCHEME', {
    message: `${printableUrl(base)} redirects to ${target?.protocol ?? 'something that is no address'}, expected https:`,
  });
}

/** We asked for the whole thing, unencoded (see `passed-headers.ts`). */
function verifyReadable({ status, headers, url }: UpstreamAnswer): void {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity') {
    throw new Refusal('WP-BYPASS-TRAFFIC', {
      message: `${printableUrl(url)} answered with the content encoding ${encoding}, expected none`,
    });
  }
  if (status === 206) {
    throw new Refusal('WP-BYPASS-TRAFFIC', {
      message: `${printableUrl(url)} answered with a part, expected the whole`,
    });
  }
}

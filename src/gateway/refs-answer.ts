// SPDX-License-Identifier: Apache-2.0
import { MAX_REFS_BYTES } from '../core/limits.ts';
import { printableUrl } from '../core/url.ts';
import type { UpstreamAnswer } from '../core/upstream.ts';
import type { AnswerBody } from './answer-body.ts';
import type { Exchange } from './exchange.ts';
import type { Gate } from './gate.ts';
import { beginsLikeRefs, readRefs } from './git-refs.ts';

const LISTS = '/info/refs';
const SERVES = '/git-upload-pack';

/** The repository that git asks for its references; `null`: it asks for something else. */
function repositoryAsked({ method, url }: Pick<Exchange, 'method' | 'url'>): string | null {
  const suffix = method === 'POST' ? SERVES : LISTS;
  if (!url.pathname.endsWith(suffix)) return null;
  return `${url.origin}${url.pathname.slice(0, -suffix.length)}`;
}

/**
 * The whole answer where it lists a repository's references, judged before any of it goes out;
 * `null` for every other answer. Objects are not looked into: their names are digests of them.
 *
 * @throws Refusal where a reference may not name what it names.
 */
export async function heldRefs(
  { parts }: Gate,
  exchange: Exchange,
  { answer, head, body }: { answer: UpstreamAnswer; head: Uint8Array; body: AnswerBody },
): Promise<Uint8Array | null> {
  const repository = repositoryAsked(exchange);
  if (repository === null || parts.repositories === undefined) return null;
  if (answer.status < 200 || answer.status > 299) return null;
  if (exchange.method === 'POST' && !beginsLikeRefs(head)) return null;
  const what = printableUrl(exchange.url);
  const rest = await exchange.whileThere(body.whole(MAX_REFS_BYTES, what));
  const whole = Buffer.concat([head, rest]);
  parts.repositories.advertised(repository, readRefs(whole, what));
  return whole;
}

/** A repository that moved is asked where it went, and means the one that was named. */
export function noteRedirect({ parts }: Gate, exchange: Exchange, answer: UpstreamAnswer): void {
  const from = repositoryAsked(exchange);
  const to = URL.parse(answer.headers['location'] ?? '', exchange.url.href);
  if (from === null || to === null) return;
  const there = repositoryAsked({ method: exchange.method, url: to });
  if (there !== null) parts.repositories?.redirected(from, there);
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_REDIRECTS } from '../core/limits.ts';
import type { Upstream, UpstreamAnswer, UpstreamAsk } from '../core/upstream.ts';
import { printableUrl } from '../core/url.ts';

/**
 * Asks for a page whose name belongs to one index, and follows redirects only inside it: some
 * indexes send whoever asks for a name that they do not have on to a public one.
 *
 * @param within the index, with its slash at the end.
 * @throws Refusal `WP-INDEX-NOT-ALLOWED`, `WP-LIMIT-REDIRECTS`, and as {@link Upstream.request}
 */
export async function requestWithin(
  upstream: Upstream,
  ask: UpstreamAsk,
  within: string,
): Promise<UpstreamAnswer> {
  let { url } = ask;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const answer = await upstream.request({ ...ask, url, redirects: 'hand-back' });
    const { location } = answer.headers;
    if (answer.status < 300 || answer.status > 399 || location === undefined) return answer;
    for await (const _ of answer.body) break;
    url = insideOf(within, url, location);
  }
  throw new Refusal('WP-LIMIT-REDIRECTS', {
    message: `${printableUrl(ask.url)} redirects more than ${MAX_REDIRECTS} times`,
  });
}

function insideOf(within: string, from: string, location: string): string {
  const target = URL.parse(location, from);
  const named = target !== null && target.username === '' && target.password === '';
  if (named && target.href.startsWith(within)) return target.href;
  const shown = target === null ? 'something that is no address' : printableUrl(target);
  throw new Refusal('WP-INDEX-NOT-ALLOWED', {
    message: `${printableUrl(from)} leads to ${shown}, outside ${within}, which owns the name`,
    hint: 'If the index has moved, mend its address in the policy; otherwise ask its operator to switch off forwarding to other indexes.',
  });
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_REFS_BYTES } from '../core/limits.ts';
import { printableUrl } from '../core/url.ts';
import type { UpstreamAnswer } from '../core/upstream.ts';
import type { AnswerBody } from './answer-body.ts';
import type { Exchange } from './exchange.ts';
import { FetchSections, withoutLateRefs, type FetchState } from './fetch-sections.ts';
import type { Gate } from './gate.ts';
import { beginsLikeRefs, readRefs } from './git-refs.ts';

const LISTS = 'info/refs';
const SERVES = 'git-upload-pack';

interface Coming {
  readonly answer: UpstreamAnswer;
  readonly head: Uint8Array;
  readonly body: AnswerBody;
}

/**
 * The repository that git asks for its references; `null`: it asks for something else. Of an address
 * that it was led to, git only requires that it ends so: in a query, or behind other letters.
 */
function repositoryAsked({ method, url }: Pick<Exchange, 'method' | 'url'>): string | null {
  const address = `${url.origin}${url.pathname}${url.search}`;
  const at = address.lastIndexOf(method === 'POST' ? SERVES : LISTS);
  return at < url.origin.length ? null : address.slice(0, at).replace(/\/$/u, '');
}

/** All whose references an answer may tell; those that redirects have led here among them. */
function repositoriesAsked(
  { led }: Gate,
  { method, url }: Pick<Exchange, 'method' | 'url'>,
): readonly string[] {
  const asked = repositoryAsked({ method, url });
  return [...(asked === null ? [] : [asked]), ...led.of(url)];
}

/**
 * The whole answer where it lists a repository's references, judged before any of it goes out;
 * `null` for every other answer. Objects are not looked into: their names are digests of them.
 *
 * @throws Refusal where a reference may not name what it names.
 */
export async function heldRefs(
  gate: Gate,
  exchange: Exchange,
  { answer, head, body }: Coming,
): Promise<Uint8Array | null> {
  const { repositories } = gate.parts;
  const isPost = exchange.method === 'POST';
  if (repositories === undefined || !isSuccess(answer)) return null;
  if (isPost ? !beginsLikeRefs(head) : repositoryAsked(exchange) === null) return null;
  const asked = repositoriesAsked(gate, exchange);
  if (asked.length === 0) return null;
  const what = printableUrl(exchange.url);
  const rest = await exchange.whileThere(body.whole(MAX_REFS_BYTES, what));
  const whole = Buffer.concat([head, rest]);
  const refs = readRefs(whole, what);
  for (const repository of asked) repositories.advertised(repository, refs);
  return isPost ? whole : withoutLateRefs(whole);
}

/**
 * The answer to a POST up to its objects, once it is certain that it does not tell anew what
 * references name: honest hosts do not, since git does not learn that they could.
 *
 * @throws Refusal `WP-BYPASS-TRAFFIC`
 */
export async function aheadOfObjects(
  gate: Gate,
  exchange: Exchange,
  { answer, head, body }: Coming,
): Promise<Uint8Array> {
  if (exchange.method !== 'POST' || !isSuccess(answer)) return head;
  if (repositoriesAsked(gate, exchange).length === 0) return head;
  const sections = new FetchSections();
  const held: Uint8Array[] = [];
  let size = 0;
  let state: FetchState = 'open';
  for (let chunk: Uint8Array | null = head; chunk !== null;) {
    held.push(chunk);
    size += chunk.length;
    state = sections.look(chunk);
    if (state !== 'open') break;
    if (size > MAX_REFS_BYTES) throw tooMuch(exchange.url);
    chunk = await exchange.whileThere(body.next());
  }
  if (state === 'refs') throw toldAnew(exchange.url);
  return Buffer.concat(held);
}

/**
 * A repository that moved is asked where it went, and means the one that was named.
 *
 * @returns where it leads, without a fragment, which git would take for the address's end.
 */
export function noteRedirect(gate: Gate, exchange: Exchange, answer: UpstreamAnswer): string {
  const location = answer.headers['location'] ?? '';
  const to = URL.parse(location, exchange.url.href);
  if (to === null) return location;
  const isBare = to.hash === '' && !location.includes('#');
  to.hash = '';
  const asked = repositoriesAsked(gate, exchange);
  gate.led.add(to, asked);
  const there = repositoryAsked({ method: exchange.method, url: to });
  if (there !== null) {
    for (const from of asked) gate.parts.repositories?.redirected(from, there);
  }
  return isBare ? location : to.href;
}

function isSuccess({ status }: UpstreamAnswer): boolean {
  return status >= 200 && status <= 299;
}

function toldAnew(url: URL): Refusal {
  return new Refusal('WP-BYPASS-TRAFFIC', {
    message: `${printableUrl(url)}: where objects were asked for, the repository tells anew what its references name (wanted-refs), after they were judged`,
    hint: 'Tell whoever runs the repository; pinning the commit itself does not depend on references.',
  });
}

function tooMuch(url: URL): Refusal {
  return new Refusal('WP-LIMIT-SIZE', {
    message: `${printableUrl(url)}: more than ${MAX_REFS_BYTES} bytes before the first object`,
  });
}

// SPDX-License-Identifier: Apache-2.0
import type { IndexPage } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import type {
  PageAsk,
  PageReader,
  PageReading,
  RawPage,
  ReadPage,
  UnreadPage,
} from '../core/evidence.ts';
import { MAX_PAGE_AGE_SECONDS, MAX_PAGE_BYTES, PAGE_DEADLINE_MS } from '../core/limits.ts';
import { isProjectName, normaliseName } from '../core/project-name.ts';
import type { Tries } from '../core/tries.ts';
import type { Upstream, UpstreamAnswer } from '../core/upstream.ts';
import { printableUrl } from '../core/url.ts';
import { formOf, parsePage } from '../index/index.ts';
import { decodePage } from './page-body.ts';
import { requestWithin } from './request-within.ts';
import { ServerFailure } from './server-failure.ts';
import { wholeAnswer } from './whole-answer.ts';

/**
 * One representation is asked for and used: JSON where the index has it. What a page says in
 * another form is never mixed in (attack A15).
 */
const ACCEPT =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

/** To caches on the way: nothing older, whatever the page's own headers allow (RFC 9111 5.2.1.1; attack F02). */
const FRESH = `max-age=${MAX_PAGE_AGE_SECONDS}`;

export interface PageReaderSettings {
  /** Whether an address lies under an index that the user configured. */
  readonly isKnownIndex: (url: string) => boolean;
  /** Hosts that policy allows to be spoken to without TLS. */
  readonly allowPlainHttp: (host: string) => boolean;
}

export function openPageReader(upstream: Upstream, settings: PageReaderSettings): PageReader {
  return {
    read: (ask) => wholeAnswer(async (tries) => await readOnce(upstream, settings, ask, tries)),
  };
}

async function readOnce(
  upstream: Upstream,
  settings: PageReaderSettings,
  ask: PageAsk,
  tries: Tries,
): Promise<PageReading> {
  const request = {
    url: ask.url,
    method: 'GET',
    headers: {
      ...ask.credentials,
      accept: ACCEPT,
      'accept-encoding': 'gzip',
      'cache-control': FRESH,
    },
    maxBytes: MAX_PAGE_BYTES,
    redirects: 'follow',
    withinMs: PAGE_DEADLINE_MS,
    tries,
    ...(ask.outside === undefined ? {} : { outside: ask.outside }),
  } as const;
  const answer =
    ask.within === undefined
      ? await upstream.request(request)
      : await requestWithin(upstream, request, ask.within);
  const declined = declinedBy(answer, ask.url);
  if (declined !== null) {
    await drop(answer);
    return declined;
  }
  const asked = projectOf(ask.url);
  refuseForeignRedirect(ask.url, answer.url, asked);
  const raw = await readWhole(answer, ask.url);
  const inside = answer.inside === true ? { inside: true as const } : {};
  const read = async (): Promise<ReadPage> =>
    await readRaw(settings, ask, { raw, url: answer.url, ...inside });
  if ((await ask.isKnown?.(raw, answer.url)) !== true) return await read();
  return { outcome: 'unread', raw, url: answer.url, ...inside, read };
}

async function readRaw(
  settings: PageReaderSettings,
  ask: PageAsk,
  { raw, url, inside }: Pick<UnreadPage, 'raw' | 'url' | 'inside'>,
): Promise<ReadPage> {
  const source = {
    body: await decodePage(raw, ask.url),
    contentType: raw.contentType,
    url,
    project: projectOf(ask.url),
    allowPlainHttp: settings.allowPlainHttp,
    ...(ask.skip === undefined ? {} : { skip: ask.skip }),
  };
  const page = parsePage(source);
  const flat = !settings.isKnownIndex(ask.url) && looksFlat(page);
  return {
    outcome: 'page',
    page: flat ? parsePage({ ...source, project: null }) : page,
    url,
    form: formOf(source).form,
    raw,
    ...(inside === true ? { inside } : {}),
  };
}

function declinedBy(answer: UpstreamAnswer, url: string): PageReading | null {
  const { status } = answer;
  if (status === 200) return null;
  if (status === 404 || status === 410) return { outcome: 'not-found', status };
  if (status === 401 || status === 403 || status === 407) {
    const challenge = answer.headers['www-authenticate'] ?? null;
    return { outcome: 'unauthorised', status, challenge };
  }
  throw new Refusal('WP-UPSTREAM-STATUS', {
    message: `${printableUrl(url)} answered ${status} where an index page was expected`,
    ...(status >= 500 && status <= 599 ? { cause: new ServerFailure(status) } : {}),
  });
}

async function drop(answer: UpstreamAnswer): Promise<void> {
  for await (const _ of answer.body) break;
}

/** The last path segment as a project's name, or `null` where it cannot be one. */
export function projectOf(url: string): string | null {
  const segment = new URL(url).pathname.replace(/\/+$/u, '').split('/').at(-1) ?? '';
  let name: string;
  try {
    name = decodeURIComponent(segment);
  } catch {
    return null; // an undecodable segment names no project
  }
  return isProjectName(name) ? normaliseName(name) : null;
}

/** @throws Refusal `WP-PAGE-PROJECT` (attack B16) */
function refuseForeignRedirect(asked: string, answered: string, project: string | null): void {
  if (asked === answered || project === null) return;
  const other = projectOf(answered);
  if (other !== project) {
    throw new Refusal('WP-PAGE-PROJECT', {
      message: `${printableUrl(asked)} led to ${printableUrl(answered)}: asked for ${project}, found ${other ?? 'no project'}`,
    });
  }
}

/** A page that lists distributions, none of them of the project its address ends in. */
function looksFlat(page: IndexPage): boolean {
  return page.files.length === 0 && page.refused.some((entry) => entry.code === 'WP-FOREIGN-NAME');
}

/** @throws Refusal `WP-PAGE-MALFORMED` for an encoding that was not asked for */
async function readWhole(answer: UpstreamAnswer, url: string): Promise<RawPage> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const contentType = answer.headers['content-type'] ?? null;
  const encoding = (answer.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return { body, gzip: false, contentType };
  if (encoding === 'gzip' || encoding === 'x-gzip') return { body, gzip: true, contentType };
  throw new Refusal('WP-PAGE-MALFORMED', {
    message: `${printableUrl(url)} came with the content encoding ${encoding}, which was not asked for`,
  });
}

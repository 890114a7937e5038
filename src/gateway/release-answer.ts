// SPDX-License-Identifier: Apache-2.0
import type { ListedFile } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { MAX_PAGE_BYTES } from '../core/limits.ts';
import { normaliseName } from '../core/project-name.ts';
import { readStrictJson, type Json, type JsonObject } from '../core/strict-json.ts';
import { compareVersions, normaliseVersion } from '../core/version.ts';
import { printableUrl } from '../core/url.ts';
import type { JudgedPage } from '../core/verification.ts';
import { AnswerBody } from './answer-body.ts';
import type { Exchange } from './exchange.ts';
import type { Gate } from './gate.ts';
import { headersForUpstream } from './passed-headers.ts';
import { challengeHeader, passableStatus } from './passed-status.ts';
import { subjectOf } from './problem.ts';
import { releaseAsked, type ReleaseAsked } from './release-asked.ts';

/**
 * Answers the JSON API from the judged page of the Simple index: files, addresses and hashes are
 * that page's, dependencies those of the verified metadata. What says nothing of files
 * (descriptions, known vulnerabilities) is the index's own.
 */
export async function answerRelease(gate: Gate, exchange: Exchange): Promise<void> {
  const asked = releaseAsked(exchange.url);
  if (asked === null) return exchange.sendStatus(404, NOT_KEPT);
  const { credentials } = exchange;
  const agent = exchange.request.headers['user-agent'];
  const ask = { url: asked.page, credentials, ...(agent === undefined ? {} : { agent }) };
  const outcome = await exchange.whileThere(gate.parts.verification.page(ask));
  switch (outcome.outcome) {
    case 'judged':
      return await answerFrom(gate, exchange, asked, outcome.judged);
    case 'unchanged':
      // No tag was asked for: an answer that cannot be is no absence.
      throw new Refusal('WP-INTERNAL', { message: `${asked.page}: unchanged since no answer` });
    case 'not-found':
      return exchange.sendStatus(passableStatus(outcome.status), NOT_KEPT);
    case 'unauthorised':
      return exchange.sendStatus(passableStatus(outcome.status), {
        ...challengeHeader(outcome.challenge),
        ...NOT_KEPT,
      });
    case 'blocked': {
      const why = outcome.refusal.toReason();
      const url = printableUrl(exchange.url);
      gate.parts.log({ event: 'refused', kind: 'page', url, reason: why });
      return exchange.sendRefusal(403, why, subjectOf('', asked.project));
    }
  }
}

const NOT_KEPT = { 'cache-control': 'no-store' };

async function answerFrom(
  gate: Gate,
  exchange: Exchange,
  asked: ReleaseAsked,
  judged: JudgedPage,
): Promise<void> {
  const releases = releasesOf(gate, judged, asked.project);
  const theirs = await exchange.whileThere(askUpstream(gate, exchange));
  const stated = objectAt(theirs, 'info');
  const newest = [...releases.keys()].sort(compareVersions).at(-1) ?? null;
  const version = asked.version ?? keptVersion(stated, releases) ?? newest;
  const files = (version === null ? null : releases.get(version)) ?? null;
  if (version === null || files === null) return exchange.sendStatus(404, NOT_KEPT);
  const info = {
    ...INFO,
    ...(isOf(stated, asked.project, version) ? stated : {}),
    name: asked.project,
    version,
    ...(await dependenciesOf(gate, exchange, files)),
    yanked: files.every(({ yanked }) => yanked !== false),
    yanked_reason: files.find(({ yanked }) => yanked !== false && yanked !== '')?.yanked ?? null,
  };
  const all = Object.fromEntries([...releases].map(([key, listed]) => [key, listed.map(entryOf)]));
  const answer = {
    ...theirs,
    info,
    urls: files.map(entryOf),
    ...(asked.version === null ? { releases: all } : {}),
  };
  const body = Buffer.from(JSON.stringify(answer), 'utf8');
  exchange.sendWhole(200, { 'content-type': 'application/json', ...NOT_KEPT }, body);
}

/** Clients look these up without asking whether they are there. */
const INFO: JsonObject = { summary: '', description: '', requires_dist: null };

type Releases = ReadonlyMap<string, readonly ListedFile[]>;

/** What the page offers, and what it only shows so that the reason is told. */
function releasesOf(gate: Gate, { offered, shown }: JudgedPage, project: string): Releases {
  const refused = shown.map(({ file, reason }) => ({
    ...file,
    url: gate.refused.addressFor(file, reason, project),
  }));
  const releases = new Map<string, ListedFile[]>();
  for (const file of [...offered, ...refused]) {
    const parsed = parseDistributionFilename(file.filename, project);
    if (parsed === null) continue;
    const known = releases.get(parsed.version);
    if (known === undefined) releases.set(parsed.version, [file]);
    else known.push(file);
  }
  return releases;
}

/** What the index says beside its files; nothing where it has no such API. */
async function askUpstream({ parts }: Gate, exchange: Exchange): Promise<JsonObject> {
  const answer = await parts.upstream.request({
    url: exchange.url.href,
    method: 'GET',
    headers: headersForUpstream(exchange.request.headers, false),
    maxBytes: MAX_PAGE_BYTES,
    body: null,
    redirects: 'hand-back',
    signal: exchange.gone,
    ...(parts.isNamedHost?.(exchange.url.host) === true ? {} : { outside: true as const }),
  });
  const body = new AnswerBody(answer.body);
  try {
    if (answer.status !== 200) return {};
    const value = readStrictJson(await body.whole(MAX_PAGE_BYTES, printableUrl(exchange.url)));
    const { urls: _urls, releases: _releases, ...rest } = isObject(value) ? value : {};
    return rest;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return {};
    throw thrown;
  } finally {
    void body.drop();
  }
}

function keptVersion(info: JsonObject, releases: Releases): string | null {
  const stated = info['version'];
  const version = typeof stated === 'string' ? normaliseVersion(stated) : null;
  return version !== null && releases.has(version) ? version : null;
}

function isOf(info: JsonObject, project: string, version: string): boolean {
  const { name, version: stated } = info;
  return (
    typeof name === 'string' &&
    typeof stated === 'string' &&
    normaliseName(name) === project &&
    normaliseVersion(stated) === version
  );
}

/**
 * Of a wheel of the release, as verified; where there is none, nobody says so, and clients look
 * into the files themselves.
 */
async function dependenciesOf(
  { parts }: Gate,
  exchange: Exchange,
  files: readonly ListedFile[],
): Promise<JsonObject> {
  const wheels = files.filter(({ filename }) => filename.endsWith('.whl'));
  const wheel = wheels.find(({ filename }) => filename.endsWith('-any.whl')) ?? wheels[0];
  const unsaid = { requires_dist: null, requires_python: files[0]?.requiresPython ?? null };
  if (wheel === undefined) return unsaid;
  const url = new URL(wheel.url);
  url.pathname += '.metadata';
  const credentials = url.origin === exchange.url.origin ? exchange.credentials : {};
  const asking = parts.verification.sidecar({ url: url.href, credentials });
  const outcome = await exchange.whileThere(asking);
  if (outcome.outcome !== 'served') return unsaid;
  const lines = headerLines(outcome.bytes);
  const [summary] = valuesOf(lines, 'Summary');
  return {
    ...(summary === undefined ? {} : { summary }),
    requires_dist: valuesOf(lines, 'Requires-Dist'),
    requires_python: valuesOf(lines, 'Requires-Python')[0] ?? null,
  };
}

/** Core metadata: RFC 822 headers, long ones folded. */
function headerLines(metadata: Uint8Array): readonly string[] {
  const [head = ''] = Buffer.from(metadata)
    .toString('utf8')
    .split(/\r?\n\r?\n/u, 1);
  return head.replace(/\r?\n[ \t]+/gu, ' ').split(/\r?\n/u);
}

function valuesOf(lines: readonly string[], name: string): readonly string[] {
  const start = `${name.toLowerCase()}:`;
  return lines
    .filter((line) => line.toLowerCase().startsWith(start))
    .map((line) => line.slice(start.length).trim());
}

function entryOf(file: ListedFile): JsonObject {
  const isWheel = file.filename.endsWith('.whl');
  return {
    filename: file.filename,
    url: file.url,
    digests: { sha256: file.hashes['sha256'] ?? '' },
    packagetype: isWheel ? 'bdist_wheel' : 'sdist',
    python_version: isWheel ? 'py3' : 'source',
    requires_python: file.requiresPython,
    size: file.size,
    upload_time_iso_8601: file.uploadTime,
    yanked: file.yanked !== false,
    yanked_reason: file.yanked === false ? null : file.yanked,
  };
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isObject(value) ? value : {};
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

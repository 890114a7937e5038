// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IndexPage } from '../core/artifact.ts';
import type { PageAsk, PageReading, ReadPage } from '../core/evidence.ts';
import { bareListing } from '../core/listed-file.ts';
import type { RememberedFile, TrustRows } from '../core/trust-rows.ts';
import type { VerdictCache } from '../core/verdict-cache.ts';
import type { JudgedPage } from '../core/verification.ts';
import { DEFAULT_POLICY, type Policy } from '../policy/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { openBareVerifier, type BareParts } from './bare-verifier.test-support.ts';
import {
  A,
  approval,
  DAY,
  filled,
  HOME,
  OTHER,
  page,
  pin,
  policy,
  remembered,
  START,
  store,
} from './page-arbitraries.test-support.ts';
import type { Verifier } from './verifier.ts';

/** What happens in a run: an installer asks for a page, and perhaps for a file; the store learns. */
const step = fc.record({
  url: fc.constantFrom(`${HOME}good/`, `${HOME}good/`, `${HOME}good/`, `${OTHER}good/`),
  /** Which of the index's pages it gives. */
  page: fc.constantFrom(0, 0, 0, 0, 0, 1),
  file: fc.constantFrom(null, null, 0, 1, 2),
  remembers: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, remembered),
  approves: fc.oneof({ weight: 24, arbitrary: fc.constant(null) }, approval),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
/** Most pages are usual in all that may keep one from being left unread. */
const usual: fc.Arbitrary<IndexPage> = fc.tuple(page, fc.nat(9)).map(([odd, oddness]) => ({
  ...odd,
  project: 'good',
  status: oddness === 0 ? 'archived' : 'active',
  refused: oddness === 1 ? odd.refused : [],
  files: odd.files
    .filter(({ filename }) => /^[\w.-]+$/u.test(filename))
    .map((one, place) => ({
      ...one,
      url: `https://${oddness === 2 && place > 1 ? '127.0.0.1' : 'files.test'}/f/${one.filename}`,
      hashes: { sha256: one.hashes['sha256'] ?? A },
    })),
}));
const most = <T>(often: fc.Arbitrary<T>, seldom: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: often }, seldom);
/** Where anything is approved, every page is read. */
const usualStore = store.map((kept) => ({ ...kept, approvals: [] }));
const story = fc.record({
  pages: fc.tuple(most(usual, page), most(usual, page)),
  runs: fc.array(
    fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 3 }),
      /** By another installer, which keeps nothing. */
      isOther: fc.constantFrom(false, false, false, true),
      inside: fc.constantFrom(true, true, false),
    }),
    { minLength: 2, maxLength: 4 },
  ),
  pins: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(pin, { maxLength: 1 })),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

function openMemoryCache(): VerdictCache {
  const texts = new Map<string, string>();
  return {
    recall: async (key) => texts.get(key) ?? null,
    keep: async (key, text) => void texts.set(key, text),
    close: async () => {},
  };
}

const knowing = (cache: VerdictCache | null): Pick<BareParts, 'knownPages'> =>
  cache === null ? {} : { knownPages: { cache, toolVersion: '1', policyDigest: 'of these rules' } };

async function* nothingOf(): AsyncIterable<Uint8Array> {}

const bytesOf = (said: IndexPage): Buffer => Buffer.from(JSON.stringify(said));

/** Gives a page as it came, and reads it where nobody says that it is known. */
async function give(
  ask: PageAsk,
  said: IndexPage,
  inside: boolean,
  counts: Counts,
): Promise<PageReading> {
  const from = inside ? { inside } : {};
  const raw = { body: bytesOf(said), gzip: false, contentType: null };
  const read = async (): Promise<ReadPage> => {
    counts.read += 1;
    return { outcome: 'page', page: said, url: ask.url, form: 'json', raw, ...from };
  };
  if ((await ask.isKnown?.(raw, ask.url)) !== true) return await read();
  return { outcome: 'unread', raw, url: ask.url, ...from, read };
}

interface Counts {
  read: number;
  unchanged: number;
}

type Shown = Pick<JudgedPage, 'offered' | 'shown'>;

/** An installer, with what it keeps of answers from run to run. */
class Client {
  readonly #held = new Map<string, { readonly tag: string; readonly shown: Shown }>();
  readonly #counts: Counts;

  constructor(counts: Counts) {
    this.#counts = counts;
  }

  /** What it sees of a page in the end. */
  async see(verifier: Verifier, url: string): Promise<unknown> {
    const held = this.#held.get(url);
    const outcome = await verifier.page({
      url,
      credentials: {},
      ...(held === undefined ? {} : { held: held.tag }),
    });
    if (outcome.outcome === 'unchanged') {
      this.#counts.unchanged += 1;
      expect(outcome.tag).toBe(held?.tag);
      return held?.shown;
    }
    if (outcome.outcome === 'blocked') return outcome.refusal.message;
    if (outcome.outcome !== 'judged') return outcome;
    const { offered, shown, written } = outcome.judged;
    const tag = hash('sha256', JSON.stringify([offered, shown]), 'hex');
    written?.(tag);
    this.#held.set(url, { tag, shown: { offered, shown } });
    return { offered, shown };
  }
}

/** All that can be seen of the runs. */
async function play(
  rules: Policy,
  rows: TrustRows,
  { pages, runs, pins }: Story,
  cache: VerdictCache | null,
) {
  const counts = { read: 0, unchanged: 0 };
  const client = new Client(counts);
  const told: unknown[] = [];
  for (const [run, { steps, isOther, inside }] of runs.entries()) {
    const upstream = {
      request: async ({ url }: { readonly url: string }) => {
        return { status: 404, headers: {}, url, body: nothingOf() };
      },
      close: async () => {},
    };
    let now: Step | undefined;
    const notes: string[] = [];
    const verifier = openBareVerifier({
      rows,
      now: START + run * 2 * DAY,
      policy: rules,
      pages: {
        read: async (ask) => await give(ask, pages[now?.page ?? 0] ?? pages[0], inside, counts),
      },
      upstream,
      pins,
      wishes: [{ project: 'good', specifier: '>=2', where: 'test' }],
      askFirstUse: async () => true,
      run: String(run),
      note: (sentence) => notes.push(sentence),
      ...(isOther ? {} : knowing(cache)),
    });
    for (now of steps) {
      told.push(await (isOther ? new Client(counts) : client).see(verifier, now.url));
      const url = now.file === null ? null : pages[now.page]?.files[now.file]?.url;
      if (url !== null && url !== undefined) {
        const { outcome } = await verifier.file({ url, credentials: {} });
        told.push(outcome);
      }
      if (now.remembers !== null) rows.remember(now.remembers);
      if (now.approves !== null) rows.approve(now.approves);
    }
    const offered = [...versionsIn(verifier.offered())].toSorted();
    for (const one of rows.recallRelease('good', '1.0')) {
      told.push(await verifier.objectionTo(one));
    }
    told.push(verifier.receipts(), offered, notes);
    await verifier.close();
  }
  const listings = [HOME, OTHER].map((index) => rows.recallListings(index, 'good'));
  return {
    seen: { told, listings, pages: rows.listPages({}), trail: rows.auditTrail({}) },
    counts,
  };
}

/** Of two that may be large: where they part. */
function firstDifference(one: unknown, other: unknown): string | null {
  const [a = '', b = ''] = [one, other].map((value) => JSON.stringify(value));
  if (a === b) return null;
  let at = 0;
  while (a[at] === b[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 200), at + 200);
  return `${around(a)}\n${around(b)}`;
}

/** How often a version is offered is nobody's business. */
function versionsIn(offered: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const sets = [...offered].map(([project, versions]) =>
    [project, ...new Set(versions)].toSorted(),
  );
  return new Set(sets.map((set) => JSON.stringify(set)));
}

test('a page that is left unread is judged as if it had been read, whatever has been learnt', async () => {
  const counts = { general: 0, read: 0, unchanged: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.constant(DEFAULT_POLICY), policy),
      most(usualStore, store),
      story,
      async (rules, kept, told) => {
        const general = await play(rules, filled(kept), told, null);
        const short = await play(rules, filled(kept), told, openMemoryCache());
        expect(firstDifference(short.seen, general.seen)).toBeNull();
        counts.general += general.counts.read;
        counts.read += short.counts.read;
        counts.unchanged += short.counts.unchanged;
      },
    ),
    { numRuns: 800, endOnFailure: true },
  );
  expect(counts.unchanged).toBeGreaterThan(50);
  expect(counts.read).toBeLessThan(counts.general);
});

const FILES = ['1.0', '2.0'].map((version) => {
  const filename = `good-${version}-py3-none-any.whl`;
  return {
    ...bareListing(filename, `https://files.test/f/${filename}`),
    hashes: { sha256: A },
    uploadTime: '2026-01-01T00:00:00Z',
  };
});
const GOOD: IndexPage = {
  project: 'good',
  apiVersion: '1.4',
  status: 'active',
  statusReason: null,
  files: FILES,
  refused: [],
  lastSerial: null,
};
const STEP: Step = { url: `${HOME}good/`, page: 0, file: null, remembers: null, approves: null };
const RUN = { steps: [STEP], isOther: false, inside: false };

test.each<[string, number, Partial<Story>]>([
  ['asked for twice', 1, {}],
  [
    'with a file accepted in between',
    0,
    { runs: [{ ...RUN, steps: [{ ...STEP, remembers: fileOf(HOME) }] }, RUN] },
  ],
  [
    'of a project had elsewhere in between',
    0,
    { runs: [{ ...RUN, steps: [{ ...STEP, remembers: fileOf(OTHER) }] }, RUN] },
  ],
])('a page %s is left unread %d times', async (_, unchanged, changes) => {
  const told: Story = { pages: [GOOD, GOOD], runs: [RUN, RUN], pins: [], ...changes };
  const general = await play(DEFAULT_POLICY, openMemoryTrustRows(), told, null);
  const short = await play(DEFAULT_POLICY, openMemoryTrustRows(), told, openMemoryCache());
  expect(short.seen).toEqual(general.seen);
  expect(short.counts.unchanged).toBe(unchanged);
});

/** A run after one in which the pages were read and kept; with what to ask, and what was kept. */
async function again(
  pages: ReadonlyMap<string, IndexPage>,
  rows: TrustRows,
  cache: VerdictCache | null,
  bodies: ReadonlyMap<string, Uint8Array> = new Map(),
) {
  const upstream = {
    request: async ({ url }: { readonly url: string }) => {
      const body = bodies.get(url);
      const given = async function* () {
        if (body !== undefined) yield body;
      };
      return { status: body === undefined ? 404 : 200, headers: {}, url, body: given() };
    },
    close: async () => {},
  };
  const counts = { read: 0, unchanged: 0 };
  return openBareVerifier({
    rows,
    now: START,
    policy: DEFAULT_POLICY,
    pages: {
      read: async (ask) => {
        await turn(); // one after the other, in one turn of the event loop
        return await give(ask, pages.get(ask.url) ?? GOOD, false, counts);
      },
    },
    upstream,
    wishes: [],
    askFirstUse: null,
    run: 'run',
    ahead: AHEAD,
    ...knowing(cache),
  });
}

/** Has a page read and kept. */
async function keep(verifier: Verifier, url: string, tag: string): Promise<void> {
  const outcome = await verifier.page({ url, credentials: {} });
  if (outcome.outcome !== 'judged') throw new Error(outcome.outcome);
  outcome.judged.written?.(tag);
  await verifier.close();
}

test('who has no answer of a page that was left unread gets it whole, also once it was read for a file', async () => {
  const [rows, cache] = [openMemoryTrustRows(), openMemoryCache()];
  const url = `${HOME}good/`;
  await keep(await again(new Map(), rows, cache), url, 'tag');
  const verifier = await again(new Map(), rows, cache);
  const held = await verifier.page({ url, credentials: {}, held: 'tag' });
  expect(held).toEqual({ outcome: 'unchanged', tag: 'tag' });
  await verifier.file({ url: FILES[0]?.url ?? '', credentials: {} });
  for (const other of [{}, { held: 'another' }]) {
    const outcome = await verifier.page({ url, credentials: {}, ...other });
    expect(outcome.outcome).toBe('judged');
  }
});

/** Foresees nothing, but may. */
const AHEAD = {
  wishes: [],
  indexes: [HOME, OTHER],
  dependencies: false,
  files: false,
  ownPlatform: false,
};

test.each([
  ['is read', false, 'long after it'],
  ['is left unread', true, 'long after it'],
  ['is read', false, 'right behind it'],
  ['is left unread', true, 'right behind it'],
])('for a file of a page that %s (%s), none speaks that comes %s', async (_, keeps, when) => {
  const rows = openMemoryTrustRows();
  const bytes = Buffer.from('other bytes');
  const [first] = FILES;
  if (first === undefined) throw new Error('no file');
  const theirs = { ...first, hashes: { sha256: hash('sha256', bytes, 'hex') } };
  const pages = new Map([[`${OTHER}good/`, { ...GOOD, files: [theirs] }]]);
  const cache = keeps ? openMemoryCache() : null;
  await keep(await again(pages, rows, cache), `${HOME}good/`, 'tag');
  const verifier = await again(pages, rows, cache, new Map([[first.url, bytes]]));
  const before = verifier.page({ url: `${HOME}good/`, credentials: {}, held: 'tag' });
  if (when === 'long after it') await before;
  await verifier.page({ url: `${OTHER}good/`, credentials: {} });
  expect((await before).outcome).toBe(keeps ? 'unchanged' : 'judged');
  const outcome = await verifier.file({ url: first.url, credentials: {} });
  if (outcome.outcome !== 'refused') throw new Error(outcome.outcome);
  const { artifact, decision } = outcome.receipt;
  expect(artifact.index).toBe(HOME);
  expect(decision.reasons.map(({ code }) => code)).toContain('WP-HASH-MISMATCH');
});

function fileOf(index: string): RememberedFile {
  const [first] = FILES;
  const { filename = '', url = '' } = first ?? {};
  const sight = { firstSeen: START, lastSeen: START, verdict: 'first-seen', policy: 'p' } as const;
  return { index, project: 'good', version: '1.0', filename, url, sha256: A, size: 1, ...sight };
}

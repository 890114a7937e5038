// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { ListedFile } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import type { EvidenceKind, PageReading } from '../core/evidence.ts';
import type { Wish } from '../core/installer.ts';
import type { Upstream, UpstreamAnswer } from '../core/upstream.ts';
import { bareListing } from '../core/listed-file.ts';
import { EVIDENCE, SidecarLedger } from '../evidence/index.ts';
import { DEFAULT_POLICY, type Policy } from '../policy/index.ts';
import { openMemoryBlobStore, openMemoryTrustRows } from '../storage/index.ts';
import { TrustMemory } from '../trust/index.ts';
import type { AheadPlan } from './fetch-ahead.ts';
import type { RepeatPlan } from './repeated-pages.ts';
import { Verifier } from './verifier.ts';

export const PAGE = 'https://index.test/simple/good/';
export const FILE = 'https://index.test/files/good-1.0.zip';
const NOW = Date.UTC(2026, 0, 1);

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

export function listed(bytes: Uint8Array, changes: Partial<ListedFile> = {}): ListedFile {
  return {
    ...bareListing('good-1.0.zip', FILE),
    hashes: { sha256: sha256(bytes) },
    ...changes,
  };
}

export interface Scene {
  readonly page?: readonly ListedFile[] | Refusal;
  /** The page is a copy, read then. */
  readonly keptAt?: number;
  /** What the outside answers for the file, try by try; the last stays. */
  readonly answers?: readonly (() => AsyncIterable<Uint8Array>)[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly landed?: string;
  readonly status?: number;
  readonly policy?: Policy;
  readonly wishes?: readonly Wish[];
  readonly ahead?: AheadPlan;
  readonly repeat?: RepeatPlan;
  /** Contents are judged by the archive room; these files are no archives. */
  readonly extra?: readonly EvidenceKind[]; // in place of the real ones of their kind
}

export async function* whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

export async function* cut(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
  throw new Refusal('WP-UPSTREAM-TRUNCATED', { message: 'cut' });
}

export function open(
  scene: Scene,
  shared = { rows: openMemoryTrustRows(), blobs: openMemoryBlobStore() },
) {
  const clock = { now: () => NOW };
  const memory = new TrustMemory(shared.rows, clock);
  const sidecars = new SidecarLedger();
  let fetches = 0;
  let pagesRead = 0;
  const asked: string[] = [];
  const upstream: Upstream = {
    async request(ask): Promise<UpstreamAnswer> {
      const body = scene.answers?.[Math.min(fetches, scene.answers.length - 1)];
      fetches += 1;
      asked.push(ask.url);
      if (body === undefined) throw new Refusal('WP-UPSTREAM-UNREACHABLE', { message: 'refused' });
      return {
        status: scene.status ?? 200,
        headers: scene.headers ?? {},
        url: scene.landed ?? ask.url,
        body: body(),
      };
    },
    close: async () => {},
  };
  const trustedRoots = async (): Promise<never> => {
    throw new Error('nothing here is attested');
  };
  const signing = { files: { read: async () => null }, signers: () => [] };
  const sources = {
    memory,
    rows: shared.rows,
    clock,
    pins: [],
    sidecars,
    upstream,
    trustedRoots,
    ...signing,
  };
  const kinds = EVIDENCE.map((make) => make(sources)).filter(({ kind }) => kind !== 'contents');
  const pages = {
    async read(): Promise<PageReading> {
      pagesRead += 1;
      if (scene.page instanceof Refusal) throw scene.page;
      const page = {
        project: 'good',
        apiVersion: '1.0',
        status: 'active',
        statusReason: null,
        files: scene.page ?? [],
        refused: [],
        lastSerial: null,
      } as const;
      const kept = scene.keptAt === undefined ? {} : { keptAt: scene.keptAt };
      return { outcome: 'page', page, url: PAGE, ...kept };
    },
  };
  const verifier = new Verifier({
    upstream,
    ...shared,
    memory,
    clock,
    policy: scene.policy ?? DEFAULT_POLICY,
    evidence: [
      ...kinds.filter(({ kind }) => scene.extra?.some((extra) => extra.kind === kind) !== true),
      ...(scene.extra ?? []),
    ],
    pages,
    sidecars,
    wishes: scene.wishes ?? [],
    askFirstUse: null,
    ...(scene.ahead === undefined ? {} : { ahead: scene.ahead }),
    ...(scene.repeat === undefined ? {} : { repeat: scene.repeat }),
    run: 'test',
  });
  const counts = { fetches: () => fetches, pagesRead: () => pagesRead };
  return { verifier, shared, ...counts, asked: () => asked };
}

export const ask = (url: string) => ({ url, credentials: {} });

export async function verdictOf(scene: Scene, shared?: ReturnType<typeof open>['shared']) {
  const opened = open(scene, shared);
  await opened.verifier.page(ask(PAGE));
  const outcome = await opened.verifier.file(ask(FILE));
  const receipt = 'receipt' in outcome ? outcome.receipt : null;
  return {
    ...opened,
    outcome,
    verdict: receipt?.decision.verdict,
    codes: receipt?.decision.reasons.map(({ code }) => code),
  };
}

export const GOOD = Buffer.from('good bytes');
export const EVIL = Buffer.from('evil bytes');

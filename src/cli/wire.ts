// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { KnownLayouts } from '../archive/index.ts';
import { loadPolicy } from '../config/index.ts';
import type { Clock } from '../core/clock.ts';
import type { Intent } from '../core/installer.ts';
import type { PageCopies } from '../core/page-copy.ts';
import { MAX_KNOWN_PAGES } from '../core/limits.ts';
import type { Report } from '../core/report.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import type { Upstream } from '../core/upstream.ts';
import { withSlash } from '../core/url.ts';
import {
  EVIDENCE,
  openPageReader,
  openProvingThread,
  rememberProofs,
  SidecarLedger,
  WheelReadings,
  type ProvenanceJudge,
} from '../evidence/index.ts';
import { openGateway, type Gateway, type GatewayEvent } from '../gateway/index.ts';
import {
  localFiles,
  openDigesting,
  ownerOfConnection,
  placesOf,
  systemClock,
  type Places,
  witnessClock,
} from '../host/index.ts';
import { allowsPlainHttp, indexKey, signersIn, type Policy } from '../policy/index.ts';
import {
  ensurePrivateDirectory,
  openFilesystemBlobStore,
  openMemoryTrustRows,
  openPageCopies,
  openSqliteTrustRows,
  openVerdictCache,
  type FilesystemBlobs,
} from '../storage/index.ts';
import { TrustMemory } from '../trust/index.ts';
import { openUpstream } from '../upstream/index.ts';
import {
  Repositories,
  Verifier,
  type AskFirstUse,
  type Grounds,
  type KnownPageMemory,
} from '../verify/index.ts';
import { foresightOf } from './foresight.ts';
import { openSignedIndexes } from './signed-indexes.ts';
import type { EventStream } from './event-stream.ts';
import { firstUsePrompt } from './first-use-prompt.ts';
import { withHeldKeys } from './held-signers.ts';
import { openStoredWheel } from './stored-wheels.ts';
import { ownVersion } from './version.ts';
import { transportOf } from './transport.ts';
import { freshRoots } from './root-freshness.ts';
import { sigstoreSigners } from './sigstore-signers.ts';
import { openKeptProofs, trustedRootsOf } from './trusted-roots.ts';
import { UnpackingTime } from './unpacking-time.ts';
import type { WheelKeeping } from './wheel-keeping.ts';
import { Wheelhouses } from './wheelhouses.ts';
import type { WaitingDisplay } from './waiting-display.ts';
import type { Wiring } from './wiring.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export function findPlaces(environment: Environment): Places {
  return placesOf(environment, environment['HOME'] ?? homedir());
}

export function currentOwner(environment: Environment): string {
  return environment['USER'] ?? environment['LOGNAME'] ?? userInfo().username;
}

export function clockOf(wiring: Wiring): Clock {
  return wiring.clock ?? systemClock;
}

/** The trust store of this user, made where there is none. */
export function openTrust(places: Places, clock: Clock, wiring: Wiring = {}): TrustRows {
  ensurePrivateDirectory(places.data);
  const open = wiring.openRows ?? openSqliteTrustRows;
  return open(path.join(places.data, 'trust.sqlite'), clock);
}

export async function openBlobs(places: Places): Promise<FilesystemBlobs> {
  ensurePrivateDirectory(places.data);
  return await openFilesystemBlobStore(path.join(places.data, 'blobs'));
}

export interface PolicyChoice {
  readonly directory: string;
  readonly environment: Environment;
  readonly file: string | null;
  readonly strict: boolean;
}

export async function openPolicy(choice: PolicyChoice, wiring: Wiring): Promise<Policy> {
  const places = findPlaces(choice.environment);
  const written = await (wiring.loadPolicy ?? loadPolicy)({
    directory: choice.directory,
    configDirectory: places.config,
    explicitFile: choice.file,
    strict: choice.strict,
    evidenceKinds: evidenceNames(),
    now: clockOf(wiring).now(),
  });
  const policy = await withHeldKeys(written, places);
  return wiring.policy?.(policy) ?? policy;
}

/** The names of evidence that a policy may require. */
function evidenceNames(): readonly string[] {
  const rows = openMemoryTrustRows();
  const memory = new TrustMemory(rows, systemClock);
  const unasked = (): never => {
    throw new Error('nothing is asked for the names of evidence alone');
  };
  const inert = {
    memory,
    rows,
    clock: systemClock,
    pins: [],
    sidecars: new SidecarLedger(),
    upstream: { request: unasked, close: unasked },
    trustedRoots: unasked,
    files: { read: unasked },
    signers: () => [],
  };
  return EVIDENCE.map((make) => make(inert).kind);
}

export interface GateSettings {
  readonly places: Places;
  readonly policy: Policy;
  readonly intent: Intent;
  readonly environment: Environment;
  readonly interactive: boolean;
  /** `false` where the user wants nothing fetched before the installer asks. */
  readonly fetchAhead?: boolean;
  /** The installer with its version. */
  readonly client: string;
  readonly log: (event: GatewayEvent) => void;
  /** Takes what the reader should know of the connections made. */
  readonly note?: (sentence: string) => void;
  /** Shows what the installer waits for. */
  readonly display?: WaitingDisplay | null;
  /** Tells of each verdict as it is reached. */
  readonly events?: EventStream | null;
  /** Keeps what the installer unpacks. */
  readonly keeping?: WheelKeeping | null;
}

/** Everything that stands between one installer run and the outside. */
export interface Gate {
  readonly gateway: Gateway;
  readonly verifier: Verifier;
  readonly rows: TrustRows;
  readonly repositories: Repositories;
  readonly wheelhouses: Wheelhouses;
  /** What passed the gate in earlier runs, and the means to look at what was installed. */
  readonly grounds: Omit<Grounds, 'receipts'>;
  /** Writes the run's outcome into the audit trail. */
  recordEnd(report: Report): void;
  close(): Promise<void>;
}

export async function openGate(settings: GateSettings, wiring: Wiring): Promise<Gate> {
  const { places, policy, intent } = settings;
  const clock = clockOf(wiring);
  const rows = openTrust(places, clock, wiring);
  const blobs = await openBlobs(places);
  const witnessed = witnessClock(
    clock,
    openOutside(settings, wiring),
    settings.note ?? (() => undefined),
  );
  const { upstream } = witnessed;
  const run = newRunName();
  const memory = new TrustMemory(rows, clock);
  // Only what is installed is read again.
  const layouts = intent.targets.length > 0 ? new KnownLayouts() : null;
  const readings = openWheelReadings(places, layouts);
  const sidecars = new SidecarLedger(readings);
  const realRoots = freshRoots(trustedRootsOf(places, policy), policy, clock);
  const trustedRoots = wiring.trustedRoots?.(realRoots) ?? realRoots;
  const { pins } = intent;
  const judge = openJudge(places, policy, wiring);
  const sigstore = sigstoreSigners(trustedRoots);
  const signing = { files: localFiles, signers: signersIn(policy), sigstore };
  const signedIndexes = openSignedIndexes({ places, policy, upstream, clock: witnessed });
  const sources = {
    memory,
    rows,
    clock: witnessed,
    pins,
    sidecars,
    upstream,
    trustedRoots,
    judge,
    signedIndexes,
    ...signing,
  };
  const kinds = EVIDENCE.map((make) => make(sources));
  const isIndexItself = (url: string): boolean =>
    intent.indexes.some((index) => indexKey(index) === indexKey(url));
  const isKnownIndex = (url: string): boolean =>
    intent.indexes.some((index) => url.startsWith(withSlash(index)));
  const plainPages = openPageReader(upstream, {
    // An index that is itself a page of links has no pages of projects below it.
    isKnownIndex: (url) => isKnownIndex(url) && !isIndexItself(url),
    allowPlainHttp: (host) => allowsPlainHttp(policy, host),
  });
  const pages = signedIndexes.over(plainPages);
  const named = [...intent.indexes, ...(intent.named ?? [])];
  const namedHosts = new Set(named.map((url) => new URL(url).host));
  const verifier = new Verifier({
    upstream,
    blobs,
    rows,
    memory,
    clock,
    policy,
    evidence: wiring.evidence?.(kinds) ?? kinds,
    pages: wiring.pages?.(pages) ?? pages,
    sidecars,
    wishes: intent.wishes,
    askFirstUse: askOf(settings),
    ...(settings.fetchAhead === false ? {} : await foresightOf(intent, places)),
    run,
    ...(settings.note === undefined ? {} : { note: settings.note }),
    client: settings.client,
    ownPlatform: intent.ownPlatform ?? false,
    oneByOne: intent.oneByOne ?? false,
    copies: openKeptPages(places),
    ...(intent.keepsPages === true ? { knownPages: openKnownPages(places, policy) } : {}),
    ...(signedIndexes.areNone
      ? {}
      : { signedPublishers: (file) => signedIndexes.identitiesFor(file)?.(file) ?? null }),
    latest: () => witnessed.now(),
    userAddresses: {
      addresses: [...named, ...pins.flatMap(({ url }) => url ?? [])],
      indexes: intent.indexes,
    },
  });
  const { sources: stated = [], restated, rewrites = [] } = intent;
  const repositories = new Repositories({
    rows,
    clock,
    policy,
    run,
    rewrites,
    sources: stated,
    ...(restated === undefined ? {} : { restated }),
  });
  const wheelhouses = new Wheelhouses({
    rows,
    blobs,
    clock,
    policy,
    places,
    pins,
    trustedRoots,
    run,
    ...(wiring.wheelhouses === undefined ? {} : { judge: wiring.wheelhouses }),
  });
  const { display = null, keeping = null, note = () => undefined } = settings;
  const shown = display?.over(verifier, (url) => verifier.transferOf(url)) ?? verifier;
  const told = settings.events?.over(shown, () => verifier.receipts()) ?? shown;
  const digesting = openDigesting();
  const unpacking = new UnpackingTime({
    receipts: () => verifier.receipts(),
    ready: () => keeping?.ready() ?? [],
    openWheel: (sha256, filename) => openStoredWheel(blobs, { sha256, filename }, layouts),
    expect: digesting.expect,
  });
  const asked = wiring.verification?.(told) ?? told;
  const gateway = await openGateway({
    verification: keeping?.over(asked, { verifier, blobs, note }) ?? asked,
    keepsWheels: keeping !== null,
    upstream,
    clock,
    peerOwner: ownerOfConnection,
    ownUid: process.getuid?.() ?? null,
    log: (event) => {
      settings.log(event);
      if (intent.targets.length > 0) unpacking.heard(event);
    },
    isKnownIndexUrl: isKnownIndex,
    cachesPages: intent.keepsPages === true,
    isNamedHost: (host) => namedHosts.has(host),
    repositories: wiring.repositories?.(repositories) ?? repositories,
  });
  const recordEnd = (report: Report): void => auditRun(rows, clock, run, report);
  const grounds: Gate['grounds'] = {
    recallRelease: (project, version) => rows.recallRelease(project, version),
    files: digesting.files,
    objectionToPast: async (found) =>
      verifier.objectionToPast(found) ?? (await repositories.installed(found)),
    openWheel: unpacking.openWheel,
  };
  const close = async (): Promise<void> => {
    display?.close();
    unpacking.close();
    const digestingEnds = digesting.close();
    await gateway.close();
    await verifier.close();
    await judge.close();
    await readings.close();
    await digestingEnds;
    await upstream.close();
    rows.close();
  };
  return { gateway, verifier, rows, repositories, wheelhouses, grounds, recordEnd, close };
}

function askOf({ interactive, display }: GateSettings): AskFirstUse | null {
  if (!interactive) return null;
  const ask = firstUsePrompt();
  return display?.silentDuring(ask) ?? ask;
}

export function openKeptPages(places: Places): PageCopies {
  return openPageCopies(path.join(places.data, 'pages'));
}

/** What pages were judged by, for installers that keep our answers. */
function openKnownPages({ data }: Places, { digest }: Policy): KnownPageMemory {
  const cache = openVerdictCache(path.join(data, 'known-pages'), MAX_KNOWN_PAGES);
  return { cache, policyDigest: digest, toolVersion: ownVersion() };
}

/** What wheels say of themselves, beside the trust store. */
function openWheelReadings({ data }: Places, layouts: KnownLayouts | null): WheelReadings {
  const cache = openVerdictCache(path.join(data, 'wheels'));
  return new WheelReadings({ cache, toolVersion: ownVersion() }, layouts);
}

/** Attestations are verified on a thread of their own, and none of them twice. */
function openJudge(places: Places, { digest }: Policy, wiring: Wiring): ProvenanceJudge {
  const thread = wiring.judge?.() ?? openProvingThread();
  const cache = openKeptProofs(places);
  return rememberProofs(thread, { cache, policyDigest: digest, toolVersion: ownVersion() });
}

/** Writes a run's outcome into the audit trail. */
export function auditRun(rows: TrustRows, clock: Clock, run: string, report: Report): void {
  const { installer, summary, exit, files, refusals } = report;
  const reasons = [...files.flatMap((file) => file.reasons), ...refusals];
  const codes = [...new Set(reasons.map(({ code }) => code))];
  const detail = { version: installer.version, summary, codes, exit };
  rows.audit({ at: clock.now(), run, what: 'run-end', subject: installer.name, detail });
}

export function newRunName(): string {
  return randomBytes(8).toString('hex');
}

function openOutside(
  { policy, intent, environment, note }: GateSettings,
  wiring: Wiring,
): Upstream {
  const upstream = openUpstream({
    caFiles: intent.caFiles,
    proxy: intent.proxy,
    environment,
    ...transportOf(policy, clockOf(wiring)),
    ...(note === undefined ? {} : { note }),
    ...wiring.upstreamSettings,
  });
  // It was told; from here on Node would only claim that it is obeyed.
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  return wiring.upstream?.(upstream) ?? upstream;
}

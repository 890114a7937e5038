// SPDX-License-Identifier: Apache-2.0
import type { Wiring } from '../../src/cli/wiring.ts';
import type { EvidenceKind, PageReader } from '../../src/core/evidence.ts';
import type { KeptWheelList, TreeLooks } from '../../src/core/kept-wheel.ts';
import type { RecordLine } from '../../src/core/record-lines.ts';
import type { RepositoryWatch } from '../../src/core/repository.ts';
import type { Upstream } from '../../src/core/upstream.ts';
import type { Verification } from '../../src/core/verification.ts';
import type { ProvenanceJudge } from '../../src/evidence/index.ts';
import type { Policy } from '../../src/policy/index.ts';
import { openSqliteTrustRows } from '../../src/storage/index.ts';
import { readPagesCarelessly } from './careless-pages.ts';
import {
  believeTheIndex,
  hideIndexes,
  leaveLinking,
  leaveUnsteered,
  loadTolerantly,
  neverReadWishes,
  openUnsweptRunDirectory,
  overlookConfiguration,
  swallowThrows,
} from './careless-run.ts';
import { openCarelessUpstream } from './careless-upstream.ts';
import { believeSidecars, openCarelessVerification } from './careless-verification.ts';

export const EVIDENCE_KINDS = [
  'index-hash',
  'contents',
  'pins',
  'memory',
  'attestation',
  'approval',
  'openpgp',
  'checksums',
  'distribution',
  'tuf',
  'developer',
] as const;

/** Another wiring; another place for what is remembered, no jail, where that is the defence. */
export interface Rewiring extends Wiring {
  readonly forgetful?: true;
  readonly unjailed?: true;
}

const proveNothing: ProvenanceJudge = {
  prepare: () => undefined,
  judge: async () => ({ vouchers: [], silent: ['nothing is proved here'] }),
  close: async () => {},
};

/** Each defence with the wiring that takes it out. Nothing but tests leads here. */
const WITHOUT = {
  'index-hash': { evidence: (kinds) => leaveOut(kinds, 'index-hash') },
  contents: { evidence: (kinds) => leaveOut(kinds, 'contents') },
  attestation: { evidence: (kinds) => leaveOut(kinds, 'attestation') },
  // Attestations are fetched, and nothing is proved of them.
  proving: { judge: () => proveNothing },
  memory: { forgetful: true },
  pins: { evidence: (kinds) => leaveOut(kinds, 'pins') },
  requirement: { policy: (policy) => ({ ...policy, require: null }) },
  openpgp: { evidence: (kinds) => leaveOut(kinds, 'openpgp') },
  'checksums and requirement': {
    evidence: (kinds) => leaveOut(kinds, 'checksums'),
    policy: (policy) => ({ ...policy, require: null }),
  },
  'publisher rules': { policy: withoutPublishers },
  'publisher memory': { policy: withoutPublisherMemory },
  // Nobody pins a root: pages and files are what the server says.
  tuf: { policy: withoutRoots },
  ownership: { policy: withoutOwners },
  'inside addresses': { policy: (policy) => ({ ...policy, allowInside: ['*'] }) },
  'file hosts': { policy: (policy) => ({ ...policy, allowHosts: ['*'] }) },
  configuration: { installers: overlookConfiguration, unjailed: true },
  'undecided pages': { pages: takeForAbsent },
  'ownership and undecided pages': { policy: withoutOwners, pages: takeForAbsent },
  pages: { pages: carelessPages },
  'pages and names': { pages: carelessPages, upstream: withoutNames },
  names: { upstream: withoutNames },
  witnesses: { upstream: withoutDates },
  strictness: { policy: (policy) => ({ ...policy, strict: false }) },
  upstream: { upstream: openCarelessUpstream, policy: allowPlainHttp },
  'upstream and integrity': { upstream: openCarelessUpstream, evidence: () => [] },
  addresses: { upstream: openCarelessUpstream, pages: carelessPages, policy: allowPlainHttp },
  comparison: { grounds: openNothing },
  // What is kept unpacked is used, whatever has become of it.
  'kept trees': { treeLooks: seeNoChange, keptWheels: knowNoChange, grounds: openNothing },
  copying: { installers: leaveLinking },
  // Whatever lies in a folder is taken.
  wheelhouses: { wheelhouses: (real) => ({ ...real, verdict: 'vouched', reasons: [] }) },
  // What repositories name passes, and nobody looks at what was installed from them.
  repositories: { repositories: seeNothing, grounds: objectToNothing },
  verification: { verification: carelessVerification },
  sidecars: { verification: believeSidecars },
  'size limits': { policy: (policy) => ({ ...policy, maxFileBytes: Number.MAX_SAFE_INTEGER }) },
  'integrity is no voucher': { evidence: believeTheIndex },
  'index addresses': { installers: hideIndexes, verification: carelessVerification },
  'asked names': { installers: neverReadWishes },
  'policy reading': { loadPolicy: loadTolerantly },
  // What is kept of a page never grows too old.
  'age of pages': { policy: keepForEver },
  'first-use': { policy: acceptFirstUse },
  'age of files': { policy: (policy) => ({ ...policy, cooldownMs: 0 }) },
  jail: { unjailed: true },
  // The installer's own settings hold, whatever they say.
  settings: { installers: (all) => leaveUnsteered(hideIndexes(all)), unjailed: true },
  steering: { installers: leaveUnsteered, unjailed: true },
  sweeping: { openRunDirectory: openUnsweptRunDirectory },
  'waiting for locks': { openRows: (file, clock) => openSqliteTrustRows(file, clock, 0) },
  'what throws blocks': {
    evidence: (kinds) => swallowThrows(EVIDENCE_KINDS.reduce(makeThrow, kinds)),
  },
} as const satisfies Record<string, Rewiring>;

type Comparing = Parameters<NonNullable<Wiring['grounds']>>[0];

function carelessPages(): PageReader {
  return readPagesCarelessly(openCarelessUpstream());
}

function carelessVerification(): Verification {
  return openCarelessVerification(openCarelessUpstream(), carelessPages());
}

function seeNothing(): RepositoryWatch {
  return { advertised: () => {}, redirected: () => {} };
}

function objectToNothing(real: Comparing): Comparing {
  return { ...real, objectionToPast: async () => null };
}

/** What lies in the environment counts as what the verified wheel holds, whatever it is. */
function openNothing(real: Comparing): Comparing {
  return {
    ...real,
    files: {
      ...real.files,
      list: async () => [],
      record: async (found) => (await real.files.record(found))?.map(asCompiled) ?? null,
    },
    openWheel: async () => ({
      distInfo: '',
      members: [],
      commands: new Set(),
      read: async () => new Uint8Array(),
    }),
  };
}

/** A compiled module beside it, which every installer may add. */
function asCompiled(line: RecordLine): RecordLine {
  if (line.path.endsWith('.dist-info/INSTALLER')) return line;
  return { path: `${line.path.split('/', 1)[0] ?? ''}/__pycache__/any.pyc`, sha256: null };
}

/** Every tree looks as it did, whatever it is now. */
const stamp = '0'.repeat(64);

function seeNoChange(real: TreeLooks): TreeLooks {
  return {
    close: () => real.close(),
    look: async (path, entries) => ({
      contents: '',
      changedAt: 0,
      entries: 1,
      ...(await real.look(path, entries)),
      stamp,
    }),
  };
}

function knowNoChange(real: KeptWheelList): KeptWheelList {
  return {
    keep: (...what) => real.keep(...what),
    recall: async (project) => (await real.recall(project)).map((one) => ({ ...one, stamp })),
    close: () => real.close(),
  };
}

function allowPlainHttp(policy: Policy): Policy {
  return { ...policy, allowPlainHttp: ['*'] };
}

/** No name belongs to anybody. */
function withoutOwners(policy: Policy): Policy {
  return { ...policy, projects: policy.projects.map((rule) => ({ ...rule, index: null })) };
}

function withoutRoots(policy: Policy): Policy {
  const indexes = policy.indexes.map(({ tuf: _pin, ...rule }) => rule);
  return { ...policy, indexes };
}

/** Nobody is named who may release. */
function withoutPublishers(policy: Policy): Policy {
  const projects = policy.projects.map(({ publishers: _publishers, ...rule }) => rule);
  return { ...policy, projects };
}

/** Who released before does not matter. */
function withoutPublisherMemory(policy: Policy): Policy {
  const lifted = (['WP-PUBLISHER-CHANGED', 'WP-PUBLISHER-LOST'] as const).map((rule) => ({
    project: '*',
    version: null,
    rule,
    reason: 'to see the attack succeed',
    owner: 'a test',
    expires: Date.UTC(2200, 0, 1),
    source: 'defences.ts',
  }));
  return { ...policy, exceptions: [...policy.exceptions, ...lifted] };
}

/** What could not be read is not there, as many programs have it. */
function takeForAbsent(real: PageReader): PageReader {
  const absent = { outcome: 'not-found', status: 404 } as const;
  return {
    async read(ask) {
      const reading = await real.read(ask).catch(() => absent);
      return reading.outcome === 'page' ? reading : absent;
    },
  };
}

function keepForEver(policy: Policy): Policy {
  return { ...policy, strict: false, staleIfErrorMs: Number.MAX_SAFE_INTEGER };
}

function acceptFirstUse(policy: Policy): Policy {
  return { ...policy, strict: false, firstUse: 'accept' };
}

/** Nobody tells the time. */
function withoutDates(real: Upstream): Upstream {
  return {
    close: () => real.close(),
    async request(ask) {
      const answer = await real.request(ask);
      const { date: _dropped, ...headers } = answer.headers;
      return { ...answer, headers };
    },
  };
}

/** Under which name the server answered is not looked at. */
function withoutNames(real: Upstream): Upstream {
  return {
    close: () => real.close(),
    async request(ask) {
      const answer = await real.request(ask);
      const { 'content-disposition': _dropped, ...headers } = answer.headers;
      // A page's address ends in a slash, and stays.
      const url = ask.url.endsWith('/') ? answer.url : new URL('/', answer.url).href;
      return { ...answer, headers, url };
    },
  };
}

export type Defence = keyof typeof WITHOUT;

/**
 * A wiring by name: `without:DEFENCE`, `throwing:KIND` where an evidence kind always throws, or
 * `impatient`, or `as shipped`.
 */
export type WiringName =
  `without:${Defence}` | `throwing:${(typeof EVIDENCE_KINDS)[number]}` | 'impatient' | 'as shipped';

/** Time limits that a test can wait for; how long the real ones are is a unit test's matter. */
const IMPATIENT: Rewiring = {
  upstreamSettings: {
    limits: { connectTimeoutMs: 1_500, headersTimeoutMs: 1_500, stallTimeoutMs: 1_500 },
  },
};

export function wiringCalled(name: string): Rewiring {
  if (name === 'impatient') return IMPATIENT;
  if (name === 'as shipped') return {};
  const [verb = '', subject = ''] = name.split(':');
  const known = new Map<string, Rewiring>(Object.entries(WITHOUT)).get(subject);
  if (verb === 'without' && known !== undefined) return known;
  if (verb === 'throwing') return { evidence: (kinds) => makeThrow(kinds, subject) };
  throw new Error(`no wiring is called ${name}`);
}

function leaveOut(kinds: readonly EvidenceKind[], kind: string): readonly EvidenceKind[] {
  requireKind(kinds, kind);
  return kinds.filter((each) => each.kind !== kind);
}

function makeThrow(kinds: readonly EvidenceKind[], kind: string): readonly EvidenceKind[] {
  requireKind(kinds, kind);
  const fail = async (): Promise<never> => {
    throw new TypeError(`${kind} fell over`);
  };
  return kinds.map((each) => (each.kind === kind ? { ...each, examine: fail } : each));
}

/** A defence that is not there would be "taken out" without anybody noticing. */
function requireKind(kinds: readonly EvidenceKind[], kind: string): void {
  if (!kinds.some((each) => each.kind === kind))
    throw new Error(`no evidence kind is called ${kind}`);
}

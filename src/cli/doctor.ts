// SPDX-License-Identifier: Apache-2.0
import { dirname } from 'node:path';
import type { Intent } from '../core/installer.ts';
import { asciiJson } from '../report/index.ts';
import { allowsPlainHttp, type Policy } from '../policy/index.ts';
import { openUpstream } from '../upstream/index.ts';
import {
  distinct,
  exitOf,
  note,
  ok,
  warning,
  type Check,
  type Surroundings,
} from './doctor-check.ts';
import { askForTime, judgeClock } from './doctor-clock.ts';
import { checkAuthorities, checkCredentials, judgeNetworkVariables } from './doctor-environment.ts';
import { checkHooks } from './doctor-hooks.ts';
import { checkOutside, checkPath, checkPrograms, judgeInstallers } from './doctor-installers.ts';
import { checkPlaces, judgePath, lookAt } from './doctor-places.ts';
import { checkJail, checkPolicy } from './doctor-policy.ts';
import { findInstallers, type FoundInstaller, type InstallerKind } from './doctor-programs.ts';
import { tryInstaller } from './doctor-self-test.ts';
import { checkConfiguration } from './doctor-settings.ts';
import { checkBlobs, checkDisk, checkLeftovers, checkTrustStore } from './doctor-store.ts';
import { sectionText, summaryText } from './doctor-text.ts';
import { judgeTrials, resultOf, type SelfTestResult } from './doctor-trials.ts';
import { installersHere } from './installers.ts';
import type { OwnOptions } from './own-options.ts';
import { ownVersion } from './version.ts';
import { clockOf, findPlaces, openPolicy } from './wire.ts';
import type { Wiring } from './wiring.ts';

export interface DoctorWish {
  readonly json: boolean;
  readonly selfTest: boolean;
  /** `true`: a configured index is asked for the time; an address: that one. */
  readonly online: boolean | string;
}

export interface DoctorVisit {
  readonly around: Surroundings;
  readonly options: OwnOptions;
  readonly wish: DoctorWish;
  readonly out: (text: string) => void;
  readonly colour: boolean;
}

/** At most so many installers are tried: each takes some seconds. */
const MOST_TRIED = 6;

/** Looks at everything that holding an installer depends on, changes nothing. @returns the exit code. */
export async function examine(visit: DoctorVisit, wiring: Wiring = {}): Promise<number> {
  const { around, wish, out, colour } = visit;
  const checks: Check[] = [];
  const tell = (title: string, found: readonly Check[]): void => {
    const each = distinct(found);
    checks.push(...each);
    if (!wish.json) out(sectionText(title, each, colour));
  };
  tell('wheelproof', await checkOurselves(around));
  tell('state', await checkState(visit, wiring));
  const policy = await checkRules(visit, wiring);
  tell('policy and jail', policy.checks);
  const found = await findInstallers(around);
  const chosen = await chosenOnes(around);
  tell('installers', [
    ...judgeInstallers(found, chosen),
    ...(await checkPrograms(found, around.uid)),
    ...(await checkPath(around)),
    ...(await checkOutside(around)),
  ]);
  const configuration = await checkSettings(around, found, policy.inForce);
  tell('configuration', configuration.checks);
  tell('network and passwords', [
    ...judgeNetworkVariables(around.environment),
    ...checkAuthorities(around, configuration.intents),
    ...(await checkCredentials(around)),
    ...(await checkTime(visit, configuration.intents, policy.inForce, wiring)),
  ]);
  tell('what Python runs before pip', await checkHooks(around, found));
  const tried = wish.selfTest ? await selfTest(visit, found, chosen, wiring) : NOT_TRIED;
  tell('self-test', tried.checks);
  const exit = exitOf(checks);
  if (wish.json) out(asciiJson({ version: 1, checks, self_test: tried.results }));
  else out(summaryText(checks, exit));
  return exit;
}

async function checkOurselves({ uid }: Surroundings): Promise<readonly Check[]> {
  const program = dirname(import.meta.filename);
  const facts = await lookAt(import.meta.filename);
  const wrong = facts === null ? null : judgePath(['program', 'program'], facts, 'above', uid);
  const [major = 0, minor = 0, patch = 0] = process.versions.node.split('.').map(Number);
  const fits =
    major >= 26 || (major === 24 && minor >= 15) || (major === 22 && minor * 100 + patch >= 2202);
  const node = `${process.version}, ${process.execPath}`;
  return [
    ok(['program', 'wheelproof'], `${ownVersion()}, in ${program}`),
    ...(wrong === null ? [] : [wrong]),
    fits
      ? ok(['node', 'Node'], node)
      : warning(['node', 'Node'], node, 'Use Node 22.22.2, 24.15.0, 26 or newer.'),
    process.platform === 'linux'
      ? ok(['platform', 'platform'], `${process.platform} ${process.arch}`)
      : note(['platform', 'platform'], `${process.platform} ${process.arch}: tried on Linux alone`),
  ];
}

async function checkState({ around }: DoctorVisit, wiring: Wiring): Promise<readonly Check[]> {
  const places = findPlaces(around.environment);
  const clock = clockOf(wiring);
  // First, so that opening the store cannot mend what is to be told.
  const permissions = await checkPlaces(places, around.uid);
  const store = await checkTrustStore(places, clock);
  return [
    ...permissions,
    ...store.checks,
    ...(await checkBlobs(places)),
    ...(await checkDisk(places)),
    ...(await checkLeftovers(places, clock.now())),
    judgeClock(clock.now(), store.newest),
  ];
}

interface Rules {
  readonly checks: readonly Check[];
  readonly inForce: Policy | null;
}

async function checkRules({ around, options }: DoctorVisit, wiring: Wiring): Promise<Rules> {
  const { directory, environment, uid } = around;
  const choice = { directory, environment, file: options.policyFile, strict: options.strict };
  let inForce: Policy | null = null;
  const load = async (): Promise<Policy> => (inForce = await openPolicy(choice, wiring));
  const checks = [...(await checkPolicy(load, uid)), ...(await checkJail(options.jail))];
  return { checks, inForce };
}

async function chosenOnes({
  machine,
  environment,
  directory,
}: Surroundings): Promise<Readonly<Record<InstallerKind, string | null>>> {
  const find = (name: string) => machine.findProgram(name, environment, directory);
  return { pip: await find('pip'), uv: await find('uv') };
}

interface Settings {
  readonly checks: readonly Check[];
  readonly intents: readonly Intent[];
}

async function checkSettings(
  around: Surroundings,
  found: readonly FoundInstaller[],
  policy: Policy | null,
): Promise<Settings> {
  const checks: Check[] = [];
  const intents: Intent[] = [];
  for (const one of distinctInstallers(found)) {
    const installer = installersHere().find(({ name }) => name === one.kind);
    if (installer === undefined) continue;
    const plain = (host: string): boolean => policy !== null && allowsPlainHttp(policy, host);
    const settings = await checkConfiguration(around, installer, one, plain);
    checks.push(...settings.checks);
    intents.push(...settings.intents);
  }
  const none = ok(
    ['settings', 'settings'],
    'nothing that leads round the gate, nothing that it changes',
  );
  return { checks: checks.length === 0 ? [none] : checks, intents };
}

/** Those that tell a version, each once, whatever it is called. */
function distinctInstallers(found: readonly FoundInstaller[]): readonly FoundInstaller[] {
  const known = found.filter(({ version }) => version !== null);
  return [...new Map(known.toReversed().map((one) => [one.identity, one])).values()].toReversed();
}

async function checkTime(
  { wish, around }: DoctorVisit,
  intents: readonly Intent[],
  policy: Policy | null,
  wiring: Wiring,
): Promise<readonly Check[]> {
  if (wish.online === false) return [];
  const [configured = ''] = intents.flatMap(({ indexes }) => indexes);
  const upstream = openUpstream({
    caFiles: [...new Set(intents.flatMap(({ caFiles }) => caFiles))],
    proxy: intents.find(({ proxy }) => proxy !== null)?.proxy ?? null,
    environment: around.environment,
    minimumTls: policy?.minimumTls === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    allowPlainHttp: (host) => policy !== null && allowsPlainHttp(policy, host),
    ...wiring.upstreamSettings,
  });
  try {
    const url = wish.online === true ? configured : wish.online;
    return await askForTime(upstream, url, () => clockOf(wiring).now());
  } finally {
    await upstream.close();
  }
}

interface Tried {
  readonly checks: readonly Check[];
  readonly results: readonly SelfTestResult[];
}

const NOT_TRIED: Tried = {
  checks: [note(['self-test', 'self-test'], 'left out (--no-self-test): nothing is proved')],
  results: [],
};

async function selfTest(
  { around, options }: DoctorVisit,
  found: readonly FoundInstaller[],
  chosen: Readonly<Record<InstallerKind, string | null>>,
  wiring: Wiring,
): Promise<Tried> {
  const { machine, environment, directory } = around;
  const checks: Check[] = [];
  const results: SelfTestResult[] = [];
  const all = distinctInstallers(found);
  const known = found.find(({ interpreter }) => interpreter !== null)?.interpreter ?? null;
  const python = known ?? (await machine.findProgram('python3', environment, directory));
  for (const one of all.slice(0, MOST_TRIED)) {
    const trials = await tryInstaller({ around, jail: options.jail, wiring, python }, one);
    checks.push(judgeTrials(one, trials, one.words[0] === chosen[one.kind]));
    results.push(resultOf(one, trials));
  }
  for (const one of all.slice(MOST_TRIED)) {
    checks.push(note(['self-test', one.words.join(' ')], `not tried: ${MOST_TRIED} others were`));
  }
  if (all.length === 0) checks.push(note(['self-test', 'self-test'], 'no installer to try'));
  return { checks, results };
}

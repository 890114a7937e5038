// SPDX-License-Identifier: Apache-2.0
import type { Intent } from '../core/installer.ts';
import { asciiJson } from '../report/index.ts';
import { allowsPlainHttp, DEFAULT_POLICY, type Policy } from '../policy/index.ts';
import { openUpstream } from '../upstream/index.ts';
import { distinct, exitOf, ok, type Check, type Surroundings } from './doctor-check.ts';
import { askForTime, judgeClock } from './doctor-clock.ts';
import { checkAuthorities, checkCredentials, judgeNetworkVariables } from './doctor-environment.ts';
import { checkHooks } from './doctor-hooks.ts';
import { checkOutside, checkPath, checkPrograms, judgeInstallers } from './doctor-installers.ts';
import { checkOurselves } from './doctor-ourselves.ts';
import { checkPlaces } from './doctor-places.ts';
import { checkJail, checkPolicy } from './doctor-policy.ts';
import {
  distinctInstallers,
  findInstallers,
  type FoundInstaller,
  type InstallerKind,
} from './doctor-programs.ts';
import { checkConfiguration } from './doctor-settings.ts';
import { checkBlobs, checkDisk, checkLeftovers, checkTrustStore } from './doctor-store.ts';
import { sectionText, summaryText } from './doctor-text.ts';
import { NOT_TRIED, tryInstallers } from './doctor-trial-run.ts';
import { installersHere } from './installers.ts';
import type { OwnOptions } from './own-options.ts';
import { transportOf } from './transport.ts';
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

/** Of a shell: ended by SIGINT. */
const INTERRUPTED = 130;

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
  const { jail } = visit.options;
  const tried = wish.selfTest
    ? await tryInstallers({ around, jail, wiring }, found, chosen)
    : NOT_TRIED;
  tell('self-test', tried.checks);
  const exit = tried.interrupted ? INTERRUPTED : exitOf(checks);
  if (wish.json) out(asciiJson({ version: 1, checks, self_test: tried.results }));
  else out(summaryText(checks, exit));
  return exit;
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
    ...transportOf(policy ?? DEFAULT_POLICY, clockOf(wiring)),
    ...wiring.upstreamSettings,
  });
  try {
    const url = wish.online === true ? configured : wish.online;
    return await askForTime(upstream, url, () => clockOf(wiring).now());
  } finally {
    await upstream.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { asRefusal, Refusal } from '../core/errors.ts';
import type { Call, Installer, Intent, Located, Recognised } from '../core/installer.ts';
import type { Report } from '../core/report.ts';
import { judgeAddress } from '../core/source-address.ts';
import {
  compareEnvironments,
  installedFiles,
  jailInterpreters,
  openRunDirectory,
  runJailed,
  takeSnapshot,
  type ChildStdio,
  type EarlyLaunch,
} from '../host/index.ts';
import { allowsPlainHttp, type Policy } from '../policy/index.ts';
import { ensurePrivateDirectory } from '../storage/index.ts';
import { keepCachesBounded } from './cache-work.ts';
import { openEvents, type EventStream } from './event-stream.ts';
import { reportFailedStart } from './failed-start.ts';
import { installersHere } from './installers.ts';
import { jailNote, wishFor } from './jailing.ts';
import type { OwnOptions } from './own-options.ts';
import { tellRootAges } from './root-ages.ts';
import { RunEvents } from './run-events.ts';
import { knownBehindRun } from './run-words.ts';
import { seedsFor } from './seed-wheels.ts';
import { judgedFolder } from '../installers/index.ts';
import { runOffline } from './offline-run.ts';
import { composeReport, type Observed, type Run } from './run-report.ts';
import { unheldNames } from './unheld-names.ts';
import { waitingDisplayFor } from './waiting-terminal.ts';
import { showReport, verifyReportPlaces, type Output } from './show-report.ts';
import {
  auditRun,
  clockOf,
  findPlaces,
  newRunName,
  openGate,
  openPolicy,
  openTrust,
  type Gate,
} from './wire.ts';
import { cacheDirectoryOf, dropCacheApart, keepingFor, targetsOf } from './private-cache.ts';
import type { Wiring } from './wiring.ts';

export interface WrapCall {
  /** The installer's name and its arguments, as typed. */
  readonly words: readonly string[];
  readonly options: OwnOptions;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly output: Output;
  /** A person sits at the terminal and can be asked. */
  readonly interactive: boolean;
  /** Ends the installer when it comes. */
  readonly deadline?: AbortSignal;
  /** A jail's launcher that runs already. */
  readonly early?: EarlyLaunch | null;
}

const NOT_ENDED = { exit: null, signal: null, jail: 'none' } as const;

interface Prepared {
  readonly installer: Installer;
  readonly recognised: Recognised;
  readonly located: Located;
  readonly call: Call;
  readonly intent: Intent;
  readonly policy: Policy;
}

/**
 * Runs the real installer behind the gate and reports.
 * @returns the exit code: the installer's own where nothing was refused.
 * @throws Refusal for whatever keeps the installer from being started.
 */
export async function wrap(wrapCall: WrapCall, wiring: Wiring = {}): Promise<number> {
  const prepared = await prepare(wrapCall, wiring);
  await verifyReportPlaces(wrapCall.options);
  const events = openEvents(wrapCall, runOf(prepared, NOT_ENDED), prepared.intent);
  const { report } =
    prepared.intent.refusals.length > 0
      ? await notStarted(wrapCall, prepared, wiring)
      : isStateless(wrapCall, prepared)
        ? await runOutside(wrapCall, prepared)
        : await runGuarded(wrapCall, prepared, { wiring, events });
  const silent = saysNothing(prepared.intent, report);
  await showReport(report, wrapCall.options, wrapCall.output, silent);
  await events?.end(report);
  await keepCachesBounded({ places: findPlaces(wrapCall.environment), clock: clockOf(wiring) });
  return report.exit;
}

/** `pip list` is left to itself, however it ended. */
function saysNothing({ fetches }: Intent, { files, refusals }: Report): boolean {
  return !fetches && files.length === 0 && refusals.length === 0;
}

async function prepare(wrapCall: WrapCall, wiring: Wiring): Promise<Prepared> {
  const { environment, directory } = wrapCall;
  const installers = installersHere();
  const words = knownBehindRun(wrapCall.words, installers);
  const call: Call = { words, environment, directory };
  for (const installer of wiring.installers?.(installers) ?? installers) {
    const recognised = installer.recognise(words);
    if (recognised === null) continue;
    const choice = {
      directory,
      environment,
      file: wrapCall.options.policyFile,
      strict: wrapCall.options.strict,
    };
    // Asking the installer takes as long as reading the policy; whose word is wrong, ours comes first.
    const locating = installer.locate(recognised, call);
    locating.catch(() => undefined);
    const policy = await openPolicy(choice, wiring);
    try {
      const located = await locating;
      const intent = withJudgedIndexes(await installer.intend(recognised, located, call), policy);
      return { installer, recognised, located, call, intent, policy };
    } catch (thrown) {
      const refusal = asRefusal(thrown, 'start');
      await reportFailedStart(refusal, wrapCall, { installer: installer.name, policy, wiring });
      throw thrown;
    }
  }
  throw new Refusal('WP-USAGE', {
    message: `"${words[0] ?? ''}" is neither a command of wheelproof nor an installer it knows`,
    hint: 'See `wheelproof --help` for both lists; any other command is held by `wheelproof run -- COMMAND`.',
  });
}

/** pip leaves an index without TLS out by itself and says nothing of it; we say it beforehand. */
function withJudgedIndexes(intent: Intent, policy: Policy): Intent {
  if (!intent.fetches) return intent;
  const allowPlainHttp = (host: string): boolean => allowsPlainHttp(policy, host);
  const found = intent.indexes.map((index) => judgeAddress(index, { from: null, allowPlainHttp }));
  return { ...intent, refusals: [...intent.refusals, ...found.filter((why) => why !== null)] };
}

/** Nothing is to be fetched, and there is no place to keep what a gate needs. */
function isStateless({ environment }: WrapCall, { intent }: Prepared): boolean {
  if (intent.fetches) return false;
  const { data, cache, state } = findPlaces(environment);
  try {
    for (const place of [data, cache, state]) {
      ensurePrivateDirectory(place);
      accessSync(place, constants.W_OK);
    }
    return false;
  } catch (thrown) {
    // Whoever else may write there is told so, as always.
    return !(thrown instanceof Refusal && thrown.code === 'WP-STATE-PERMISSIONS');
  }
}

async function runOutside(
  wrapCall: WrapCall,
  prepared: Prepared,
): Promise<{ readonly report: Report }> {
  const stdio = stdioOf(wrapCall);
  const { code, signal, stdout, stderr } = await runOffline({ ...prepared, stdio });
  wrapCall.output.captured?.({ stdout, stderr });
  const end = { exit: code, signal, jail: 'none' as const };
  return { report: await composeReport(runOf(prepared, end), nothingSeen(prepared, [])) };
}

function stdioOf({ options, output }: WrapCall): ChildStdio {
  return (
    output.childStdio ??
    (options.report === '-' || options.ci.events === '-' ? 'stdout-to-stderr' : 'inherit')
  );
}

async function notStarted(
  { environment }: WrapCall,
  prepared: Prepared,
  wiring: Wiring,
): Promise<{ readonly report: Report }> {
  const refusals = prepared.intent.refusals.map((why) => ({ ...why, subject: 'configuration' }));
  const end = { exit: null, signal: null, jail: 'none' as const };
  const report = await composeReport(runOf(prepared, end), nothingSeen(prepared, refusals));
  const clock = clockOf(wiring);
  const rows = openTrust(findPlaces(environment), clock, wiring);
  try {
    auditRun(rows, clock, newRunName(), report);
  } finally {
    rows.close();
  }
  return { report };
}

/** What there is to tell of a run without a gate. */
function nothingSeen({ intent }: Prepared, refusals: Observed['refusals']): Observed {
  return {
    receipts: [],
    offered: new Map(),
    requested: new Set(),
    before: { found: [], listings: [] },
    after: { found: [], listings: [] },
    runsProgram: false,
    grounds: {
      recallRelease: () => [],
      files: installedFiles,
      openWheel: () => Promise.resolve(null),
    },
    objectionTo: () => Promise.resolve(null),
    refusals,
    notes: intent.notes,
    otherTraffic: [],
  };
}

async function runGuarded(
  wrapCall: WrapCall,
  prepared: Prepared,
  { wiring, events: told }: { readonly wiring: Wiring; readonly events: EventStream | null },
): Promise<{ readonly report: Report }> {
  const { intent, policy } = prepared;
  const { environment, interactive } = wrapCall;
  const places = findPlaces(environment);
  const owner = { environment, ...prepared };
  const targets = targetsOf(owner);
  // An interpreter is asked for it: the gate opens meanwhile.
  const looking = takeSnapshot(targets);
  looking.catch(() => undefined); // awaited below, unless the gate does not open
  const events = new RunEvents((refusal) => told?.refusal(refusal));
  await dropCacheApart(owner); // of a run that was killed
  const keeping = await keepingFor(owner, wiring);
  const gate = await openGate(
    {
      places,
      policy,
      intent,
      environment,
      interactive,
      fetchAhead: wrapCall.options.fetchAhead,
      client: `${prepared.installer.name} ${prepared.located.version}`,
      log: events.log,
      note: events.note,
      display: waitingDisplayFor({ ...wrapCall, intent, argv: prepared.recognised.argv }),
      events: told,
      keeping,
    },
    wiring,
  );
  try {
    gate.verifier.readAhead();
    const before = await looking;
    const fetchAhead = (): void => {
      gate.verifier.fetchAhead(before.found.map(({ name }) => name));
    };
    // Of who asks for much at a time, the first answers decide when it goes on.
    const isFirst = intent.resolution !== undefined;
    if (isFirst) fetchAhead();
    const { note, ...end } = await runInstaller(wrapCall, prepared, gate, {
      wiring,
      cacheDirectory: keeping?.cacheDirectory ?? cacheDirectoryOf(owner),
      // The installer needs a while before it asks for anything: not a moment of ours goes first.
      started: isFirst ? () => undefined : fetchAhead,
    });
    await keeping?.ended();
    const after = await takeSnapshot(targets, process.env, before);
    await keeping?.acknowledge(compareEnvironments(before.found, after.found).added);
    // `uv run` that fetched nothing has nothing to say of how it was held.
    const idle = intent.runsProgram === true && gate.verifier.receipts().length === 0;
    const housed = gate.wheelhouses.receipts({
      succeeded: end.exit === 0,
      installed: new Set(after.found.map(({ name, version }) => `${name} ${version}`)),
      wishes: intent.wishes,
    });
    const report = await composeReport(runOf(prepared, end), {
      receipts: [...gate.verifier.receipts(), ...housed.receipts],
      offered: gate.verifier.offered(),
      requested: events.requested(),
      before,
      after,
      runsProgram: intent.runsProgram === true,
      compiles: intent.compiles,
      commits: () => gate.repositories.receipts(),
      grounds: { ...(wiring.grounds?.(gate.grounds) ?? gate.grounds), ...seedsFor(intent) },
      compared: (judged) => keeping?.keep(judged),
      objectionTo: (file) => gate.verifier.objectionTo(file),
      refusals: [...events.refusals(), ...unheldNames(gate.verifier, prepared)],
      notes: [
        ...intent.notes,
        ...policy.notes,
        ...events.notes(),
        ...gate.verifier.notes(),
        ...housed.notes,
        ...(idle ? [] : note),
      ],
      otherTraffic: gate.gateway.otherTraffic(),
      rootAges: async (receipts) =>
        await tellRootAges(places, policy, { receipts, clock: clockOf(wiring) }),
    });
    gate.recordEnd(report);
    return { report };
  } finally {
    await keeping?.close();
    await gate.close();
    await dropCacheApart(owner);
  }
}

interface Start {
  readonly wiring: Wiring;
  readonly cacheDirectory: string;
  /** Called once the installer runs. */
  readonly started: () => void;
}

async function runInstaller(
  wrapCall: WrapCall,
  prepared: Prepared,
  gate: Gate,
  { wiring, cacheDirectory, started }: Start,
) {
  const { installer, recognised, located, call, intent } = prepared;
  const places = findPlaces(wrapCall.environment);
  const runs = path.join(places.state, 'runs');
  for (const folder of [cacheDirectory, runs]) ensurePrivateDirectory(folder);
  const runDirectory = await (wiring.openRunDirectory ?? openRunDirectory)(runs);
  try {
    const steered = installer.steer(recognised, located, call, {
      proxy: gate.gateway.proxy,
      proxyWithSecret: gate.gateway.proxyWithSecret,
      caFile: await runDirectory.writeCa(gate.gateway.caPem),
      emptyDirectory: runDirectory.emptyDirectory,
      passingDirectory: runDirectory.path,
      cacheDirectory,
    });
    for (const [at, house] of (intent.wheelhouses ?? []).entries())
      await gate.wheelhouses.fill(judgedFolder(runDirectory.path, at), house);
    const childCall = {
      ...steered,
      directory: wrapCall.directory,
      stdio: stdioOf(wrapCall),
    };
    const jailed = await runJailed(childCall, {
      wish: wishFor(wrapCall.options.jail, intent),
      port: gate.gateway.port,
      interpreters: () => jailInterpreters(childCall, intent.targets),
      receive: (door) => gate.gateway.receive(door),
      early: wrapCall.early ?? null,
    });
    started();
    wrapCall.deadline?.addEventListener('abort', () => jailed.child.kill('SIGKILL'));
    const { code, signal, stdout, stderr } = await jailed.child.done;
    wrapCall.output.captured?.({ stdout, stderr });
    const note = jailNote(wrapCall.options.jail, intent, jailed);
    return { exit: code, signal, jail: jailed.level, note: note === null ? [] : [note] };
  } finally {
    await runDirectory.close();
  }
}

function runOf(prepared: Prepared, end: Run['end']): Run {
  const { installer, located, call, intent, policy } = prepared;
  return {
    installer: { name: installer.name, version: located.version, argv: call.words },
    policyDigest: policy.digest,
    wishes: intent.wishes,
    pins: intent.pins,
    end,
  };
}

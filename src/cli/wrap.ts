// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Call, Installer, Intent, Located, Recognised } from '../core/installer.ts';
import type { Report } from '../core/report.ts';
import { inspectTarget, openRunDirectory, runChild } from '../host/index.ts';
import type { Policy } from '../policy/index.ts';
import { ensurePrivateDirectory } from '../storage/index.ts';
import { installersHere } from './installers.ts';
import type { OwnOptions } from './own-options.ts';
import { RunEvents } from './run-events.ts';
import { composeReport, type Run } from './run-report.ts';
import { showReport, type Output } from './show-report.ts';
import { findPlaces, openGate, openPolicy, type Gate } from './wire.ts';
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
}

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
  const { report } =
    prepared.intent.refusals.length > 0
      ? notStarted(prepared)
      : await runGuarded(wrapCall, prepared, wiring);
  const silent = !prepared.intent.fetches && report.files.length === 0 && report.exit === 0;
  await showReport(report, wrapCall.options, wrapCall.output, silent);
  return report.exit;
}

async function prepare(wrapCall: WrapCall, wiring: Wiring): Promise<Prepared> {
  const { words, environment, directory } = wrapCall;
  const call: Call = { words, environment, directory };
  for (const installer of installersHere()) {
    const recognised = installer.recognise(words);
    if (recognised === null) continue;
    const choice = {
      directory,
      environment,
      file: wrapCall.options.policyFile,
      strict: wrapCall.options.strict,
    };
    const policy = await openPolicy(choice, wiring);
    const located = await installer.locate(recognised, call);
    const intent = await installer.intend(recognised, located, call);
    return { installer, recognised, located, call, intent, policy };
  }
  throw new Refusal('WP-USAGE', {
    message: `"${words[0] ?? ''}" is neither a command of wheelproof nor an installer it knows`,
    hint: 'See `wheelproof --help` for both lists.',
  });
}

function notStarted(prepared: Prepared): { readonly report: Report } {
  return {
    report: composeReport(runOf(prepared, { exit: null, signal: null }), {
      receipts: [],
      before: [],
      after: [],
      recallRelease: () => [],
      refusals: prepared.intent.refusals.map((why) => ({ ...why, subject: 'configuration' })),
      notes: prepared.intent.notes,
      otherTraffic: [],
    }),
  };
}

async function runGuarded(
  wrapCall: WrapCall,
  prepared: Prepared,
  wiring: Wiring,
): Promise<{ readonly report: Report }> {
  const { intent, policy } = prepared;
  const { environment, interactive } = wrapCall;
  const places = findPlaces(environment);
  const events = new RunEvents();
  const gate = await openGate(
    { places, policy, intent, environment, interactive, log: events.log },
    wiring,
  );
  try {
    const before = await inspectAll(intent);
    const end = await runInstaller(wrapCall, prepared, gate);
    const after = await inspectAll(intent);
    const report = composeReport(runOf(prepared, end), {
      receipts: gate.verifier.receipts(),
      before,
      after,
      recallRelease: (project, version) => gate.rows.recallRelease(project, version),
      refusals: events.refusals(),
      notes: [...intent.notes, ...policy.notes, ...events.notes()],
      otherTraffic: gate.gateway.otherTraffic(),
    });
    gate.recordEnd(report);
    return { report };
  } finally {
    await gate.close();
  }
}

async function inspectAll(intent: Intent) {
  return (await Promise.all(intent.targets.map((target) => inspectTarget(target)))).flat();
}

async function runInstaller(wrapCall: WrapCall, prepared: Prepared, gate: Gate) {
  const { installer, recognised, located, call, policy } = prepared;
  const places = findPlaces(wrapCall.environment);
  const cacheDirectory = path.join(
    places.cache,
    'installers',
    policy.digest.slice(0, 16),
    installer.name,
  );
  ensurePrivateDirectory(cacheDirectory);
  const runDirectory = await openRunDirectory(path.join(places.state, 'runs'));
  try {
    const steered = installer.steer(recognised, located, call, {
      proxy: gate.gateway.proxy,
      proxyWithSecret: gate.gateway.proxyWithSecret,
      caFile: await runDirectory.writeCa(gate.gateway.caPem),
      emptyDirectory: runDirectory.emptyDirectory,
      cacheDirectory,
    });
    const reportOnStdout = wrapCall.options.report === '-';
    const child = await runChild({
      ...steered,
      directory: wrapCall.directory,
      stdio: wrapCall.output.childStdio ?? (reportOnStdout ? 'stdout-to-stderr' : 'inherit'),
    });
    const { code, signal, stdout, stderr } = await child.done;
    wrapCall.output.captured?.({ stdout, stderr });
    return { exit: code, signal };
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
    end,
  };
}

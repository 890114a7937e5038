// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Code } from '../core/codes.ts';
import { asRefusal, Refusal } from '../core/errors.ts';
import { monotonicMs } from '../core/monotonic.ts';
import { exitCodeOf } from '../core/refusal-class.ts';
import type { Report } from '../core/report.ts';
import { safeText } from '../core/safe-text.ts';
import type { JailWish } from '../host/index.ts';
import type { Surroundings } from './doctor-check.ts';
import { makeFixtureWheel, serveFixtures } from './doctor-fixture.ts';
import type { FoundInstaller } from './doctor-programs.ts';
import { makeOwnEnvironment } from './doctor-own-environment.ts';
import { NO_CI } from './own-options.ts';
import { wrap } from './wrap.ts';
import type { Wiring } from './wiring.ts';

const GOOD = 'wheelproof-doctor-good';
const CHANGED = 'wheelproof-doctor-changed';
const RUN_MS = 30_000;
/** What cannot be ended by ending the installer. */
const GRACE_MS = 5_000;

/** How one run through the real wrapper ended. */
export interface Trial {
  readonly exit: number;
  /** Whether anything of the file lies in the folder that it was to be installed into. */
  readonly installed: boolean;
  /** Of what was refused. */
  readonly codes: readonly Code[];
  readonly jail: string | null;
  /** The last thing that was said. */
  readonly said: string;
  readonly milliseconds: number;
}

export interface Trials {
  readonly good: Trial;
  readonly changed: Trial;
}

export interface SelfTest {
  readonly around: Surroundings;
  readonly jail: JailWish;
  readonly wiring: Wiring;
  /** Comes when the user wants no more. */
  readonly stop: AbortSignal;
  /** Runs what is installed for; only uv has to be told. */
  readonly python: string | null;
}

/**
 * Two files from an index of our own, through the real wrapper, by the real installer, into a folder
 * of their own: one is what the index promised, of the other one digit was changed. Nothing of the
 * user's is touched: home, caches, trust store and policy are this test's own.
 *
 * @returns `null` where it was interrupted.
 */
export async function tryInstaller(test: SelfTest, found: FoundInstaller): Promise<Trials | null> {
  const root = await makeScratch();
  try {
    const good = makeFixtureWheel(GOOD, 1);
    const promised = makeFixtureWheel(CHANGED, 1);
    await using index = await serveFixtures([
      { promised: good, sent: good },
      { promised, sent: makeFixtureWheel(CHANGED, 2) },
    ]);
    const run = async (project: string) =>
      await runTrial(test, { root, project, found, index: index.url });
    const right = await run(GOOD);
    if (test.stop.aborted) return null;
    const changed = await run(CHANGED);
    return test.stop.aborted ? null : { good: right, changed };
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function makeScratch(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'wheelproof-doctor-'));
  } catch (cause) {
    throw new Refusal('WP-STATE-DISK', {
      message: `no folder for the self-test can be made in ${tmpdir()}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Name a folder that you may write in by TMPDIR, or leave the self-test out: `wheelproof doctor --no-self-test`.',
      cause,
    });
  }
}

interface Task {
  readonly root: string;
  readonly project: string;
  readonly found: FoundInstaller;
  readonly index: string;
}

async function runTrial(test: SelfTest, task: Task): Promise<Trial> {
  const folder = join(task.root, task.project);
  const target = join(folder, 'target');
  const reportFile = join(folder, 'report.json');
  const environment = await makeOwnEnvironment(test.around, folder);
  const policy = join(folder, 'wheelproof.toml');
  await writeFile(policy, 'first-use = "accept"\n', { mode: 0o600 });
  let said = '';
  const began = monotonicMs();
  const call = {
    words: wordsFor(test, task, target),
    options: { ...OWN_OPTIONS, report: reportFile, policyFile: policy, jail: test.jail },
    environment,
    directory: folder,
    output: {
      out: () => undefined,
      err: () => undefined,
      surface: { width: null, colour: false },
      childStdio: 'capture' as const,
      captured: ({ stderr }: { readonly stderr: string }) => void (said = lastLine(stderr)),
    },
    interactive: false,
    deadline: AbortSignal.any([AbortSignal.timeout(RUN_MS), test.stop]),
  };
  let exit: number;
  let thrownCodes: readonly Code[] = [];
  try {
    exit = await orTimeOut(wrap(call, test.wiring));
  } catch (thrown) {
    const refusal = asRefusal(thrown, 'the self-test');
    exit = exitCodeOf(refusal.class);
    thrownCodes = [refusal.code];
    said = refusal.message;
  }
  const report = await readReport(reportFile);
  return {
    exit,
    installed: await holdsAnyOf(target, task.project),
    codes: [...thrownCodes, ...codesIn(report)],
    jail: report?.jail ?? null,
    said: safeText(said, 200),
    milliseconds: Math.round(monotonicMs() - began),
  };
}

const OWN_OPTIONS = {
  quiet: true,
  ci: NO_CI,
  fetchAhead: true,
  strict: false,
  help: false,
  version: false,
} as const;

function wordsFor({ python }: SelfTest, task: Task, target: string): readonly string[] {
  const { found, project, index } = task;
  const start = found.shim?.starts ?? found.words;
  const common = ['--no-deps', '--target', target, '--index-url', index, project];
  if (found.kind === 'pip') return [...start, 'install', ...common];
  const chosen = python === null ? [] : ['--python', python];
  return [...start, 'pip', 'install', ...chosen, ...common];
}

async function orTimeOut(work: Promise<number>): Promise<number> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = new Error(`it did not end within ${RUN_MS / 1_000} s`);
  const timer = setTimeout(() => reject(late), RUN_MS + GRACE_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** uv leaves a lock file of its own there, even where it installs nothing. */
async function holdsAnyOf(target: string, project: string): Promise<boolean> {
  const names = await readdir(target, { recursive: true }).catch(() => []); // not made: nothing installed
  return names.some((name) => name.includes(project.replaceAll('-', '_')));
}

async function readReport(file: string): Promise<Report | null> {
  const text = await readFile(file, 'utf8').catch(() => null); // none was written: it did not get that far
  if (text === null) return null;
  const report: Report = JSON.parse(text);
  return report;
}

function codesIn(report: Report | null): readonly Code[] {
  const reasons = report?.files.flatMap((file) => file.reasons) ?? [];
  return [...new Set([...reasons, ...(report?.refusals ?? [])].map(({ code }) => code))];
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** What our own refusal of changed bytes ends with. */
export const REFUSED = exitCodeOf('E-BYTES');

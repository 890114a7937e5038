// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Code } from '../core/codes.ts';
import { asRefusal } from '../core/errors.ts';
import { exitCodeOf } from '../core/refusal-class.ts';
import type { Report } from '../core/report.ts';
import { safeText } from '../core/safe-text.ts';
import type { JailWish } from '../host/index.ts';
import type { Surroundings } from './doctor-check.ts';
import { makeFixtureWheel, serveFixtures } from './doctor-fixture.ts';
import type { FoundInstaller } from './doctor-programs.ts';
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
  /** Whether anything lies in the folder that it was to install into. */
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
  /** Runs what is installed for; only uv has to be told. */
  readonly python: string | null;
}

/**
 * Two files from an index of our own, through the real wrapper, by the real installer, into a folder
 * of their own: one is what the index promised, of the other one digit was changed. Nothing of the
 * user's is touched: home, caches, trust store and policy are this test's own.
 */
export async function tryInstaller(test: SelfTest, found: FoundInstaller): Promise<Trials> {
  const root = await mkdtemp(join(tmpdir(), 'wheelproof-doctor-'));
  try {
    const good = makeFixtureWheel(GOOD, 1);
    const promised = makeFixtureWheel(CHANGED, 1);
    await using index = await serveFixtures([
      { promised: good, sent: good },
      { promised, sent: makeFixtureWheel(CHANGED, 2) },
    ]);
    const run = async (project: string) =>
      await runTrial(test, { root, project, found, index: index.url });
    return { good: await run(GOOD), changed: await run(CHANGED) };
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
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
  const environment = await ownEnvironment(test.around, folder);
  const policy = join(folder, 'wheelproof.toml');
  await writeFile(policy, 'first-use = "accept"\n', { mode: 0o600 });
  let said = '';
  const began = performance.now();
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
    deadline: AbortSignal.timeout(RUN_MS),
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
    installed: (await readdir(target).catch(() => [])).length > 0, // not made: nothing installed
    codes: [...thrownCodes, ...codesIn(report)],
    jail: report?.jail ?? null,
    said: safeText(said, 200),
    milliseconds: Math.round(performance.now() - began),
  };
}

const OWN_OPTIONS = { quiet: true, strict: false, help: false, version: false } as const;

function wordsFor({ python }: SelfTest, task: Task, target: string): readonly string[] {
  const { found, project, index } = task;
  const start = found.shim?.starts ?? found.words;
  const common = ['--no-deps', '--target', target, '--index-url', index, project];
  if (found.kind === 'pip') return [...start, 'install', ...common];
  const chosen = python === null ? [] : ['--python', python];
  return [...start, 'pip', 'install', ...chosen, ...common];
}

const KEPT = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'LD_LIBRARY_PATH', 'USER', 'LOGNAME'];

/** The user's programs without the user's settings: those are looked at apart. */
async function ownEnvironment(
  { environment, home }: Surroundings,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const kept = KEPT.map((name): [string, string] => [name, environment[name] ?? '']);
  const folders: Record<string, string> = {};
  for (const name of ['DATA_HOME', 'CACHE_HOME', 'STATE_HOME', 'CONFIG_HOME', 'CONFIG_DIRS']) {
    folders[`XDG_${name}`] = join(folder, name.toLowerCase());
  }
  const own = { HOME: join(folder, 'home'), TMPDIR: join(folder, 'tmp'), ...folders };
  for (const path of Object.values(own)) await mkdir(path, { recursive: true, mode: 0o700 });
  return {
    ...Object.fromEntries(kept.filter(([, value]) => value !== '')),
    ...own,
    // pip itself may live there.
    PYTHONUSERBASE: environment['PYTHONUSERBASE'] || join(home, '.local'),
    PIP_CONFIG_FILE: '/dev/null',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    UV_NO_CONFIG: '1',
    UV_PYTHON_DOWNLOADS: 'never',
    NO_COLOR: '1',
  };
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

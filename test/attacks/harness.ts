// SPDX-License-Identifier: Apache-2.0
import { openEnvironment } from '../world/environments.ts';
import type { Protocol } from '../world/exchange.ts';
import { isTool, newest, type AnyInstaller } from '../world/installer-versions.ts';
import { treeHash } from '../world/tree-hash.ts';
import { INDEX, openWorld } from '../world/world.ts';
import type { Form, Refused, Scene, Stopped, Twin } from './attack.ts';
import type { Defence } from './defences.ts';
import { runGuarded, runPlain, type Guarded, type Knock } from './door.ts';
import { codesIn, judgeAudit, judgeRefusal, judgeSecrets, judgeText } from './oracle.ts';
import { openStage, type Stage } from './stage.ts';
import { Unsuitable } from './tool-projects.ts';

export interface Outcome {
  /** What was not as it must be; none is a pass. */
  readonly faults: readonly string[];
  readonly exit: number | null;
  readonly milliseconds: number;
  /** Not played: what cannot be asked of this installer. */
  readonly unsuitable?: string;
  /** Everything that was said, for whoever looks into a fault. */
  readonly said: string;
}

export interface Setting {
  readonly installer: AnyInstaller;
  readonly version?: string;
  /** What the world speaks; HTTP/1.1 alone where absent. */
  readonly protocol?: Protocol;
}

/** Mounts one form of an attack on a new world and judges what becomes of it. */
export async function judgeForm(form: Form, setting: Setting, thorough: boolean): Promise<Outcome> {
  return await onStage(setting, async (stage) => {
    await setScene(stage, form);
    const before = await treeHash(stage.environment.target);
    const guarded = await runScene(stage, form);
    const faults = await judge(stage, form, guarded, before);
    faults.push(...judgeProtocol(stage));
    if (form.withinMilliseconds !== undefined && guarded.milliseconds > form.withinMilliseconds)
      faults.push(`took ${Math.round(guarded.milliseconds)} ms`);
    if (thorough && form.expect.outcome === 'refused' && form.run === undefined) {
      faults.push(...(await judgeAgain(stage, form, form.expect)));
      if (form.lasting !== true) faults.push(...(await judgeAfterwards(stage, form)));
    }
    return told(faults, guarded);
  });
}

/** A shape that only looks like the attack: it must pass. */
export async function judgeTwin(twin: Twin, setting: Setting): Promise<Outcome> {
  return await onStage(setting, async (stage) => {
    await setScene(stage, twin);
    const guarded = await runScene(stage, twin);
    const faults = guarded.exit === 0 ? [] : [`benign, but exit ${guarded.exit ?? 'by signal'}`];
    faults.push(...((await twin.witness?.(stage, guarded)) ?? []));
    return told(faults, guarded);
  });
}

/** The mount is real: the plain installer does with it what was measured. */
export async function judgePlain(form: Form, setting: Setting): Promise<Outcome> {
  return await onStage(setting, async (stage) => {
    await setScene(stage, form, false);
    const before = await treeHash(stage.environment.target);
    const ended = await runPlain(stage.environment, wordsOf(stage, form));
    const changed = (await treeHash(stage.environment.target)) !== before;
    const found = changed ? 'installs' : 'refuses';
    const wanted = plainOf(form, setting) ?? found;
    const faults = found === wanted ? [] : [`plain ${setting.installer} ${found}, not ${wanted}`];
    return told(faults, { ...ended, report: null, reportText: '' });
  });
}

/** With its defence out, the attack succeeds; or what still refuses it is the installer itself. */
export async function judgeUndefended(
  form: Form,
  defence: Defence,
  setting: Setting,
): Promise<Outcome> {
  return await onStage(setting, async (stage) => {
    await setScene(stage, form);
    const before = await treeHash(stage.environment.target);
    const wiring = `without:${defence}` as const;
    const guarded = await runScene(stage, { ...form, wiring });
    const installed = (await treeHash(stage.environment.target)) !== before;
    const faults: string[] = [];
    const noticed = (await form.witness?.(stage, guarded)) ?? [];
    if (form.expect.outcome === 'passed') {
      const amiss = noticed.length > 0 || guarded.exit !== 0;
      if (!amiss) faults.push('nothing was amiss: the defence is elsewhere');
      return told(faults, guarded);
    }
    const ownExit = guarded.report?.installer.exit ?? null;
    const installersWord = guarded.exit === ownExit && ownExit !== 0;
    // Of a project's tool nobody said what it does by itself: where we refused nothing, it did.
    const refusesItself = isTool(setting.installer)
      ? passedAll(guarded)
      : plainOf(form, setting) === 'refuses';
    const stillRefused = refusesItself && installersWord;
    if (!installed && !stillRefused && noticed.length === 0)
      faults.push('refused all the same: the defence is elsewhere');
    return told(faults, guarded);
  });
}

/** Something was judged, and nothing was refused. */
function passedAll({ report }: Guarded): boolean {
  return report !== null && report.files.length > 0 && codesIn(report).size === 0;
}

function unplayed(what: string): Outcome {
  return { faults: [], exit: null, milliseconds: 0, said: '', unsuitable: what };
}

function plainOf({ plain }: Form, { installer }: Setting): 'installs' | 'refuses' | undefined {
  return plain?.[installer];
}

async function onStage(
  { installer, version, protocol = 'http/1.1' }: Setting,
  play: (stage: Stage) => Promise<Outcome>,
): Promise<Outcome> {
  // Tools may ask their default index whatever the project names: it is there, and has nothing.
  await using world = await openWorld({ knowsNothingElsewhere: isTool(installer), protocol });
  await using environment = await openEnvironment(world, installer, version ?? newest(installer));
  const stage = openStage(world, environment);
  stage.honest();
  try {
    return await play(stage);
  } catch (error) {
    if (error instanceof Unsuitable) return unplayed(error.message);
    // A case that cannot be set or judged counts as one that does not hold.
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { faults: [`could not be judged: ${said}`], exit: null, milliseconds: 0, said };
  }
}

/** The world and the machine as the scene wants them, just before the command. */
async function setScene(stage: Stage, scene: Scene, guarded = true): Promise<void> {
  if (scene.after !== undefined) {
    const { ask, set } = scene.after;
    await set?.(stage);
    const words = stage.install(typeof ask === 'function' ? ask(stage) : ask);
    const { environment } = stage;
    const ended = guarded
      ? await runGuarded({ environment, words, ...trustOf(stage, scene) })
      : await runPlain(environment, words);
    if (ended.exit !== 0) throw new Error(`the honest install before failed: ${ended.stderr}`);
    await environment.renewTarget();
  }
  await scene.mount(stage);
  if (scene.variables !== undefined) {
    stage.environment.setVariables(await scene.variables(stage));
  }
  if (scene.policy === undefined) return;
  const text = typeof scene.policy === 'string' ? scene.policy : scene.policy(stage);
  await stage.write('wheelproof.toml', text);
}

function wordsOf(stage: Stage, scene: Scene): readonly string[] {
  if (scene.words !== undefined) return scene.words(stage);
  return stage.install(scene.ask?.(stage) ?? ['good'], scene.index?.(stage));
}

async function runScene(stage: Stage, scene: Scene): Promise<Guarded> {
  const { own, wiring } = scene;
  const knock: Knock = {
    environment: stage.environment,
    words: wordsOf(stage, scene),
    ...(own === undefined ? {} : { own }),
    ...(wiring === undefined ? {} : { wiring }),
    ...trustOf(stage, scene),
  };
  return scene.run === undefined ? await runGuarded(knock) : await scene.run(stage, knock);
}

function trustOf(stage: Stage, { trusts }: Scene): Pick<Knock, 'trustedRoot'> {
  return trusts === undefined ? {} : { trustedRoot: trusts(stage) };
}

/** A case that is to be played over HTTP/2 was, if the index was asked at all. */
function judgeProtocol({ world }: Stage): string[] {
  const asked = world.host(INDEX).seen.filter(({ scheme }) => scheme === 'https');
  const isPlayed = asked.length === 0 || asked.some(({ protocol }) => protocol === world.protocol);
  return isPlayed ? [] : [`the index was asked over ${asked[0]?.protocol}`];
}

async function judge(
  stage: Stage,
  form: Form,
  guarded: Guarded,
  before: string,
): Promise<string[]> {
  const { expect } = form;
  const faults = [...judgeText(guarded), ...(await judgeSecrets(stage, guarded))];
  faults.push(...((await form.witness?.(stage, guarded)) ?? []));
  if (expect.outcome === 'passed') {
    if (guarded.exit !== 0) faults.push(`exit ${guarded.exit ?? 'by signal'}, expected 0`);
    return faults;
  }
  if (expect.outcome === 'stopped') {
    if (guarded.exit !== null) faults.push(`exit ${guarded.exit}, although the gate was killed`);
    return [...faults, ...(await judgeTarget(stage, expect, before))];
  }
  faults.push(...judgeRefusal(expect, guarded, stage));
  faults.push(...(await judgeTarget(stage, expect, before)));
  if (guarded.report !== null) faults.push(...(await judgeAudit(stage, expect)));
  return faults;
}

/** Nothing was installed and nothing ran; where the installer was steered, only what it was steered to. */
async function judgeTarget(
  stage: Stage,
  expect: Refused | Stopped,
  before: string,
): Promise<string[]> {
  const faults: string[] = [];
  if ((await stage.readCanary()).includes('EVIL')) faults.push('code of the evil file ran');
  if (expect.outcome === 'stopped' || expect.steeredTo === undefined) {
    if ((await treeHash(stage.environment.target)) !== before)
      faults.push('the environment is not as it was');
    return faults;
  }
  const found = await stage.installedVersions();
  if (!found.includes(`good-${expect.steeredTo}`))
    faults.push(`not steered to ${expect.steeredTo}: ${found.join(', ') || 'nothing'} installed`);
  return faults;
}

/** A second try, in a new environment of the same user, gets the same answer. */
async function judgeAgain(stage: Stage, form: Form, expect: Refused): Promise<string[]> {
  await stage.environment.renewTarget();
  const before = await treeHash(stage.environment.target);
  const guarded = await runScene(stage, form);
  const faults = judgeRefusal({ ...expect, says: () => [] }, guarded, stage);
  faults.push(...(await judgeTarget(stage, expect, before)));
  return faults.map((fault) => `second try: ${fault}`);
}

/** The attack is over: the same command passes, and nobody had to clean up. */
async function judgeAfterwards(stage: Stage, form: Form): Promise<string[]> {
  await stage.environment.renewTarget();
  if (form.stop === undefined) stage.honest();
  else await form.stop(stage);
  const guarded = await runScene(stage, form);
  if (guarded.exit === 0) return [];
  return [`afterwards: exit ${guarded.exit ?? 'by signal'}: ${guarded.stderr.slice(-600)}`];
}

function told(faults: readonly string[], guarded: Guarded): Outcome {
  const { exit, milliseconds, stdout, stderr } = guarded;
  return { faults, exit, milliseconds, said: `${stdout}\n${stderr}` };
}

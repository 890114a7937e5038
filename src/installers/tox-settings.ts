// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import { reason, type Reason } from '../core/errors.ts';
import type { InstallTarget } from '../core/installer.ts';
import type { Environment, Machine } from '../core/machine.ts';
import { safeText } from '../core/safe-text.ts';
import { steeringNamesIn } from './assigned-names.ts';
import { namePattern } from './name-patterns.ts';
import { passedPipArguments } from './passed-arguments.ts';
import { leadsPast } from './past-the-gate.ts';
import { STEERED_NAMES } from './proxy-environment.ts';
import { placeIn, type ToxProject, type ToxSetting } from './tox-project.ts';

/** What a project's settings mean for how a run of tox is held. */
export interface ToxJudgement {
  readonly refusals: readonly Reason[];
  /** Environments that lie elsewhere than tox puts them by itself. */
  readonly targets: readonly InstallTarget[];
  /** Places and keys of their own for what an environment is handed on: `testenv:py.pass_env`. */
  readonly passing: readonly string[];
}

interface Asked {
  readonly machine: Machine;
  readonly environment: Environment;
  readonly root: string;
}

const SETS = /^set_?env$/u;
const PASSES = /^pass_?env$/u;
const PLACES = /^(?:env_?dir|work_dir|toxworkdir)$/u;

export async function judgeTox(
  machine: Machine,
  environment: Environment,
  { root, settings }: ToxProject,
): Promise<ToxJudgement> {
  const asked = { machine, environment, root };
  const places = settings.filter(({ key }) => PLACES.test(key)).map((one) => placesOf(one, asked));
  const fromFiles: Reason[] = [];
  for (const setting of settings) fromFiles.push(...(await fileRefusals(setting, asked)));
  const all = [
    ...settings.flatMap(setRefusals),
    ...fromFiles,
    ...settings.flatMap(commandRefusals),
    ...places.flatMap(({ refusals }) => refusals),
  ];
  return {
    // A table's text is that of the tables that hold it, too.
    refusals: [...new Map(all.map((one) => [one.message, one])).values()],
    targets: places.flatMap(({ targets }) => targets),
    passing: passingPlaces(settings),
  };
}

/** A name that is put together from other settings. */
const PUT_TOGETHER = /^[^=]*\{[^}=]*\}[^=]*=/u;

/** What a project sets for its environments beats what they get from us. */
function setRefusals(setting: ToxSetting): readonly Reason[] {
  const { key, lines, names, file } = setting;
  const found = [...[key, ...names].filter(leadsPast), ...steeringNamesIn(lines)];
  const hidden = SETS.test(key) ? lines.filter((line) => PUT_TOGETHER.test(line)) : [];
  const kept = key === 'disallow_pass_env' ? lines.flatMap(patternsIn).filter(keepsAway) : [];
  return [
    ...[...new Set(found)].map((name) => {
      const variable = safeText(name, 60);
      const message = `${placeIn(file, name)}: sets ${variable} for its environments, which leads them past the gate`;
      return reason('WP-BYPASS-CONFIG', message, `Remove ${variable} there.`);
    }),
    ...hidden.map((line) => {
      const message = `${placeIn(file, line)}: sets a variable whose name cannot be told beforehand (${safeText(line, 80)})`;
      return reason('WP-BYPASS-CONFIG', message, 'Write the name out.');
    }),
    ...kept.map((pattern) => {
      const message = `${placeIn(file, pattern)}: disallow_pass_env = ${safeText(pattern, 60)} would keep from environments what leads them through the gate`;
      return reason('WP-BYPASS-CONFIG', message, 'Name the variables that you mean.');
    }),
  ];
}

function patternsIn(line: string): readonly string[] {
  const plain = line.replace(/^[^\s:]+:\s+/u, '');
  return plain.split(/[\s,]+/u).filter((one) => one !== '');
}

function keepsAway(pattern: string): boolean {
  return STEERED_NAMES.some((name) => namePattern(pattern, 'iu').test(name));
}

/** `file|PATH` of an INI file, `file = "PATH"` of TOML: variables as `.env` has them. */
async function fileRefusals(
  { key, lines, names, file }: ToxSetting,
  asked: Asked,
): Promise<readonly Reason[]> {
  const stated = lines.flatMap((line) => /(?:^|\s)file\|(.+)$/u.exec(line)?.[1] ?? []);
  const tabled = SETS.test(key) && names.includes('file') ? lines : [];
  const refusals: Reason[] = [];
  for (const path of [...stated, ...tabled]) {
    const written = substituted(path.trim(), asked);
    if (written === null) {
      const message = `${placeIn(file, path)}: sets variables from a file that cannot be told beforehand (${safeText(path, 80)})`;
      refusals.push(reason('WP-BYPASS-CONFIG', message, 'Write the path out.'));
      continue;
    }
    const whole = resolve(asked.root, written);
    if ((await asked.machine.kindOf(whole)) !== 'file') continue;
    const text = (await asked.machine.readText(whole)) ?? '';
    for (const [at, line] of text.split('\n').entries()) {
      const name = /^\s*(?:export[ \t]+)?([^=\s]+)\s*=/u.exec(line.replace(/^\ufeff/u, ''))?.[1];
      if (name === undefined || !leadsPast(name)) continue;
      const message = `${safeText(whole, 300)}:${at + 1}: sets ${safeText(name, 60)} for tox's environments, which leads them past the gate`;
      refusals.push(reason('WP-BYPASS-CONFIG', message, `Remove ${safeText(name, 60)} there.`));
    }
  }
  return refusals;
}

function commandRefusals({ key, lines, file }: ToxSetting): readonly Reason[] {
  if (key !== 'install_command') return [];
  const text = lines.join(' ').replace(/^.*?\s(?=install(?:\s|$))/u, '');
  return passedPipArguments(text, `${placeIn(file, key)}: ${key}`);
}

interface Places {
  readonly refusals: readonly Reason[];
  readonly targets: readonly InstallTarget[];
}

function placesOf({ key, lines, file }: ToxSetting, asked: Asked): Places {
  const refusals: Reason[] = [];
  const targets: InstallTarget[] = [];
  const kind = key.startsWith('env') ? 'environment' : 'environments';
  for (const line of lines.filter((one) => one.trim() !== '')) {
    const plain = line.trim().replace(/^[\w.{},!-]+:\s+/u, '');
    // One folder for each environment: the folder that holds them all.
    const [above, own] = plain.split(/\{(?:env_?name)\}/u, 2);
    const path = substituted(above ?? '', asked);
    if (path !== null && own === undefined) {
      targets.push({ kind, path: resolve(asked.root, path) });
    } else if (path !== null && path.endsWith('/') && /^[^/{]*$/u.test(own ?? '')) {
      targets.push({ kind: 'environments', path: resolve(asked.root, path) });
    } else {
      const message = `${placeIn(file, line)}: ${key} = ${safeText(plain, 80)} cannot be told beforehand, so that what is installed there could not be compared`;
      refusals.push(reason('WP-BYPASS-CONFIG', message, 'Write the path out.'));
    }
  }
  return { refusals, targets };
}

const WORK = /\{(?:toxworkdir|work_dir)\}/gu;
const ROOT = /\{(?:toxinidir|tox_root)\}/gu;

/** `null` where something stays open. */
function substituted(text: string, { environment, root }: Asked): string | null {
  const plain = text
    .replaceAll('{/}', '/')
    .replace(ROOT, () => root)
    .replace(WORK, () => `${root}/.tox`)
    .replace(/\{env:(\w+)(?::([^{}]*))?\}/gu, (_, name: string, otherwise: string | undefined) =>
      Object.hasOwn(environment, name) ? (environment[name] ?? '') : (otherwise ?? ''),
    );
  return /[{}]/u.test(plain) ? null : plain;
}

/** Sections that say for themselves what environments are handed on. */
function passingPlaces(settings: readonly ToxSetting[]): readonly string[] {
  const own = settings.filter(({ key }) => PASSES.test(key) || key === 'base');
  const places = own.flatMap(({ section, key }) =>
    sectionNames(section).map((name) => `${name}.${key === 'base' ? 'pass_env' : key}`),
  );
  return [...new Set(places)].filter((place) => !/[;=\s]/u.test(place));
}

const MOST_NAMES = 200;

/** `testenv:py{39,310}` stands for two. */
function sectionNames(section: string): readonly string[] {
  if (!section.startsWith('testenv:')) return [section];
  let names = [''];
  for (const part of section.slice('testenv:'.length).split(/(\{[^{}]*\})/u)) {
    const each = part.startsWith('{') ? part.slice(1, -1).split(',') : [part];
    names = names.flatMap((name) => each.map((one) => `${name}${one.trim()}`)).slice(0, MOST_NAMES);
  }
  const listed = names.flatMap((name) => name.split(',')).map((name) => name.trim());
  return listed.map((name) => `testenv:${name.replaceAll('.', String.raw`\.`)}`);
}

// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import { reason, type Reason } from '../core/errors.ts';
import type { Call } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import { safeText } from '../core/safe-text.ts';
import { steeringNamesIn } from './assigned-names.ts';
import { namePattern } from './name-patterns.ts';
import { leadsPast } from './past-the-gate.ts';
import { findProjectFile, tomlAt, type ProjectFile } from './project-file.ts';
import { STEERED_NAMES } from './proxy-environment.ts';
import { isTable, own, scriptBlock, tableAt, textsIn, tomlIn, type Table } from './toml.ts';
import { ancestorsOf } from './uv-configuration.ts';

/** What Hatch reads of a project. */
export interface HatchProject {
  readonly file: ProjectFile | null;
  readonly root: string;
  /** `[tool.hatch]`, what hatch.toml says in its place, and a script's own: each where it stands. */
  readonly levels: readonly { readonly path: string; readonly table: Table }[];
  /** The user's own. */
  readonly settings: Table;
}

export interface HatchWords {
  /** A program of one file, whose metadata hold (PEP 723). */
  readonly script: string | undefined;
  /** `--config` */
  readonly config: string | undefined;
}

/** @throws Refusal `WP-USAGE` */
export async function readHatchProject(
  machine: Machine,
  call: Call,
  { script, config }: HatchWords,
): Promise<HatchProject> {
  const { directory } = call;
  const root = await rootOf(machine, directory);
  const nearest = await findProjectFile(machine, root);
  const file = nearest?.root === root ? nearest : null;
  const levels = [
    ...(file === null ? [] : [{ path: file.path, table: tableAt(file.table, 'tool', 'hatch') }]),
    { path: join(root, 'hatch.toml'), table: await tomlAt(machine, join(root, 'hatch.toml')) },
  ];
  const path = script?.endsWith('.py') === true ? resolve(directory, script) : null;
  if (path !== null && (await machine.kindOf(path)) === 'file') {
    const text = scriptBlock((await machine.readText(path)) ?? '');
    const envs = { script: tableAt(tomlIn(text, path), 'tool', 'hatch') };
    levels.push({ path, table: { envs } });
  }
  return { file, root, levels, settings: await userSettings(machine, call, config) };
}

async function rootOf(machine: Machine, directory: string): Promise<string> {
  for (const folder of ancestorsOf(directory)) {
    for (const name of ['pyproject.toml', 'setup.py', 'hatch.toml']) {
      if ((await machine.kindOf(join(folder, name))) === 'file') return folder;
    }
  }
  return directory;
}

/** What a project sets for its environments, or keeps from them, beats what they get from us. */
export function hatchRefusals({ levels }: HatchProject): readonly Reason[] {
  return levels.flatMap(({ path, table }) => {
    const settings = settingsIn(tableAt(table, 'envs'));
    const set = settings.flatMap(({ key, texts }) => [
      ...[key].filter(leadsPast),
      ...steeringNamesIn(texts),
      // `overrides` may name a variable in `{ key = "NAME", value = … }`.
      ...(key === 'key' ? texts.filter(leadsPast) : []),
    ]);
    const left = settings.filter((one) => one.key.endsWith('env-include') && lacks(one.texts));
    const kept = settings.filter((one) => one.key.endsWith('env-exclude') && drops(one.texts));
    return [
      ...[...new Set(set)].map((name) => {
        const shown = safeText(name, 60);
        const message = `${path}: sets ${shown} for its environments, which leads them past the gate`;
        return reason('WP-BYPASS-CONFIG', message, `Remove ${shown} there.`);
      }),
      ...[...new Set([...left, ...kept].map(({ key }) => key))].map((key) => {
        const message = `${path}: ${key} keeps from environments what leads them through the gate`;
        return reason('WP-BYPASS-CONFIG', message, NEEDED);
      }),
    ];
  });
}

const NEEDED =
  'Let *_PROXY, *_proxy, PIP_*, UV_*, GIT_*, SSL_*, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE pass.';

function lacks(patterns: readonly string[]): boolean {
  if (patterns.length === 0) return false;
  const all = patterns.map((pattern) => namePattern(pattern, 'u'));
  return STEERED_NAMES.some((name) => !all.some((one) => one.test(name)));
}

function drops(patterns: readonly string[]): boolean {
  const all = patterns.map((pattern) => namePattern(pattern, 'u'));
  return STEERED_NAMES.some((name) => all.some((one) => one.test(name)));
}

export interface HatchSetting {
  readonly key: string;
  readonly texts: readonly string[];
}

/** Every key of every table in a table, with all texts below it. */
export function settingsIn(value: unknown): readonly HatchSetting[] {
  if (Array.isArray(value)) return value.flatMap(settingsIn);
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    { key, texts: textsBelow(inner) },
    ...settingsIn(inner),
  ]);
}

function textsBelow(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsBelow);
  return isTable(value) ? Object.values(value).flatMap(textsBelow) : [];
}

/** Plugins of its own, which Hatch installs into itself. */
export function requiresPlugins({ levels }: HatchProject): boolean {
  return levels.some(
    ({ table }) => textsIn(own(tableAt(table, 'env'), 'requires') ?? []).length > 0,
  );
}

/** An environment of the type "system" is the Python on PATH. */
export function usesSystem({ levels }: HatchProject): boolean {
  return levels.some(({ table }) =>
    settingsIn(tableAt(table, 'envs')).some(
      ({ key, texts }) => key.endsWith('type') && texts.includes('system'),
    ),
  );
}

/** The user's own settings. @throws Refusal `WP-USAGE` */
async function userSettings(
  machine: Machine,
  { environment, directory }: Call,
  stated: string | undefined,
): Promise<Table> {
  const home = environment['HOME'] ?? '/';
  const usual = join(environment['XDG_CONFIG_HOME'] || join(home, '.config'), 'hatch');
  const path = stated ?? (environment['HATCH_CONFIG'] || join(usual, 'config.toml'));
  return await tomlAt(machine, resolve(directory, path));
}

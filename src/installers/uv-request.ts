// SPDX-License-Identifier: Apache-2.0
import { basename, resolve } from 'node:path';
import type { StatedOption } from '../core/lockfile.ts';
import type { Environment } from '../core/machine.ts';
import type { InstallerPorts } from './ports.ts';
import { has, valuesOf } from './argument-scan.ts';
import type { Asked, FileNamed } from './run-outlook.ts';
import { isRemote } from './addresses.ts';
import type { UvArguments } from './uv-options.ts';

const COMMAND_LINE = 'command line';
const HASH_SWITCH = '--no-verify-hashes';
const SOURCES = [
  '--index',
  '--default-index',
  '--index-url',
  '--extra-index-url',
  '--find-links',
  '--allow-insecure-host',
];
/** Variable to option; several values are parted by white space. */
const SOURCE_VARIABLES: Readonly<Record<string, string>> = {
  UV_INDEX: '--index',
  UV_DEFAULT_INDEX: '--default-index',
  UV_INDEX_URL: '--index-url',
  UV_EXTRA_INDEX_URL: '--extra-index-url',
};

export interface UvRequest extends Asked {
  /** Projects and scripts whose dependencies are wished for. */
  readonly sources: readonly string[];
}

/** What uv is asked for: requirements, files of requirements, sources. */
export function uvRequest(told: UvArguments, environment: Environment): UvRequest {
  return {
    sources: requirementFiles(told).filter(isReadableSource),
    requirements: requirementsIn(told).map((text) => ({ text, where: COMMAND_LINE })),
    files: [
      ...requirementFiles(told).map((path) => ({ path, constraint: false, where: COMMAND_LINE })),
      ...constraintFiles(told, environment),
    ].filter(({ path }) => !isSource(path)),
    options: [...statedSources(told), ...variableSources(environment)],
  };
}

/** An index may be named as the configuration names it; a folder of that name would be another. */
export async function withoutNamed(
  { machine }: InstallerPorts,
  names: ReadonlySet<string>,
  options: readonly StatedOption[],
  directory: string,
): Promise<readonly StatedOption[]> {
  const kept: StatedOption[] = [];
  for (const option of options) {
    const { name, value } = option;
    const named = BY_NAME.has(name) && value !== null && names.has(value);
    if (named && (await machine.kindOf(resolve(directory, value))) === null) continue;
    kept.push(option);
  }
  return kept;
}

const BY_NAME: ReadonlySet<string> = new Set(['--index', '--default-index']);

function requirementsIn({ verb, scan, words }: UvArguments): readonly string[] {
  const beside = valuesOf(scan, '--with').flatMap((value) => splitList(value));
  switch (verb) {
    case 'pip install':
      return [...words, ...valuesOf(scan, '--editable').map(editablePlace)];
    case 'add':
      return words;
    case 'run':
      return beside;
    case 'tool run':
    case 'tool install': {
      const from = valuesOf(scan, '--from');
      return [...(from.length > 0 ? from : words.slice(0, 1)).map(toolRequirement), ...beside];
    }
    default:
      return [];
  }
}

/** `ruff@0.6`, `ruff@latest`: uv's short form for tools. */
function toolRequirement(text: string): string {
  const [, name, version] =
    /^([A-Za-z0-9._-]+(?:\[[^\]]*\])?)@([A-Za-z0-9.!+_-]+)$/u.exec(text) ?? [];
  if (name === undefined || version === undefined) return text;
  return version === 'latest' ? name : `${name}==${version}`;
}

/** A folder's name alone is a place for `-e`, not a project. */
function editablePlace(value: string): string {
  return /^[\w-]+$/u.test(value) ? `./${value}` : value;
}

function requirementFiles({ verb, scan, words }: UvArguments): readonly string[] {
  const stated = [
    ...valuesOf(scan, '--requirements'),
    ...valuesOf(scan, '--with-requirements').flatMap((value) => splitList(value)),
  ];
  return verb === 'pip sync' || verb === 'pip compile' ? [...words, ...stated] : stated;
}

const CONSTRAINTS: readonly (readonly [option: string, variable: string])[] = [
  ['--constraints', 'UV_CONSTRAINT'],
  ['--build-constraints', 'UV_BUILD_CONSTRAINT'],
  ['--overrides', 'UV_OVERRIDE'],
];

/** What is left out of a resolution is no constraint; it only must not lie on another machine. */
const EXCLUDES = ['--excludes', 'UV_EXCLUDE'] as const;

function constraintFiles({ scan }: UvArguments, environment: Environment): readonly FileNamed[] {
  const named = ([option, variable]: readonly [string, string]): readonly FileNamed[] => [
    ...valuesOf(scan, option).map((path) => ({ path, constraint: true, where: COMMAND_LINE })),
    ...splitWords(environment[variable] ?? '').map((path) => ({
      path,
      constraint: true,
      where: variable,
    })),
  ];
  return [...CONSTRAINTS.flatMap(named), ...named(EXCLUDES).filter(({ path }) => isRemote(path))];
}

/** Project files, scripts and standard input wish, but pin nothing. */
function isSource(path: string): boolean {
  return /^(?:-|pyproject\.toml|setup\.cfg|.*\.pyw?)$/u.test(basename(path));
}

function isReadableSource(path: string): boolean {
  return /^(?:pyproject\.toml|.*(?<!setup)\.pyw?)$/u.test(basename(path));
}

function statedSources({ scan }: UvArguments): readonly StatedOption[] {
  const switches = has(scan, HASH_SWITCH) ? [HASH_SWITCH] : [];
  return [
    ...SOURCES.flatMap((name) => valuesOf(scan, name).map((value) => ({ name, value }))),
    ...switches.map((name) => ({ name, value: '' })),
  ].map(({ name, value }) => ({ name, value: withoutName(value), where: COMMAND_LINE }));
}

function variableSources(environment: Environment): readonly StatedOption[] {
  return Object.entries(SOURCE_VARIABLES).flatMap(([variable, name]) =>
    splitWords(environment[variable] ?? '').map((value) => ({
      name,
      value: withoutName(value),
      where: variable,
    })),
  );
}

/** An index may be given as `name=https://…`. */
function withoutName(value: string): string {
  return value.replace(/^[\w.-]+=(?=[a-z]+:)/iu, '');
}

function splitWords(value: string): readonly string[] {
  return value.split(/\s+/u).filter((word) => word !== '');
}

/** Commas part requirements, but not inside brackets or before another version clause. */
function splitList(value: string): readonly string[] {
  return value
    .split(/,(?![^[]*\])(?!\s*[<>=!~])/u)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

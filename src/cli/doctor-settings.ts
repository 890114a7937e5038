// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Call, Installer, Intent } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import { judgeAddress } from '../core/source-address.ts';
import { printableUrl } from '../core/url.ts';
import { readPipConfiguration } from '../installers/pip-configuration.ts';
import { readUvConfiguration } from '../installers/uv-configuration.ts';
import { UNKNOWN_PLACE } from '../installers/unknown-place.ts';
import { isOn } from '../installers/uv-targets.ts';
import { distinct, note, refused, type Check, type Surroundings } from './doctor-check.ts';
import type { FoundInstaller, InstallerKind } from './doctor-programs.ts';

/** A setting of the user's: where it stands, what it is called, what it says. */
export interface Setting {
  readonly where: string;
  /** As the long option. */
  readonly name: string;
  readonly value: string;
}

/** What becomes of each setting that could lead round the gate; the others are the installer's own business. */
const FATES: Readonly<Record<string, string>> = {
  '--index-url': 'kept: passes the gate',
  '--pypi-url': 'kept: passes the gate',
  '--extra-index-url': 'kept: passes the gate',
  '--index': 'kept: passes the gate',
  '--default-index': 'kept: passes the gate',
  '--find-links': 'kept: passes the gate',
  '--proxy': 'overridden: the gate stands in its place, and goes through it',
  '--cert':
    "overridden: the installer trusts the gate alone; the gate trusts the file's certificates too",
  '--cache-dir': 'overridden: a private cache that only checked files enter',
  '--timeout': 'overridden: files are held until their verdict',
  '--default-timeout': 'overridden: files are held until their verdict',
  '--http-timeout': 'overridden: files are held until their verdict',
  '--client-cert': 'has no effect: the gate shows no client certificate upstream',
  '--keyring-provider': 'kept: its passwords go to the index they are for, and are not looked at',
  '--no-index': 'kept: no index is asked',
  '--config-file': 'kept: what it says is listed here',
  '--no-config': 'kept: no configuration file is read',
  '--no-cache': 'kept: everything is fetched anew',
  '--no-cache-dir': 'kept: everything is fetched anew',
};

const ADDRESSES = /index|pypi-url|find-links/u;

/** Settings that are there, and what wheelproof does with them. */
export function judgeSettings(kind: InstallerKind, settings: readonly Setting[]): readonly Check[] {
  return settings.flatMap(({ where, name, value }) => {
    const fate = Object.hasOwn(FATES, name) ? FATES[name] : undefined;
    if (fate === undefined) return [];
    const addresses = ADDRESSES.test(name) ? shownAddresses(value) : '';
    return [note([`${kind}.settings`, where], `${name.slice(2)}${addresses} ${fate}`)];
  });
}

/** Without what may be a password. */
function shownAddresses(value: string): string {
  const words = value.split(/\s+/u).map((word) => word.replace(/^[\w-]+=(?=https?:)/u, ''));
  const shown = words.filter((word) => URL.canParse(word)).map((word) => printableUrl(word));
  return shown.length === 0 ? '' : ` (${shown.join(', ')})`;
}

/** What the installer's own reading of its configuration says: refusals stop every run. */
export function judgeIntent(
  kind: InstallerKind,
  intent: Intent,
  allowPlainHttp: AllowPlainHttp,
): readonly Check[] {
  const indexes = intent.indexes.map((index) =>
    judgeAddress(index, { from: null, allowPlainHttp }),
  );
  return [
    ...[...intent.refusals, ...indexes.filter((why) => why !== null)].map((why) =>
      refused([`${kind}.bypass`, 'stops every run'], why),
    ),
    ...intent.notes
      .filter((text) => text !== UNKNOWN_PLACE) // the words are doctor's own
      .map((text) => note([`${kind}.neutralised`, 'told at every run'], text)),
  ];
}

/** Hosts that the policy lets use plain http. */
export type AllowPlainHttp = (host: string) => boolean;

export interface ConfigurationFindings {
  readonly checks: readonly Check[];
  readonly intents: readonly Intent[];
}

const PIP_VERBS = ['install', 'download', 'wheel', 'lock'];

/** Everything that one installer's configuration says, at every level, as the installer itself reads it. */
export async function checkConfiguration(
  around: Surroundings,
  installer: Installer,
  found: FoundInstaller,
  allowPlainHttp: AllowPlainHttp,
): Promise<ConfigurationFindings> {
  const { kind } = found;
  try {
    const intents = await intentsOf(around, installer, found);
    const settings = await settingsOf(around, found);
    const judged = distinct(intents.flatMap((intent) => judgeIntent(kind, intent, allowPlainHttp)));
    const told = (where: string): boolean =>
      judged.some(
        ({ message }) => message.startsWith(`${where}:`) || message.startsWith(`${where} `),
      );
    const own = settings.filter(({ where }) => !told(where));
    return { checks: [...judged, ...judgeSettings(kind, own)], intents };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { checks: [refused([`${kind}.settings`, 'configuration'], thrown)], intents: [] };
  }
}

async function intentsOf(
  { environment, directory }: Surroundings,
  installer: Installer,
  { kind, words, shim }: FoundInstaller,
): Promise<readonly Intent[]> {
  const starts = shim?.starts ?? words;
  const call: Call = { words: starts, environment, directory };
  const started = installer.recognise(starts);
  if (started === null) return [];
  const located = await installer.locate(started, call);
  const intents: Intent[] = [];
  for (const verb of kind === 'pip' ? PIP_VERBS.map((one) => [one]) : [['pip', 'install']]) {
    intents.push(await installer.intend({ ...started, argv: verb }, located, call));
  }
  return intents;
}

async function settingsOf(
  around: Surroundings,
  found: FoundInstaller,
): Promise<readonly Setting[]> {
  const { machine } = around;
  return found.kind === 'uv'
    ? await uvSettings(machine, around)
    : await pipSettings(machine, around, found.prefix);
}

async function pipSettings(
  machine: Machine,
  { environment, directory }: Surroundings,
  prefix: string | null,
): Promise<readonly Setting[]> {
  const all = new Map<string, Setting>();
  for (const verb of PIP_VERBS) {
    const call = { words: [], environment, directory };
    const levels = { verb, isolated: false, prefix };
    for (const { key, value, where } of await readPipConfiguration(machine, call, levels)) {
      all.set(`${where}\0${key}`, { where, name: `--${key}`, value });
    }
  }
  return [...all.values()];
}

async function uvSettings(
  machine: Machine,
  { environment, directory }: Surroundings,
): Promise<readonly Setting[]> {
  const named = environment['UV_CONFIG_FILE'] ?? '';
  const { options } = await readUvConfiguration(machine, {
    environment,
    project: resolve(directory, environment['UV_PROJECT'] ?? '.'),
    ignoresProject: false,
    noFiles: isOn(environment['UV_NO_CONFIG']),
    onlyFile: named === '' ? null : resolve(directory, named),
    script: null,
  });
  const files = options.map(({ where, name, value }) => ({ where, name, value: value ?? '' }));
  const variables = Object.entries(environment).flatMap(([where, value]) =>
    where.startsWith('UV_') && value !== undefined && value !== ''
      ? [{ where, name: `--${where.slice(3).toLowerCase().replaceAll('_', '-')}`, value }]
      : [],
  );
  return [...files, ...variables];
}

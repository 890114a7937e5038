// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import type { Call } from '../core/installer.ts';
import type { Environment, Machine } from '../core/machine.ts';
import { parseIni } from './ini.ts';

/** A setting outside the command line. */
export interface PipSetting {
  /** As the long option, without dashes. */
  readonly key: string;
  readonly value: string;
  /** `/etc/pip.conf:3` or the variable's name. */
  readonly where: string;
}

export interface PipLevels {
  readonly verb: string;
  readonly isolated: boolean;
  /** `sys.prefix` of the pip. */
  readonly prefix: string | null;
}

/**
 * What pip's configuration says to one verb, the last of a key being the one that holds: global,
 * user's and site's files, PIP_CONFIG_FILE; of these `[global]`, then the verb's own section; then PIP_*.
 * @throws Refusal `WP-USAGE` for a file that cannot be read
 */
export async function readPipConfiguration(
  machine: Machine,
  call: Call,
  levels: PipLevels,
): Promise<readonly PipSetting[]> {
  const shared = new Map<string, PipSetting>();
  const particular = new Map<string, PipSetting>();
  for (const file of await configurationFiles(machine, call, levels)) {
    const text = await machine.readText(file);
    for (const { section, key, value, line } of parseIni(text ?? '', file)) {
      const setting = { key: normaliseKey(key), value, where: `${file}:${line}` };
      if (section === 'global') shared.set(setting.key, setting);
      if (section === levels.verb) particular.set(setting.key, setting);
    }
  }
  const variables = levels.isolated ? [] : pipVariables(call.environment);
  return [...shared.values(), ...particular.values(), ...variables].filter(
    ({ value }) => value !== '',
  );
}

/** PIP_* variables; the name behind the prefix may be written in either case and with dashes. */
export function pipVariables(environment: Environment): readonly PipSetting[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    if (!name.startsWith('PIP_') || value === undefined) return [];
    return [{ key: normaliseKey(name.slice('PIP_'.length)), value, where: name }];
  });
}

/** pip's `_normalize_name`. */
function normaliseKey(name: string): string {
  return name.toLowerCase().replaceAll('_', '-').replace(/^--/u, '');
}

async function configurationFiles(
  machine: Machine,
  { environment, directory }: Call,
  { isolated, prefix }: PipLevels,
): Promise<readonly string[]> {
  const named = environment['PIP_CONFIG_FILE'];
  if (named === '/dev/null') return [];
  const own = named === undefined || named === '' ? null : resolve(directory, named);
  const ownExists = own !== null && (await machine.kindOf(own)) !== null;
  const files = [
    ...systemFiles(environment),
    ...(isolated || ownExists ? [] : userFiles(environment)),
    ...(prefix === null ? [] : [join(prefix, 'pip.conf')]),
    ...(own === null ? [] : [own]),
  ];
  const kinds = await Promise.all(files.map((file) => machine.kindOf(file)));
  return files.filter((_, index) => kinds[index] === 'file');
}

function systemFiles(environment: Environment): readonly string[] {
  const folders = (environment['XDG_CONFIG_DIRS'] ?? '').split(':').filter((part) => part !== '');
  const system = folders.length === 0 ? ['/etc/xdg'] : folders;
  return [
    ...system.map((folder) => join(folder, 'pip', 'pip.conf')),
    '/etc/pip.conf',
    '/Library/Application Support/pip/pip.conf',
  ];
}

function userFiles(environment: Environment): readonly string[] {
  const home = environment['HOME'] ?? '/';
  const folder = environment['XDG_CONFIG_HOME'] ?? '';
  return [
    join(home, '.pip', 'pip.conf'),
    join(folder === '' ? join(home, '.config') : folder, 'pip', 'pip.conf'),
    join(home, 'Library', 'Application Support', 'pip', 'pip.conf'),
  ];
}

// SPDX-License-Identifier: Apache-2.0
import type { StatedOption } from '../core/lockfile.ts';
import { valuesOf, type Scan } from './argument-scan.ts';
import type { PipSetting } from './pip-configuration.ts';

const COMMAND_LINE = 'command line';

/** Command line and configuration taken together, as pip does. */
export interface PipSettings {
  /** The one value that holds; an empty one on the command line holds too. */
  one(name: string, ...otherNames: readonly string[]): string | null;
  /** Of options that may be given several times: what configuration says, then the command line. */
  every(name: string): readonly { readonly value: string; readonly where: string }[];
  isOn(name: string): boolean;
}

export function pipSettings(scan: Scan, configuration: readonly PipSetting[]): PipSettings {
  const last = (names: readonly string[]): PipSetting | undefined =>
    configuration.findLast(({ key }) => names.includes(`--${key}`));
  const one = (...names: readonly string[]): string | null =>
    valuesOf(scan, ...names).at(-1) ?? last(names)?.value ?? null;
  return {
    one,
    every(name) {
      const set = last([name]);
      const words = set === undefined ? [] : set.value.split(/\s+/u).filter((word) => word !== '');
      return [
        ...words.map((value) => ({ value, where: set?.where ?? '' })),
        ...valuesOf(scan, name).map((value) => ({ value, where: COMMAND_LINE })),
      ];
    },
    isOn(name) {
      const given = scan.options.some((option) => option.name === name);
      return given || /^(?:y|yes|t|true|on|1)$/iu.test(last([name])?.value ?? '');
    },
  };
}

const HASH_SWITCH = '--no-require-hashes';

/** Options that say where distributions come from, and the one that turns hash checking off. */
export function sourceOptions(settings: PipSettings): readonly StatedOption[] {
  const names = [
    '--index-url',
    '--pypi-url',
    '--extra-index-url',
    '--find-links',
    '--trusted-host',
    ...(settings.isOn(HASH_SWITCH) ? [HASH_SWITCH] : []),
  ];
  return names.flatMap((name) =>
    settings.every(name).map(({ value, where }) => ({ name, value, where })),
  );
}

// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import type { PipSettings } from './pip-settings.ts';
import type { FileNamed } from './run-outlook.ts';

const PYLOCK = /^pylock\.(?:[^.]+\.)?toml$/u;

/**
 * The files that pip is told to read: requirements, constraints, and lock files (PEP 751), of which
 * newer pips take extras (`-r 'pylock.toml[dev]'`) and groups (`--group pylock.toml:dev`).
 */
export function pipFiles(settings: PipSettings): readonly FileNamed[] {
  const named = (name: string): readonly FileNamed[] =>
    settings.every(name).map(({ value, where }) => ({
      path: withoutExtras(value),
      constraint: name !== '--requirement',
      where,
    }));
  return [
    ...['--requirement', '--constraint', '--build-constraint'].flatMap(named),
    ...settings.every('--group').flatMap(({ value, where }) => {
      const path = withoutExtras(value.slice(0, Math.max(0, value.lastIndexOf(':'))));
      // Groups of a pyproject.toml pin nothing.
      return PYLOCK.test(basename(path)) ? [{ path, constraint: false, where }] : [];
    }),
  ];
}

/** Of another name, brackets are part of it. */
function withoutExtras(path: string): string {
  const [, file = ''] = /^(.+?)\[[^\]]+\]$/su.exec(path) ?? [];
  return PYLOCK.test(basename(file)) ? file : path;
}

// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import type { StatedOption } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import { steersBuilds } from './proxy-environment.ts';
import { isTable, own, type Table } from './toml.ts';

const KEY = 'extra-build-variables';
const OPTION = `--${KEY}`;

/** What uv adds to the environment of builds, and what would undo how they are steered. */
export function buildVariablesIn(
  settings: Table,
  text: string,
  file: string,
): readonly StatedOption[] {
  const projects = own(settings, KEY);
  if (!isTable(projects)) return [];
  return Object.values(projects)
    .flatMap((variables) => (isTable(variables) ? Object.keys(variables) : []))
    .filter(steersBuilds)
    .map((name) => ({ name: OPTION, value: name, where: whereIs(name, text, file) }));
}

export function buildVariableRefusal({ name, value, where }: StatedOption): readonly Reason[] {
  if (name !== OPTION) return [];
  const variable = safeText(value ?? '', 60);
  const message = `${where}: ${KEY} sets ${variable} for builds, which leads them past the gate`;
  const hint = `Remove ${variable} there: builds get one that leads through the gate.`;
  return [reason('WP-BYPASS-CONFIG', message, hint)];
}

function whereIs(variable: string, text: string, file: string): string {
  const lines = text.split('\n');
  const from = Math.max(
    0,
    lines.findIndex((line) => line.includes(KEY)),
  );
  const line = lines.findIndex((candidate, at) => at >= from && candidate.includes(variable));
  return line < 0 ? file : `${file}:${line + 1}`;
}

// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import { isRemote } from './addresses.ts';
import { readPipArguments } from './pip-options.ts';
import { has, valuesOf } from './argument-scan.ts';

/** Of pip: they beat the environment that it is steered by. */
const STRONGER = [
  '--proxy',
  '--cert',
  '--cache-dir',
  '--isolated',
  '--trusted-host',
  '--no-index',
  '--client-cert',
];

/** What a tool hands on to pip (`--pip-args`): on pip's command line it would be beaten by ours. */
export function passedPipArguments(text: string, where: string): readonly Reason[] {
  const words = text
    .split(/\s+/u)
    .map((word) => word.replace(/^(["'])(.*)\1$/u, '$2'))
    .filter((word) => word !== '');
  if (words.length === 0) return [];
  const { scan } = readPipArguments(['install', ...words, 'x', 'x']);
  const found = STRONGER.filter((name) => has(scan, name));
  const links = valuesOf(scan, '--find-links', '--index-url', '--extra-index-url');
  const local = links.some((value) => !isRemote(value)) ? ['a place on this machine'] : [];
  return [...found, ...local].map((name) =>
    reason(
      'WP-BYPASS-CONFIG',
      `${where} hands ${name} on to pip, which leads it past the gate`,
      `Leave ${name} out there.`,
    ),
  );
}

// SPDX-License-Identifier: Apache-2.0
import { isSpecifier } from '../core/version.ts';
import { specifierOf } from './caret-specifier.ts';
import { isTable, own, type Table } from './toml.ts';
import type { Asked } from './run-outlook.ts';

type Requirements = Asked['requirements'];

/** Keys of a table (Poetry, Pipfile) that name a place, and what version control tool goes there. */
const VCS = ['git', 'hg', 'svn', 'bzr'];

/**
 * Dependencies as tables of names (`[tool.poetry.dependencies]`, `[packages]`), in requirements'
 * own words (PEP 508) as far as they can be said there.
 */
export function statedDependencies(table: Table, where: string): Requirements {
  return Object.entries(table).flatMap(([name, value]) => {
    if (name.toLowerCase() === 'python') return [];
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    return all.flatMap((one) => {
      const text = requirementOf(name, one);
      return text === null ? [] : [{ text, where, lenient: true as const }];
    });
  });
}

function requirementOf(name: string, value: unknown): string | null {
  if (typeof value === 'string') return released(name, value);
  if (!isTable(value)) return null;
  for (const tool of VCS) {
    const address = own(value, tool);
    if (typeof address === 'string') return `${name} @ ${vcsAddress(tool, address, value)}`;
  }
  const [url] = ['url', 'file'].map((key) => own(value, key)).filter(isText);
  if (url !== undefined) return /^[a-z][a-z\d+.-]*:/iu.test(url) ? `${name} @ ${url}` : null;
  if (isText(own(value, 'path'))) return null; // a place on this machine, which the project names
  const version = own(value, 'version');
  return `${released(name, isText(version) ? version : '*')}${condition(value)}`;
}

/** Of what Poetry alone understands (`>=1,<2 || >=3`), the name is what can be said. */
export function released(name: string, constraint: string): string {
  const specifier = constraint.includes('|') ? null : specifierOf(constraint);
  return specifier !== null && isSpecifier(specifier) ? `${name}${specifier}` : name;
}

const CONDITIONS = ['markers', 'python', 'platform', 'sys_platform', 'python_version'];

/** A marker says no more here than that there is one. */
function condition(value: Table): string {
  return CONDITIONS.some((key) => isText(own(value, key))) ? ' ; python_version' : '';
}

/** `git@host:path` is git's short form of ssh. */
export function vcsAddress(tool: string, address: string, value: Table): string {
  const [, host, path] = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/u.exec(address) ?? [];
  const spelled = host === undefined ? address : `ssh://${host}/${path ?? ''}`;
  const [revision] = ['rev', 'ref', 'tag', 'branch'].map((key) => own(value, key)).filter(isText);
  const prefixed = spelled.startsWith(`${tool}+`) ? spelled : `${tool}+${spelled}`;
  return revision === undefined ? prefixed : `${prefixed}@${revision}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

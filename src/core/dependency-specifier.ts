// SPDX-License-Identifier: Apache-2.0
import { isProjectName, normaliseName } from './project-name.ts';
import { isSpecifier } from './specifier.ts';

/** What a `Requires-Dist` line asks for (PEP 508). */
export interface DependencySpecifier {
  /** Normalised (PEP 503). */
  readonly project: string;
  /** Normalised as project names are (PEP 685). */
  readonly extras: readonly string[];
  /** PEP 440, may be empty: any. */
  readonly specifier: string;
  /** The address of a direct reference, as stated; `null` for a release of an index. */
  readonly url: string | null;
  readonly marker: string | null;
}

const MAX_DEPENDENCY_CHARACTERS = 16_384;

/** @returns `null` for what is no dependency specifier. */
export function parseDependency(text: string): DependencySpecifier | null {
  if (text.length > MAX_DEPENDENCY_CHARACTERS) return null;
  const line = text.replace(/\s*\n\s*/gu, ' ').trim();
  const [name = ''] = /^[A-Za-z0-9._-]*/u.exec(line) ?? [];
  if (!isProjectName(name)) return null;
  const [, extras = null, tail = ''] =
    /^\s*(?:\[([^\]]*)\])?\s*(.*)$/su.exec(line.slice(name.length)) ?? [];
  const project = normaliseName(name);
  const named = (extras ?? '').split(',').map((extra) => extra.trim());
  const wanted = named.filter((extra) => extra !== '');
  if (!wanted.every(isProjectName)) return null;
  const base = { project, extras: wanted.map(normaliseName) };
  if (tail.startsWith('@')) {
    // After an address, the marker's semicolon stands behind a space.
    const [, url = '', marker = null] = /^@\s*(\S*)(?:\s+;\s*(.*))?$/su.exec(tail) ?? [];
    return url === '' ? null : { ...base, specifier: '', url, marker };
  }
  const at = tail.indexOf(';');
  const stated = (at < 0 ? tail : tail.slice(0, at)).trim();
  const specifier = (/^\((.*)\)$/su.exec(stated)?.[1] ?? stated).trim().replace(/,$/u, '');
  if (!isSpecifier(specifier)) return null;
  return { ...base, specifier, url: null, marker: at < 0 ? null : tail.slice(at + 1).trim() };
}

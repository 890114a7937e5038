// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_URL_CHARACTERS } from '../core/limits.ts';
import { isProjectName, normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import { isSpecifier, normaliseVersion } from '../core/version.ts';
import { invalid } from './format.ts';

/** One requirement: a project, an address, or a place on this machine. */
export type Requirement =
  | {
      readonly kind: 'project';
      readonly project: string;
      readonly specifier: string;
      /** What it holds under (PEP 508); `null`: always. */
      readonly marker: string | null;
    }
  | {
      readonly kind: 'address';
      readonly project: string | null;
      readonly url: string;
      readonly marker: string | null;
    }
  | { readonly kind: 'local'; readonly project: string | null; readonly path: string };

const ARCHIVE = /\.(?:whl|zip|tar|tgz|tbz|txz|tlz|tar\.(?:gz|bz2|xz|lz|lzma))$/iu;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/|^file:/iu;
const REST = /^\s*(?:\[([^\]]*)\])?\s*(.*)$/su;

/**
 * Dependency specifiers (PEP 508), and what pip and uv take beside them: bare addresses and paths.
 * @throws Refusal `WP-LOCKFILE-INVALID`, `WP-NAME-LOOKALIKE`
 */
export function parseRequirement(text: string, where: string): Requirement {
  const line = text.trim();
  if (line.length > MAX_URL_CHARACTERS * 2) throw invalid(where, 'the requirement is too long');
  if (ADDRESS.test(line)) return place(line, null);
  const [name = ''] = /^[^\s[\]<>=!~;@(),/\\]*/u.exec(line) ?? [];
  const rest = line.slice(name.length);
  if (isPath(line, name, rest)) return { kind: 'local', project: null, path: withoutMarker(line) };
  verifyProjectName(name, where);
  const [, extras = '', tail = ''] = REST.exec(rest) ?? [];
  verifyExtras(extras, where);
  const project = normaliseName(name);
  if (tail.startsWith('@')) return place(tail.slice(1).trim(), project);
  const marker = markerAfter(tail, tail.indexOf(';'));
  return { kind: 'project', project, specifier: specifierIn(tail, where), marker };
}

/** The release that a specifier pins exactly, normalised; `null` where it leaves a choice. */
export function exactVersion(specifier: string): string | null {
  const [, version = ''] = /^={2,3}\s*([^\s,*]+)$/u.exec(specifier.trim()) ?? [];
  return version === '' ? null : (normaliseVersion(version) ?? version);
}

function place(text: string, project: string | null): Requirement {
  const target = withoutMarker(text);
  if (/^file:/iu.test(target) || !ADDRESS.test(target)) {
    return { kind: 'local', project, path: target };
  }
  const semicolon = text.indexOf(';', target.length);
  return { kind: 'address', project, url: target, marker: markerAfter(text, semicolon) };
}

function markerAfter(text: string, semicolon: number): string | null {
  return semicolon < 0 ? null : text.slice(semicolon + 1).trim() || null;
}

/** pip's `_looks_like_path`: a separator before any version, a leading dot, or an archive's ending. */
function isPath(line: string, name: string, rest: string): boolean {
  if (/^[.~]/u.test(line) || /^[\\/]/u.test(rest)) return true;
  return ARCHIVE.test(name) && !/^\s*[<>=!~@[(]/u.test(rest);
}

/** @throws Refusal `WP-NAME-LOOKALIKE` for letters beyond ASCII, else `WP-LOCKFILE-INVALID` */
export function verifyProjectName(name: string, where: string): string {
  // oxlint-disable-next-line no-control-regex -- everything beyond ASCII is meant
  const foreign = /[^\x00-\x7f]/u.exec(name)?.[0];
  if (foreign !== undefined) {
    const point = (foreign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    throw new Refusal('WP-NAME-LOOKALIKE', {
      message: `${where}: the name ${spelledOut(name)} holds U+${point}; project names are ASCII`,
    });
  }
  if (!isProjectName(name)) {
    throw invalid(where, `expected a project name, found ${safeText(name, 100) || 'nothing'}`);
  }
  return name;
}

/** Look-alikes would show as what they imitate: every letter beyond ASCII as its number. */
function spelledOut(name: string): string {
  // oxlint-disable-next-line no-control-regex -- everything beyond ASCII is meant
  return name.slice(0, 100).replace(/[^\x21-\x7e]/gu, (letter) => {
    return `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

function verifyExtras(extras: string, where: string): void {
  for (const extra of extras.split(',')) {
    if (extra.trim() !== '') verifyProjectName(extra.trim(), where);
  }
}

function specifierIn(tail: string, where: string): string {
  const stated = (tail.split(';', 1)[0] ?? '').trim();
  const bare = /^\((.*)\)$/su.exec(stated)?.[1]?.trim() ?? stated;
  const specifier = bare.replace(/,\s*$/u, '');
  if (!isSpecifier(specifier)) {
    throw invalid(where, `expected a version specifier, found ${safeText(stated, 100)}`);
  }
  return specifier;
}

/** PEP 508: after an address, a marker needs a space before its semicolon. */
function withoutMarker(text: string): string {
  return text.split(/\s;/u, 1)[0]?.trim() ?? '';
}

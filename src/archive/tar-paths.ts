// SPDX-License-Identifier: Apache-2.0
import { safeText } from '../core/safe-text.ts';
import { collisionKey } from './entry-name.ts';
import { malformed } from './refuse.ts';
import type { TarHeader } from './tar-header.ts';

const HARD_LINK = '1';
const SYMBOLIC_LINK = '2';

/**
 * Where the members of one archive would lie, and where its links lead: all of it below the folder
 * that it is unpacked into, and no member behind an earlier link (CVE-2025-8869, CVE-2007-4559).
 * Stricter than tarfile's `data_filter` (PEP 706) in that links stay in their top folder, which
 * some installers leave out.
 */
export class TarPaths {
  readonly #filename: string;
  readonly #links = new Set<string>();

  constructor(filename: string) {
    this.#filename = filename;
  }

  /** @throws Refusal `WP-ARCHIVE-MALFORMED` */
  admit({ name, type, linkName }: TarHeader): void {
    const path = this.#inside(name);
    if (this.#links.size > 0) this.#keepOffLinks(name, path);
    if (type !== HARD_LINK && type !== SYMBOLIC_LINK) return;
    this.#keepInside(name, path, type === HARD_LINK ? [] : path.slice(0, -1), linkName);
    this.#links.add(keyOf(path));
  }

  #inside(name: string): readonly string[] {
    const path = segmentsOf(name);
    if (isAbsolute(name) || path.includes('..'))
      throw malformed(this.#filename, `the entry '${safeText(name)}' leads out of its folder`);
    return path;
  }

  /** What is written to, or below, a link lands where the link leads. */
  #keepOffLinks(name: string, path: readonly string[]): void {
    for (let depth = 1; depth <= path.length; depth += 1) {
      if (this.#links.has(keyOf(path.slice(0, depth))))
        throw malformed(this.#filename, `the entry '${safeText(name)}' lies behind a link`);
    }
  }

  #keepInside(
    name: string,
    path: readonly string[],
    from: readonly string[],
    target: string,
  ): void {
    const reached: string[] = [...from];
    let left = isAbsolute(target) || target === '';
    for (const segment of segmentsOf(target)) {
      if (segment !== '..') reached.push(segment);
      else if (reached.pop() === undefined) left = true;
    }
    if (!left && (path.length === 1 || reached[0] === path[0])) return;
    const shown = `'${safeText(name)}' to '${safeText(target)}'`;
    throw malformed(this.#filename, `the link ${shown} leads out of its folder`);
  }
}

function keyOf(path: readonly string[]): string {
  return collisionKey(path.join('/'));
}

/** Backslashes part names where Windows is. */
function segmentsOf(name: string): readonly string[] {
  return name.split(/[/\\]/u).filter((segment) => segment !== '' && segment !== '.');
}

function isAbsolute(name: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:)/u.test(name);
}

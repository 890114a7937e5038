// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { isProjectName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import { malformed } from './refuse.ts';

/** What a wheel's METADATA or an sdist's PKG-INFO says (core metadata specification). */
export interface CoreMetadata {
  /** As spelled there. */
  readonly name: string;
  readonly version: string;
  readonly requiresDist: readonly string[];
  readonly requiresPython: string | null;
  /** The file itself. */
  readonly metadata: Uint8Array;
  readonly metadataSha256: string;
}

/** By the very bytes: the same metadata is asked for its identity, its dependencies and its digest. */
const known = new WeakMap<Uint8Array, CoreMetadata>();

/**
 * @param metadata nobody changes it any more.
 * @throws Refusal `WP-ARCHIVE-MALFORMED` where name or version is missing, doubled or unusable.
 */
export function readCoreMetadata(filename: string, metadata: Uint8Array): CoreMetadata {
  const found = known.get(metadata) ?? readAnew(filename, metadata);
  known.set(metadata, found);
  return found;
}

function readAnew(filename: string, metadata: Uint8Array): CoreMetadata {
  const headers = readHeaders(new TextDecoder().decode(metadata));
  const name = only(filename, headers, 'name');
  const version = only(filename, headers, 'version');
  if (!isProjectName(name)) {
    throw malformed(filename, `its metadata has the unusable name '${safeText(name, 100)}'`);
  }
  return {
    name,
    version,
    requiresDist: headers.get('requires-dist') ?? [],
    requiresPython: headers.get('requires-python')?.[0] ?? null,
    metadata,
    metadataSha256: createHash('sha256').update(metadata).digest('hex'),
  };
}

/**
 * Headers up to the first empty line, or the first that is none, as Python's email parser splits
 * them: three kinds of line end, continuation lines, names without regard to case.
 */
function readHeaders(text: string): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>();
  let values: string[] = [];
  for (const line of text.replace(/^\ufeff/u, '').split(/\r\n|\r|\n/u)) {
    const found = /^(?<name>[!-9;-~]+):(?<value>.*)$/su.exec(line);
    if (found !== null) {
      const name = (found.groups?.['name'] ?? '').toLowerCase();
      values = headers.get(name) ?? [];
      headers.set(name, values);
      values.push((found.groups?.['value'] ?? '').trim());
    } else if (/^[ \t]/u.test(line) && values.length > 0) {
      values.push(`${values.pop() ?? ''}\n${line.trim()}`);
    } else {
      break;
    }
  }
  return headers;
}

function only(
  filename: string,
  headers: ReadonlyMap<string, readonly string[]>,
  name: string,
): string {
  const [value, ...more] = headers.get(name) ?? [];
  if (value === undefined) throw malformed(filename, `its metadata has no ${name}`);
  if (more.length > 0) throw malformed(filename, `its metadata has several ${name} lines`);
  return value.trim();
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';

/** A Debian source control file (deb-src-control; Debian Policy 5.4), as far as it is wanted here. */
export interface SourceControl {
  readonly source: string;
  readonly version: string;
  /** sha256 (lower-case) by file name. */
  readonly sha256: ReadonlyMap<string, string>;
}

const FIELD = /^(?<name>[!-9;-~]+):[ \t]*(?<value>.*)$/u;
const ENTRY = /^[ \t]+(?<hex>[0-9a-f]{64}) +(?<size>\d+) +(?<name>[^\s/]+)$/u;

/** Whether a signed text is one, rather than a list of checksums. */
export function isSourceControl(text: string): boolean {
  return /^Format: \d/mu.test(text) && /^Checksums-Sha256:/mu.test(text);
}

/**
 * @param what the document, for messages.
 * @throws Refusal `WP-CHECKSUM-AMBIGUOUS` for a field or file that stands there twice.
 */
export function readSourceControl(text: string, what: string): SourceControl {
  const fields = new Map<string, string[]>();
  let current: string[] | null = null;
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line === '') continue;
    if (/^[ \t]/u.test(line)) {
      if (current === null) throw ambiguous(what, 'it begins with a continued line');
      current.push(line);
      continue;
    }
    const { name, value = '' } = FIELD.exec(line)?.groups ?? {};
    if (name === undefined) throw ambiguous(what, 'a line that is no field');
    // Field names are the same in any case (Policy 5.1).
    const key = name.toLowerCase();
    if (fields.has(key)) throw ambiguous(what, `the field ${name} twice`);
    current = [value];
    fields.set(key, current);
  }
  const sha256 = new Map<string, string>();
  for (const line of fields.get('checksums-sha256')?.slice(1) ?? []) {
    const { hex, name } = ENTRY.exec(line)?.groups ?? {};
    if (hex === undefined || name === undefined)
      throw ambiguous(what, 'a checksum of no known form');
    if (sha256.has(name)) throw ambiguous(what, `${name} twice`);
    sha256.set(name, hex);
  }
  const [source = '?'] = fields.get('source') ?? [];
  const [version = '?'] = fields.get('version') ?? [];
  return { source, version, sha256 };
}

function ambiguous(what: string, why: string): Refusal {
  return new Refusal('WP-CHECKSUM-AMBIGUOUS', { message: `${what}: ${why}` });
}

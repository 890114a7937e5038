// SPDX-License-Identifier: Apache-2.0
import type { ListedFile } from '../core/artifact.ts';
import { MAX_URL_CHARACTERS } from '../core/limits.ts';
import { safeText } from '../core/safe-text.ts';
import { hashesInFragment, readHashes, type StatedHashes } from './hashes.ts';
import type { RawEntry } from './raw-page.ts';

export type EntryFields = Omit<ListedFile, 'filename' | 'url'>;

export interface ReadFields {
  readonly fields: EntryFields;
  /** The first field that is not what the specification says; `null` where all are. */
  readonly fault: string | null;
  /** What is wrong with a hash; `null` where nothing is. */
  readonly hashFault: string | null;
  readonly sizeFault: string | null;
}

/** An entry's fields beside its name and address, each of the type that the specification gives it. */
export function readFields(raw: RawEntry, address: string, base: string): ReadFields {
  const faults: string[] = [];
  const note = <T>(name: string, value: unknown, expected: string, fallback: T): T => {
    faults.push(`${name}: expected ${expected}, found ${describe(value)}`);
    return fallback;
  };
  const stated = readStated(raw.hashes, address, note);
  const sidecar = readSidecar(raw.coreMetadata, note);
  const sizeFaults: string[] = [];
  const noteSize: Note = (name, value, expected, fallback) => {
    sizeFaults.push(`${name}: expected ${expected}, found ${describe(value)}`);
    return fallback;
  };
  const fields: EntryFields = {
    hashes: stated.hashes,
    requiresPython: readText('requires-python', raw.requiresPython, note),
    coreMetadata: sidecar === null ? false : sidecar.hashes,
    gpgSig: readGpgSig(raw.gpgSig, note),
    yanked: readYanked(raw.yanked, note),
    size: readSize(raw.size, noteSize),
    uploadTime: readUploadTime(raw.uploadTime, note),
    provenance: readProvenance(raw.provenance, base, note),
  };
  return {
    fields,
    fault: faults[0] ?? null,
    hashFault: stated.fault ?? sidecar?.fault ?? null,
    sizeFault: sizeFaults[0] ?? null,
  };
}

type Note = <T>(name: string, value: unknown, expected: string, fallback: T) => T;

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function describe(value: unknown): string {
  return safeText(JSON.stringify(value) ?? 'nothing', 80);
}

function readStated(hashes: unknown, address: string, note: Note): StatedHashes {
  const listed = isAbsent(hashes) ? [] : readPairs('hashes', hashes, note);
  return readHashes([...listed, ...hashesInFragment(address)]);
}

function readPairs(name: string, value: unknown, note: Note): readonly [string, string][] {
  const pairs: [string, string][] = [];
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap) return note(name, value, 'an object of hashes', pairs);
  for (const [algorithm, text] of Object.entries(value)) {
    if (typeof text === 'string') pairs.push([algorithm, text]);
    else note(name, text, 'a hash as text', null);
  }
  return pairs;
}

function readText(name: string, value: unknown, note: Note): string | null {
  if (isAbsent(value)) return null;
  if (typeof value !== 'string') return note(name, value, 'a text', null);
  return value.toWellFormed();
}

/** PEP 658, 714: `null` where there is no sidecar. */
function readSidecar(value: unknown, note: Note): StatedHashes | null {
  if (isAbsent(value) || value === false) return null;
  if (value === true) return { hashes: {}, fault: null };
  const stated = readHashes(readPairs('core-metadata', value, note));
  const fault = stated.fault === null ? null : `of core-metadata, ${stated.fault}`;
  return { hashes: stated.hashes, fault };
}

function readGpgSig(value: unknown, note: Note): boolean | null {
  if (isAbsent(value)) return null;
  return typeof value === 'boolean' ? value : note('gpg-sig', value, 'true or false', null);
}

/** PEP 592. An empty reason is read as yanked: installers differ about it, and this is the safe side. */
function readYanked(value: unknown, note: Note): false | string {
  if (isAbsent(value) || value === false) return false;
  if (value === true) return '';
  if (typeof value === 'string') return value.toWellFormed();
  return note('yanked', value, 'true, false or a reason', '');
}

function readSize(value: unknown, note: Note): number | null {
  if (isAbsent(value)) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return note('size', value, 'a whole number of bytes', null);
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[-+]\d\d:?\d\d)$/u;

function readUploadTime(value: unknown, note: Note): string | null {
  if (isAbsent(value)) return null;
  if (typeof value === 'string' && TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value))) {
    return value;
  }
  return note('upload-time', value, 'a time such as 2026-01-31T12:00:00.000000Z', null);
}

/** PEP 740. */
function readProvenance(value: unknown, base: string, note: Note): string | null {
  if (isAbsent(value)) return null;
  const isShort = typeof value === 'string' && value.length <= MAX_URL_CHARACTERS;
  const url = isShort ? URL.parse(value, base) : null;
  if (url !== null && /^https?:$/u.test(url.protocol)) return url.href;
  return note('provenance', value, 'an https address', null);
}

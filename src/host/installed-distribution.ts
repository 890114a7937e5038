// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { DirectUrl, FoundDistribution } from '../core/host.ts';
import { MAX_METADATA_BYTES, MAX_RECORD_BYTES, MAX_REVISION_CHARACTERS } from '../core/limits.ts';
import { normaliseName } from '../core/project-name.ts';
import { normaliseVersion } from '../core/version.ts';
import { readBoundedNow } from './bounded-file.ts';

/** What a `.dist-info` or `.egg-info` entry says of the distribution it stands for; `null` where it is none. */
export function readDistribution(folder: string, entry: string): FoundDistribution | null {
  if (entry.startsWith('~')) return null; // put aside by pip, which then takes no notice of it
  const path = join(folder, entry);
  if (entry.endsWith('.dist-info')) return readDistInfo(path, entry.slice(0, -10));
  if (entry.endsWith('.egg-info')) return readEggInfo(path, entry.slice(0, -9));
  return null;
}

/** Recording installed projects (packaging.python.org): METADATA, RECORD, INSTALLER, direct_url.json. */
function readDistInfo(path: string, stem: string): FoundDistribution | null {
  const found = statOf(path);
  if (found?.isDirectory() !== true) return null;
  const record = readBoundedNow(join(path, 'RECORD'), MAX_RECORD_BYTES);
  const direct = textOf(join(path, 'direct_url.json'));
  const installer = textOf(join(path, 'INSTALLER'))?.trim();
  const metadata = textOf(join(path, 'METADATA')) ?? '';
  return {
    ...identityIn(metadata, stem),
    distInfo: path,
    fingerprint: fingerprintOf([record?.bytes ?? '', metadata, direct ?? ''], found.mtimeMs),
    directUrl: direct === null ? null : directUrlIn(direct),
    installer: installer === undefined || installer === '' ? null : installer.slice(0, 100),
  };
}

/** Left by setup.py and by distributions' own packagers: one file, or a folder with PKG-INFO. */
function readEggInfo(path: string, stem: string): FoundDistribution | null {
  const found = statOf(path);
  if (found === null) return null;
  const file = found.isDirectory() ? join(path, 'PKG-INFO') : path;
  const metadata = readBoundedNow(file, MAX_METADATA_BYTES);
  const text = metadata === null ? '' : Buffer.from(metadata.bytes).toString('utf8');
  return {
    ...identityIn(text, stem),
    distInfo: path,
    fingerprint: fingerprintOf([text], found.mtimeMs),
    directUrl: null,
    installer: null,
  };
}

/** `null`: gone since it was listed. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null; // as above: hidden from us
  }
}

function fingerprintOf(parts: readonly (Uint8Array | string)[], modified: number): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(`${part.length}\0`).update(part);
  return `${digest.digest('hex')}-${modified}`;
}

function identityIn(metadata: string, stem: string): { name: string; version: string } {
  const [, stemName = stem, stemVersion = ''] = /^(.+?)-([^-]+)/u.exec(stem) ?? [];
  const [head = ''] = metadata.split(/(?<=\n)\r?\n/u, 1);
  const name = headerIn(head, 'Name') ?? stemName;
  const version = headerIn(head, 'Version') ?? stemVersion;
  return { name: normaliseName(name), version: normaliseVersion(version) ?? version };
}

/** A line without an end is one that somebody still writes. */
function headerIn(head: string, field: string): string | null {
  const value = new RegExp(`^${field}:[ \\t]*([^\\r\\n]*)\\r?\\n`, 'imu').exec(head)?.[1]?.trim();
  return value === undefined || value === '' ? null : value.slice(0, 300);
}

/** PEP 610; `null` for what does not keep to it. */
function directUrlIn(text: string): DirectUrl | null {
  const found = objectIn(text);
  const url = found?.['url'];
  if (found === null || typeof url !== 'string') return null;
  const vcs = found['vcs_info'];
  if (isObject(vcs)) {
    const [commit, revision] = [vcs['commit_id'], vcs['requested_revision']].map((value) =>
      typeof value === 'string' && value !== '' ? value.slice(0, MAX_REVISION_CHARACTERS) : null,
    );
    return {
      url,
      kind: 'vcs',
      editable: false,
      commit: commit ?? null,
      revision: revision ?? null,
    };
  }
  if (isObject(found['archive_info'])) return { url, kind: 'archive', editable: false };
  const info = found['dir_info'];
  if (!isObject(info)) return null;
  return { url, kind: 'directory', editable: info['editable'] === true };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const found: unknown = JSON.parse(text);
    return isObject(found) ? found : null;
  } catch {
    return null; // no JSON: says nothing
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(path: string): string | null {
  const read = readBoundedNow(path, MAX_METADATA_BYTES);
  return read === null ? null : Buffer.from(read.bytes).toString('utf8');
}

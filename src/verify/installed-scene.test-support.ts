// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { DirectUrl, FoundDistribution, InstalledFiles, WheelFiles } from '../core/host.ts';
import type { RecordLine } from '../core/record-lines.ts';
import type { Receipt } from '../core/verification.ts';

export const SITE = '/env/site-packages';
export const DIST_INFO = 'good-1.0.dist-info';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export function found(directUrl: DirectUrl | null = null): FoundDistribution {
  return {
    name: 'good',
    version: '1.0',
    distInfo: `${SITE}/${DIST_INFO}`,
    fingerprint: 'f',
    directUrl,
    installer: 'pip',
  };
}

/** A wheel of these members, each with its hash in the RECORD but for those in `unhashed`. */
export function wheelOf(
  members: Readonly<Record<string, string>>,
  { commands = [], wrong = [], unhashed = [] }: WheelShape = {},
): WheelFiles {
  return {
    distInfo: DIST_INFO,
    members: Object.entries(members).map(([path, text]) => ({
      path,
      size: text.length,
      sha256: unhashed.includes(path) ? null : sha256(wrong.includes(path) ? 'wrong' : text),
    })),
    commands: new Set(commands),
    read: async (path) => Buffer.from(members[path] ?? ''),
  };
}

interface WheelShape {
  readonly commands?: readonly string[];
  /** Members about which the wheel's own RECORD is wrong. */
  readonly wrong?: readonly string[];
  readonly unhashed?: readonly string[];
}

/** A disk with these files, by absolute path, and a RECORD of these lines; `null`: none. */
export function diskOf(
  disk: Readonly<Record<string, string>>,
  record: Readonly<Record<string, string | null>> | null,
): InstalledFiles {
  const lines: readonly RecordLine[] | null =
    record === null ? null : Object.entries(record).map(([path, hash]) => ({ path, sha256: hash }));
  const digest: InstalledFiles['digest'] = async (path, size) => {
    const text = disk[path];
    if (text === undefined) return null;
    const differs = size !== null && size !== text.length;
    return { size: text.length, sha256: differs ? null : sha256(text) };
  };
  return {
    record: async () => lines,
    digest,
    digestEach: async (wanted) =>
      await Promise.all(wanted.map(({ path, size }) => digest(path, size))),
    async list(folder) {
      const below = Object.keys(disk).filter((path) => path.startsWith(`${folder}/`));
      const parts = below.map((path) => path.slice(folder.length + 1).split('/'));
      const names = [...new Set(parts.map(([name = '']) => name))];
      return names.map((name) => ({ name, isFile: disk[`${folder}/${name}`] !== undefined }));
    },
    async head(path, bytes) {
      const text = disk[path];
      return text === undefined ? null : Buffer.from(text, 'latin1').subarray(0, bytes);
    },
    async stat(path) {
      const text = disk[path];
      return text === undefined ? null : { size: text.length, modifiedAt: 0, changedAt: 0 };
    },
    async read(path, maxBytes) {
      const text = disk[path];
      return text === undefined || text.length > maxBytes ? null : Buffer.from(text);
    },
  };
}

/** What pip leaves of these members: each beside the `.dist-info`, and its own notes. */
export function installed(members: Readonly<Record<string, string>>): InstalledFiles {
  const disk = Object.entries(members).map(([path, text]) => [`${SITE}/${path}`, text]);
  const lines = Object.entries(members).map(([path, text]) => [path, sha256(text)]);
  return diskOf(Object.fromEntries(disk), {
    ...Object.fromEntries(lines),
    [`${DIST_INFO}/INSTALLER`]: sha256('pip'),
    [`${DIST_INFO}/RECORD`]: null,
    'good/__pycache__/__init__.cpython-311.pyc': null,
  });
}

export function receipt(filename: string, changes: Partial<Receipt> = {}): Receipt {
  const kind = filename.endsWith('.whl') ? 'wheel' : 'sdist';
  const url = `https://files.test/${filename}`;
  return {
    artifact: { index: 'i', project: 'good', version: '1.0', filename, kind, url, listed: null },
    sha256: filename,
    size: 1,
    at: 0,
    asked: true,
    decision: { verdict: 'first-seen', reasons: [], findings: [], notes: [] },
    ...changes,
  };
}

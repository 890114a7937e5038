// SPDX-License-Identifier: Apache-2.0
import type { LockedFile, LockedPackage } from '../core/lockfile.ts';
import { publicUrl } from '../core/url.ts';
import { subdirectoryIn } from './locked-package.ts';

export interface PylockParts {
  readonly packages: readonly LockedPackage[];
  /** PEP 440; none where absent. */
  readonly requiresPython?: string | null;
  /** PEP 508; none where absent. */
  readonly environments?: readonly string[];
  readonly createdBy?: string;
}

/** pylock.toml (PEP 751), its packages in order of name and version. */
export function writePylock(parts: PylockParts): string {
  const { packages, requiresPython = null, environments = [], createdBy } = parts;
  const head = [
    'lock-version = "1.0"',
    ...(environments.length === 0
      ? []
      : [`environments = [${environments.map(quoted).join(', ')}]`]),
    ...(requiresPython === null ? [] : [`requires-python = ${quoted(requiresPython)}`]),
    `created-by = ${quoted(createdBy ?? 'wheelproof')}`,
  ];
  const ordered = packages.toSorted(
    (a, b) => compare(a.name, b.name) || compare(a.version ?? '', b.version ?? ''),
  );
  return `${[head.join('\n'), ...ordered.map(packageText)].join('\n\n')}\n`;
}

function packageText(locked: LockedPackage): string {
  const { name, version, marker, requiresPython, index, place, files, identities } = locked;
  const isDirect = place !== null;
  const sdists = isDirect ? [] : files.filter((file) => !isWheel(file));
  const wheels = isDirect ? [] : files.filter(isWheel);
  const lines = [
    '[[packages]]',
    `name = ${quoted(name)}`,
    ...said('version', version),
    ...said('marker', marker),
    ...said('requires-python', requiresPython),
    ...said('index', index),
    ...(isDirect ? placeText(locked) : []),
    // Of several source archives only one can be said; a release has one, but for old `.zip` twins.
    ...sdists.slice(0, 1).map((file) => `sdist = ${fileText(file)}`),
    ...(wheels.length === 0
      ? []
      : ['wheels = [', ...wheels.map((file) => `  ${fileText(file)},`), ']']),
  ];
  const attested = identities.flatMap((identity) => [
    '',
    '[[packages.attestation-identities]]',
    ...Object.entries(identity).map(([key, value]) => `${bareKey(key)} = ${quoted(value)}`),
  ]);
  return [...lines, ...attested].join('\n');
}

const isWheel = ({ filename }: LockedFile): boolean => filename.endsWith('.whl');

function placeText({ place, files, hashes }: LockedPackage): readonly string[] {
  if (place === null) return [];
  if (place.kind === 'local') return [`directory = { path = ${quoted(place.url)} }`];
  const [address = '', fragment = ''] = place.url.split('#', 2);
  const subdirectory = subdirectoryIn(fragment);
  const part = subdirectory === null ? [] : [`subdirectory = ${quoted(subdirectory)}`];
  if (place.kind === 'vcs') {
    const [, type = 'git', url = '', commit = ''] =
      /^(\w+)\+(.*?)(?:@([^@/]+))?$/u.exec(address) ?? [];
    const at = commit === '' ? [] : [`commit-id = ${quoted(commit)}`];
    return [
      `vcs = { ${[`type = ${quoted(type)}`, `url = ${quoted(shareable(url))}`, ...at, ...part].join(', ')} }`,
    ];
  }
  const stated = files[0]?.hashes ?? hashes[0] ?? {};
  const table = [`url = ${quoted(shareable(address))}`, `hashes = ${hashTable(stated)}`, ...part];
  return [`archive = { ${table.join(', ')} }`];
}

/** A lock file is shared: a password in an address is not (PEP 610 says the same of direct addresses). */
function shareable(address: string): string {
  if (!URL.canParse(address)) return address;
  if (/^https?:/iu.test(address)) return publicUrl(address);
  const url = new URL(address);
  url.password = '';
  return url.href;
}

function fileText({ filename, url, size, uploadTime, hashes }: LockedFile): string {
  const parts = [
    `name = ${quoted(filename)}`,
    ...(url === null ? [] : [`url = ${quoted(url)}`]),
    ...(uploadTime === null || !OFFSET_TIME.test(uploadTime)
      ? []
      : [`upload-time = ${uploadTime}`]),
    ...(size === null ? [] : [`size = ${size}`]),
    `hashes = ${hashTable(hashes)}`,
  ];
  return `{ ${parts.join(', ')} }`;
}

/** As TOML takes it without quotes; what an index says may be anything. */
const OFFSET_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/u;

function hashTable(hashes: Readonly<Record<string, string>>): string {
  const parts = Object.entries(hashes).map(([name, hex]) => `${bareKey(name)} = ${quoted(hex)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

function said(key: string, value: string | null): readonly string[] {
  return value === null ? [] : [`${key} = ${quoted(value)}`];
}

const bareKey = (key: string): string => (/^[A-Za-z0-9_-]+$/u.test(key) ? key : quoted(key));

/**
 * A basic string (TOML 1.0): JSON's escapes are among its own, and DEL must be escaped too. What a
 * service would obey in its log is, as well: a lock may go to standard output.
 */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed())
    .replaceAll('\u007f', '\\u007f')
    .replace(/##(\w*)\[/gu, String.raw`##$1\u005b`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

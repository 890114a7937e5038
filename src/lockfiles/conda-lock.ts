// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from '../core/artifact.ts';
import type { LockedPackage } from '../core/lockfile.ts';
import { DigestLines } from './digest-lines.ts';
import { emptyReading, invalid, textOf, withoutHash, type LockFormat } from './format.ts';
import { addHash, readHash } from './hashes.ts';
import { addPackage, fileAt, projectAt, UNSAID, versionOf } from './locked-package.ts';
import { own, optionalText, tables, textAt, within, type PlacedTable } from './tables.ts';
import { parseYaml } from './yaml.ts';

/** conda's names of platforms, in the words of PEP 508. */
const PLATFORMS: Readonly<Record<string, string>> = {
  'linux-64': "sys_platform == 'linux' and platform_machine == 'x86_64'",
  'linux-aarch64': "sys_platform == 'linux' and platform_machine == 'aarch64'",
  'linux-ppc64le': "sys_platform == 'linux' and platform_machine == 'ppc64le'",
  'osx-64': "sys_platform == 'darwin' and platform_machine == 'x86_64'",
  'osx-arm64': "sys_platform == 'darwin' and platform_machine == 'arm64'",
  'win-64': "sys_platform == 'win32' and platform_machine == 'AMD64'",
  'win-arm64': "sys_platform == 'win32' and platform_machine == 'ARM64'",
};

/** conda-lock.yml, version 1: what pip installs of it; conda's own packages are not ours to check. */
export const CONDA_LOCK: LockFormat = {
  name: 'conda-lock',
  recognises: (filename) => /(?:^|[.-])conda-lock\.ya?ml$/u.test(filename),
  async read(asked, readText) {
    const text = await textOf(asked, readText);
    const lock = await parseYaml(text, asked.path);
    const version = own(lock, 'version');
    if (version !== undefined && version !== 1) throw invalid(asked.path, 'expected version 1');
    if (own(lock, 'package') === undefined)
      throw invalid(asked.path, 'expected package, found none');
    const lines = new DigestLines(text, asked.path);
    const reading = emptyReading();
    for (const entry of tables(own(lock, 'package'), `${asked.path}:package`)) {
      if (own(entry.table, 'manager') === 'pip') addPackage(readPackage(entry, lines), reading);
    }
    return reading;
  },
};

function readPackage({ table, where }: PlacedTable, lines: DigestLines): LockedPackage {
  const name = projectAt(textAt(table, 'name', where), where);
  const platform = optionalText(table, 'platform', where) ?? '';
  const category = optionalText(table, 'category', where);
  const address = textAt(table, 'url', where);
  const base = {
    ...UNSAID,
    name,
    version: versionOf(optionalText(table, 'version', where)),
    marker: Object.hasOwn(PLATFORMS, platform) ? (PLATFORMS[platform] ?? null) : null,
    groups: category === null ? [] : [category],
    where,
  };
  if (/^git\+/iu.test(address)) return { ...base, place: { url: address, kind: 'vcs' } };
  const hashes: Record<string, string> = {};
  for (const [algorithm, hex] of Object.entries(within(table, 'hash'))) {
    if (typeof hex === 'string') addHash(hashes, readHash(algorithm, hex, where), where);
  }
  if (Object.keys(hashes).length === 0) {
    throw withoutHash(`${where} (${name})`, 'conda-lock writes them into hash');
  }
  return { ...base, files: [fileOf(address, hashes, lines.whereIs(hashes, where))] };
}

function fileOf(address: string, hashes: Hashes, where: string): LockedPackage['files'][number] {
  return { ...fileAt(address, hashes, where), size: null, uploadTime: null };
}

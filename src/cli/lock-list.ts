// SPDX-License-Identifier: Apache-2.0
import type { PinReading } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import { thisMachine } from '../host/index.ts';
import { createPinReader, releasesIn, type ListedRelease } from '../lockfiles/index.ts';
import { asciiJson } from '../report/index.ts';
import type { LockContext } from './lock-context.ts';

/** @throws Refusal `WP-LOCKFILE-INVALID`, `WP-LOCK-NO-HASH`, `WP-NAME-LOOKALIKE` */
export async function readLock(
  { environment, directory }: Pick<LockContext, 'environment' | 'directory'>,
  path: string,
): Promise<PinReading> {
  const reader = createPinReader((file) => thisMachine.readText(file));
  return await reader.readFile({ path, directory, environment, constraint: false });
}

/** `wheelproof lock list`: each release once, in order of its name. */
export async function listLock(
  context: LockContext,
  path: string,
  { json }: { readonly json?: true },
): Promise<void> {
  const { packages, urls } = await readLock(context, path);
  const releases = releasesIn(packages);
  const { io } = context;
  io.out(json === true ? `${asciiJson(releases)}\n` : releases.map(releaseText).join(''));
  const local = urls.filter(({ kind }) => kind === 'local').length;
  if (local > 0) {
    const what = local === 1 ? 'place on this machine is' : 'places on this machine are';
    io.err(`${safeText(path, 200)}: ${local} ${what} named, and not listed\n`);
  }
}

function releaseText({ name, version, hashes, files }: ListedRelease): string {
  const release = version === null ? name : `${name} ${version}`;
  const named = new Set(files.flatMap((file) => file.hashes));
  const lines = [
    release,
    ...files.map(({ filename, hashes: own }) => `  ${filename}  ${own.join(' ')}`),
    ...hashes.filter((hash) => !named.has(hash)).map((hash) => `  ${hash}`),
    ...(hashes.length === 0 ? ['  no hash'] : []),
  ];
  return lines.map((line) => `${safeText(line, 1_000)}\n`).join('');
}

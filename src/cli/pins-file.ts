// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, resolve } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { LockedPackage } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import { thisMachine } from '../host/index.ts';
import { placeFile } from '../storage/index.ts';
import { readLock } from './lock-list.ts';
import { contentsOf, type WriteContext } from './lock-write.ts';

export interface PinFileOptions {
  readonly output?: string;
  readonly index?: string;
}

/**
 * `wheelproof pins FILE`: a plain requirement file with a `--hash` line for each file of what it
 * names; everything else stays as it stands.
 * @throws Refusal as `wheelproof lock`, and `WP-USAGE` where a version is left open
 */
export async function pinFile(
  context: WriteContext,
  path: string,
  { output, index }: PinFileOptions,
): Promise<void> {
  const reading = await readLock(context, path);
  const open = reading.packages.filter(
    ({ hashes, place, where }) => hashes.length === 0 && place === null && isIn(where, path),
  );
  const { packages, notes } = await contentsOf(
    context,
    { ...reading, packages: open },
    index === undefined ? {} : { index },
  );
  const text = (await thisMachine.readText(resolve(context.directory, path))) ?? '';
  const pinned = withHashes(text, { open, packages });
  if (output === undefined || output === '-') context.io.out(pinned);
  else {
    const place = resolve(context.directory, output);
    await placeFile(dirname(place), basename(place), Buffer.from(pinned));
  }
  const nested =
    reading.packages.length - reading.packages.filter(({ where }) => isIn(where, path)).length;
  const told = [
    ...notes,
    ...(nested === 0
      ? []
      : [
          `${path}: ${nested} requirements stand in files that it draws in; pin those by themselves`,
        ]),
    `${path}: ${open.length} of ${reading.packages.length} requirements got hashes`,
  ];
  context.io.err(told.map((line) => `${safeText(line, 1_000)}\n`).join(''));
}

const isIn = (where: string, path: string): boolean => where.replace(/:\d+$/u, '') === path;

interface Found {
  readonly open: readonly LockedPackage[];
  readonly packages: readonly LockedPackage[];
}

/** The hashes below the line that names their release; its comment goes above, since pip allows none between. */
function withHashes(text: string, { open, packages }: Found): string {
  const releases = new Map(packages.map((one) => [`${one.name} ${one.version ?? ''}`, one]));
  const lines = text.split('\n');
  // From the bottom, so that the numbers of the lines above stay true.
  for (const { name, version, where } of open.toReversed()) {
    const first = Number(/:(\d+)$/u.exec(where)?.[1]) - 1;
    const hashes = releases
      .get(`${name} ${version ?? ''}`)
      ?.files.flatMap((file) => file.hashes['sha256'] ?? []);
    if (hashes === undefined || hashes.length === 0) {
      throw new Refusal('WP-INTERNAL', { message: `${where}: ${name} was found without a hash` });
    }
    let last = first;
    while (/\\\r?$/u.test(lines[last] ?? '')) last += 1;
    const [, said = '', comment] =
      /^(.*?)(?:(?:^|\s+)(#.*))?$/su.exec((lines[last] ?? '').replace(/\r$/u, '')) ?? [];
    const written = [...new Set(hashes)].sort().map((hex) => `    --hash=sha256:${hex}`);
    const block = [said.trimEnd(), ...written].join(' \\\n');
    lines.splice(last, 1, block);
    if (comment !== undefined) lines.splice(first, 0, comment);
  }
  return lines.join('\n');
}

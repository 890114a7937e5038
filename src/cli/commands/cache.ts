// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { checkBytes, collect, showStatus, type CacheContext, type CacheIo } from '../cache-work.ts';

interface Json {
  readonly json?: true;
}

/** `wheelproof cache …`: what is kept for speed, whether it is sound, and how much of it. */
export function registerCacheCommand(
  program: Command,
  open: () => CacheContext,
  io: CacheIo,
): void {
  const cache = program
    .command('cache')
    .description('show, check and bound what is kept for speed: verified bytes, installer caches');
  const json = ['--json', 'print JSON'] as const;
  cache
    .command('status')
    .description('say how much lies where')
    .option(...json)
    .action(async (options: Json) => showStatus(open(), io, options));
  cache
    .command('check')
    .description('read all verified bytes again, and set aside what the disk has changed')
    .option(...json)
    .action(async (options: Json) => checkBytes(open(), io, options));
  cache
    .command('gc')
    .description('remove what is oldest until the bound is kept')
    .option('--limit <size>', 'another bound than 10GiB, for this time')
    .option(...json)
    .action(async (options: Json & { limit?: string }) => collect(open(), io, options));
}

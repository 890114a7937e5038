// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteTrustRows } from '../../src/storage/index.ts';
import type { BuiltFile } from '../world/wheel.ts';
import type { Ground, Run } from './ground.ts';

/*
 * What must hold whatever breaks. Each function gives the faults it found, a sentence each; none is
 * what is wanted.
 */

/** I1: what the installer's side got are the published bytes, whole, and nothing else. */
export function judgeHandedOut(run: Run, published: readonly BuiltFile[]): string[] {
  const expected = new Map(published.map(({ filename, sha256 }) => [filename, sha256]));
  return [...run.got].flatMap(([name, sha256]) =>
    expected.get(name) === sha256 ? [] : [`unverified bytes were handed out as ${name}`],
  );
}

/** What the store acknowledged: names and digests. */
export type Remembered = ReadonlyMap<string, string>;

/**
 * I2–I4, I6: the trust store opens whole, forgets nothing, its audit trail has no gap and a verdict
 * for all that it remembers; under each address in the blob store lies what the address says.
 */
export async function judgeStore(
  data: string,
  before: Remembered,
): Promise<{ readonly faults: string[]; readonly remembered: Remembered }> {
  const faults: string[] = [];
  const remembered = new Map<string, string>();
  try {
    const rows = openSqliteTrustRows(join(data, 'trust.sqlite'), { now: () => Date.now() });
    try {
      for (const file of rows.list({})) remembered.set(file.filename, file.sha256);
      const judged = new Set(
        rows.auditTrail({}).map(({ subject, detail }) => `${subject} ${String(detail['sha256'])}`),
      );
      for (const [name, sha256] of remembered) {
        if (!judged.has(`${name} ${sha256}`))
          faults.push(`${name} is remembered without a verdict`);
      }
    } finally {
      rows.close();
    }
  } catch (thrown) {
    faults.push(`the trust store does not open: ${String(thrown)}`);
  }
  for (const [name, sha256] of before) {
    if (remembered.get(name) !== sha256) faults.push(`${name} was acknowledged and is forgotten`);
  }
  for (const [address, digest] of await digestsOfBlobs(data)) {
    if (address !== digest) faults.push(`half-written or foreign bytes lie under ${address}`);
  }
  return { faults, remembered };
}

/** Addresses in the blob store with the digests of what lies there. */
export async function digestsOfBlobs(
  data: string,
): Promise<readonly (readonly [string, string])[]> {
  const root = join(data, 'blobs', 'sha256');
  const found: (readonly [string, string])[] = [];
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    found.push([entry.name, createHash('sha256').update(bytes).digest('hex')]);
  }
  return found;
}

/** I5: the next run needs nobody, brings everything, and leaves nothing of the one before. */
export async function judgeNextRun(
  ground: Ground,
  asked: readonly string[],
  published: readonly BuiltFile[],
): Promise<string[]> {
  const run = await ground.download(asked);
  const faults = judgeHandedOut(run, published);
  if (run.exit !== 0) faults.push(`the next run ended with ${String(run.exit)}: ${run.stderr}`);
  if (run.got.size < asked.length) faults.push('the next run did not bring everything');
  const drafts = await readdir(join(ground.data, 'blobs', 'drafts')).catch(() => []);
  if (drafts.length > 0) faults.push(`drafts are left over: ${drafts.join(', ')}`);
  return faults;
}

/** It ended in words: a class of ours, no stack, and what the words must name. */
export function judgeEnd(
  run: Run,
  exits: readonly number[],
  says: readonly RegExp[] = [],
): string[] {
  const faults: string[] = [];
  if (run.exit === null || !exits.includes(run.exit))
    faults.push(
      `exit ${String(run.exit)}, expected ${exits.join(' or ')}: ${run.stderr.slice(-700)}`,
    );
  if (/^\s+at .+:\d+:\d+\)?$/mu.test(run.stderr))
    faults.push(`a stack trace: ${run.stderr.slice(-500)}`);
  for (const words of says) {
    if (!words.test(run.stderr))
      faults.push(`${String(words)} is not said: ${run.stderr.slice(-700)}`);
  }
  return faults;
}

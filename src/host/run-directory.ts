// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../core/errors.ts';
import { openFilesHint } from '../core/open-files.ts';
import { FOREIGN_RUN_AGE_MS } from '../core/limits.ts';

/** What one run needs on disk while it lives: its CA certificate (never a key) and an empty folder. */
export interface RunDirectory {
  readonly path: string;
  /** Exists and holds nothing (`SSL_CERT_DIR`). */
  readonly emptyDirectory: string;
  /** Writes the certificate and answers its path. */
  writeCa(pem: string): Promise<string>;
  close(): Promise<void>;
}

/** Process id, its start time, the place where that id means something, chance. */
const NAME = /^(\d{1,10})-(\d{1,20})-([0-9a-f]{8})-[0-9a-f]{16}$/u;

/**
 * A folder of this run's own below `base` (0700); what dead runs left there is removed first.
 * @throws Refusal `WP-STATE-PERMISSIONS`, `WP-STATE-DISK`
 */
export async function openRunDirectory(base: string): Promise<RunDirectory> {
  try {
    await mkdir(base, { recursive: true, mode: 0o700 });
    await verifyOwnFolder(base);
    await removeLeftovers(base);
    const name = `${process.pid}-${startOf(process.pid)}-${here()}-${randomBytes(8).toString('hex')}`;
    const path = join(base, name);
    const emptyDirectory = join(path, 'empty');
    await mkdir(path, { mode: 0o700 });
    await mkdir(emptyDirectory, { mode: 0o700 });
    return {
      path,
      emptyDirectory,
      async writeCa(pem) {
        const file = join(path, 'ca.pem');
        await writeFile(file, pem, { mode: 0o600, flag: 'wx' });
        return file;
      },
      close: () => rm(path, { recursive: true, force: true }),
    };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('WP-STATE-DISK', {
      message: `the folder of this run could not be made below ${base}: ${error instanceof Error ? error.message : String(error)}`,
      ...openFilesHint(error instanceof Error && 'code' in error ? error.code : ''),
      cause: error,
    });
  }
}

async function verifyOwnFolder(base: string): Promise<void> {
  const found = await lstat(base);
  const uid = process.getuid?.() ?? found.uid;
  if (!found.isDirectory() || found.uid !== uid) {
    const what = found.isDirectory() ? `belongs to user ${found.uid}` : 'is no folder';
    throw new Refusal('WP-STATE-PERMISSIONS', {
      message: `${base} ${what}, expected a folder of user ${uid}`,
      hint: `sudo chown ${uid} '${base}'`,
    });
  }
  if ((found.mode & 0o022) !== 0) {
    throw new Refusal('WP-STATE-PERMISSIONS', {
      message: `${base} can be written by others (mode ${(found.mode & 0o777).toString(8)}, expected 700)`,
      hint: `chmod 700 '${base}'`,
    });
  }
}

async function removeLeftovers(base: string): Promise<void> {
  for (const path of await leftoversIn(base)) await rm(path, { recursive: true, force: true });
}

/** What dead runs left below `base`. */
export async function leftoversIn(base: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await readdir(base)) {
    const path = join(base, name);
    if (await isLeftover(name, path)) found.push(path);
  }
  return found;
}

async function isLeftover(name: string, path: string): Promise<boolean> {
  const [, pid, start, place] = NAME.exec(name) ?? [];
  if (pid === undefined) return false;
  if (place === here()) return !isAlive(Number(pid), String(start));
  // From here the other place's processes cannot be seen: only age tells.
  const found = await lstat(path).catch(() => null); // another run may have removed it meanwhile
  return found !== null && Date.now() - found.mtimeMs > FOREIGN_RUN_AGE_MS;
}

function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ESRCH') return false;
  }
  return startOf(pid) === start; // another process may have got the number since
}

/** proc(5) stat, field 22: clock ticks since boot; `0` where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0'; // no /proc: the number alone must do
  }
}

/** Host, boot and process namespace: only there a process id means what it says. */
function here(): string {
  const place = [hostname(), bootId(), processNamespace()].join('\n');
  return createHash('sha256').update(place).digest('hex').slice(0, 8);
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1');
  } catch {
    return ''; // not Linux
  }
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return ''; // not Linux
  }
}

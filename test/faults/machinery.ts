// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';

/** What a fault is made with. */
export type Need = 'strace' | 'faketime' | 'prlimit' | 'mounts';

const TRIALS: Readonly<Record<Need, readonly string[]>> = {
  strace: ['strace', '-o', '/dev/null', '-e', 'inject=fsync:error=EIO:when=99', 'true'],
  faketime: ['faketime', '-f', '+1d', 'true'],
  prlimit: ['prlimit', '--nofile=64', 'true'],
  mounts: [
    'unshare',
    ...namespaceOptions(),
    'mount',
    '-t',
    'tmpfs',
    '-o',
    'size=1m',
    'none',
    '/mnt',
  ],
};

const found = new Map<Need, boolean>();

/** The first of these that this machine has not, tried for real; `null` where it has all. */
export function lacking(needs: readonly Need[] = []): Need | null {
  for (const need of needs) {
    const [program = '', ...argv] = TRIALS[need];
    const works = found.get(need) ?? spawnSync(program, argv, { stdio: 'ignore' }).status === 0;
    found.set(need, works);
    if (!works) return need;
  }
  return null;
}

/** A mount namespace of one's own; for others than root inside a user namespace. */
export function namespaceOptions(): readonly string[] {
  return process.geteuid?.() === 0 ? ['-m'] : ['-r', '-m'];
}

/**
 * Words before a command that make one system call fail: the `when`th of each thread (strace counts
 * so), or every one from it (`5+`). What was done to it is written to `log`.
 */
export function injecting(
  call: string,
  what: string,
  when: string,
  log: string,
): readonly string[] {
  const fault = `inject=${call}:${what}:when=${when}`;
  const words = ['strace', '-f', '--seccomp-bpf', '-qq', '-o', log];
  return [...words, '-e', `trace=${call}`, '-e', fault];
}

/** One thread for all file operations, so that "the third write" is one and the same. */
export const ONE_FILE_THREAD = { UV_THREADPOOL_SIZE: '1' } as const;

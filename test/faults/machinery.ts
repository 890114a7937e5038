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
 * so), or every one from it (`5+`). What was done to it is written to `log`. For errors only: with
 * strace's filter in the kernel a signal comes at the first call or never, whatever `when` says.
 */
export function injecting(
  call: string,
  error: string,
  when: string,
  log: string,
): readonly string[] {
  const fault = `inject=${call}:error=${error}:when=${when}`;
  const words = ['strace', '-f', '--seccomp-bpf', '-qq', '-o', log];
  return [...words, '-e', `trace=${call}`, '-e', fault];
}

/** Words before a command that end a process with SIGKILL when one of its threads makes its `when`th such call. */
export function killing(call: string, when: number, log: string): readonly string[] {
  const fault = `inject=${call}:signal=SIGKILL:when=${when}`;
  return [...tracing([call], log), '-e', fault];
}

/** Words before a command that only write down its calls. */
export function tracing(calls: readonly string[], log: string): readonly string[] {
  return ['strace', '-f', '-qq', '-o', log, '-e', `trace=${calls.join(',')}`];
}

/**
 * Reads what {@link killing} wrote: the call that was being made when the process died, which must
 * be the `when`th of its thread, by its place among those of all threads; `null` where nothing was
 * killed.
 */
export function killPoint(log: string, call: string, when: number): number | null {
  if (!log.includes('+++ killed by SIGKILL +++')) return null;
  const made = new Map<string, number>();
  let ordinal = 0;
  let place: number | null = null;
  for (const line of log.split('\n')) {
    const [, thread = ''] = new RegExp(`^(\\d+)\\s+${call}\\(`, 'u').exec(line) ?? [];
    if (thread === '') continue;
    ordinal += 1;
    const count = (made.get(thread) ?? 0) + 1;
    made.set(thread, count);
    // A call that was never answered.
    const isLast = line.trimEnd().endsWith('= ?') || line.includes('<unfinished ...>');
    if (count === when && isLast) place = ordinal;
  }
  if (place === null) throw new Error(`killed elsewhere than at ${call} ${when}`);
  return place;
}

/** One thread for all file operations, so that "the third write" is one and the same. */
export const ONE_FILE_THREAD = { UV_THREADPOOL_SIZE: '1' } as const;

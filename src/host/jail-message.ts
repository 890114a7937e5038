// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:os';

/** What the launcher says of itself. */
export type JailMessage =
  { readonly held: 'namespace' | 'landlock' } | { readonly unable: string; readonly errno: number };

/** `null` for whatever is no word of the launcher's. */
export function readJailMessage(message: unknown): JailMessage | null {
  if (typeof message !== 'object' || message === null) return null;
  if ('held' in message && (message.held === 'namespace' || message.held === 'landlock')) {
    return { held: message.held };
  }
  if (!('unable' in message) || typeof message.unable !== 'string') return null;
  const errno = 'errno' in message && typeof message.errno === 'number' ? message.errno : 0;
  return { unable: message.unable, errno };
}

const STEPS: Readonly<Record<string, string>> = {
  unshare: 'no user namespace may be made here',
  map: 'user ids may not be mapped in a namespace here',
  namespace: 'the network of its own could not be set up',
  door: 'the socket inside could not be handed out',
  landlock: 'Landlock is not in this kernel',
  abi: "this kernel's Landlock knows no network rules (Linux 6.7 does)",
  privileges: 'privileges could not be given up',
  python: 'that Python lacks a module',
};

/** One clause: which step failed, and the kernel's own word for it. */
export function describeObstacle(
  level: string,
  { unable, errno }: { readonly unable: string; readonly errno: number },
): string {
  const words = Object.hasOwn(STEPS, unable) ? STEPS[unable] : unable;
  const name = errnoName(errno);
  return `${level}: ${words ?? unable}${name === null ? '' : ` (${name})`}`;
}

export function errnoName(errno: number): string | null {
  const named = Object.entries(constants.errno).find(([, number]) => number === errno);
  return named?.[0] ?? null;
}

// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from 'node:child_process';
import type { Server } from 'node:net';
import { readJailMessage, type JailMessage } from './jail-message.ts';

/** A launcher, and what is heard of it from its first word on. */
export interface Heard {
  readonly child: ChildProcess;
  /** Its channel is closed: it has become the installer, or has ended. */
  readonly closed: Promise<void>;
  /** It has ended, and all that it wrote is read. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  last(): JailMessage | null;
  /** Who takes the listener inside that it hands over. */
  handOverTo(receive: (door: Server) => void): void;
}

export function hear(child: ChildProcess): Heard {
  let last: JailMessage | null = null;
  let take: ((door: Server) => void) | null = null;
  const closed = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Awaited<Heard['ended']>>();
  child.on('message', (message: unknown, handle: unknown) => {
    last = readJailMessage(message);
    if (isListener(handle)) take?.(handle);
  });
  child.once('disconnect', () => closed.resolve());
  child.once('error', () => closed.resolve());
  child.once('close', (code, signal) => ended.resolve({ code, signal }));
  return {
    child,
    closed: closed.promise,
    ended: ended.promise,
    last: () => last,
    handOverTo(receive) {
      take = receive;
    },
  };
}

function isListener(handle: unknown): handle is Server {
  return typeof handle === 'object' && handle !== null && 'getConnections' in handle;
}

// SPDX-License-Identifier: Apache-2.0
import type { LookupFunction, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { Refusal } from '../../src/core/errors.ts';
import type { Upstream, UpstreamAnswer, UpstreamAsk } from '../../src/core/upstream.ts';
import { openUpstream, type UpstreamSettings } from '../../src/upstream/index.ts';
import { serveRaw, type RawAnswer, type RawServer } from './raw-server.ts';

/** Every name lies on loopback. */
const toLoopback: LookupFunction = (_name, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

/** An upstream that is closed with the test, reaches every name on loopback and never really waits. */
export function openTrial(settings: Partial<UpstreamSettings> = {}): Upstream {
  const upstream = openUpstream({
    caFiles: [],
    proxy: null,
    environment: {},
    minimumTls: 'TLSv1.2',
    allowPlainHttp: () => false,
    lookup: toLoopback,
    wait: () => Promise.resolve(),
    ...settings,
  });
  onTestFinished(() => upstream.close());
  return upstream;
}

/** A raw server that is closed with the test. */
export async function serveTrial(
  answer: RawAnswer,
  tls?: Parameters<typeof serveRaw>[1],
): Promise<RawServer> {
  const server = await serveRaw(answer, tls);
  onTestFinished(() => server.close());
  return server;
}

export function get(url: string, more: Partial<UpstreamAsk> = {}): UpstreamAsk {
  return { url, method: 'GET', headers: {}, maxBytes: 1_000_000, redirects: 'follow', ...more };
}

export async function textOf(answer: UpstreamAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The refusal that `work` must end in. */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('expected a refusal, found success');
}

/** The refusal of an ask or, where it was answered, of its body. */
export function refusalWhileReading(upstream: Upstream, ask: UpstreamAsk): Promise<Refusal> {
  return refusalOf(upstream.request(ask).then(textOf));
}

/** Resolves when the connection has ended, however. */
export async function gone(socket: Socket | undefined): Promise<void> {
  if (socket === undefined || socket.closed) return;
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
}

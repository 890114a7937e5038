// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { LateAgent } from './late-agent.ts';
import { Receiving } from './receiving.ts';

const server = createServer((_request, response) => response.end('here'));
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const receiving = (): Receiving =>
  new Receiving({
    headersTimeoutMs: 10_000,
    tooLate: () => new Error('too late'),
    onSent: () => undefined,
  });

function ask(agent: LateAgent, port: number): Receiving {
  const answer = receiving();
  const origin = `http://127.0.0.1:${port}`;
  agent.dispatch({ origin, path: '/', method: 'GET', headers: {}, body: null }, answer);
  return answer;
}

it('serves the first request, and none after its end, whether there was a first or not', async () => {
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
    });
  });
  const agent = new LateAgent({ pipelining: 1 });
  expect((await ask(agent, port).head).status).toBe(200);
  const unused = new LateAgent({ pipelining: 1 });
  const why = new Error('over');
  await Promise.all([agent.destroy(why), unused.destroy(why)]);
  for (const ended of [agent, unused]) {
    await expect(ask(ended, port).head).rejects.toThrow();
  }
});

it('tells whoever waits that there can be none', async () => {
  const answer = ask(new LateAgent({ maxOrigins: -1 }), 1);
  await expect(answer.head).rejects.toMatchObject({ code: 'WP-INTERNAL' });
});

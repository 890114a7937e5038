// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { ProxyAgent, request } from 'undici';
import type { Ground } from './ground.ts';

/** Resident KiB and open files of the gate's process. */
export interface Figures {
  readonly now: number;
  readonly peak: number;
  readonly descriptors: number;
}

export interface Answer {
  readonly status: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** A gate in its own process, with any number of clients before it. */
export interface GateHall extends AsyncDisposable {
  /** A client with connections of its own. */
  client(): Client;
  figures(): Promise<Figures>;
}

export interface Client {
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  close(): Promise<void>;
}

/** @param before words before the gate's command, as `How.before`. */
export async function openGateHall(
  ground: Ground,
  before: readonly string[] = [],
): Promise<GateHall> {
  const { world, environment } = ground;
  const [program, ...argv] = [
    ...before,
    process.execPath,
    '--expose-gc',
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'gate-process.ts'),
    world.index,
    world.authority.caFile,
    world.proxy,
  ];
  const gate = spawn(program, argv, {
    cwd: environment.directory,
    env: environment.variables,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [opened]: { proxy: string; ca: string }[] = await once(gate, 'message');
  if (opened === undefined) throw new Error('the gate did not open');
  const { proxy, ca } = opened;
  return {
    client() {
      const { username, password, origin } = new URL(proxy);
      const secret = Buffer.from(`${username}:${decodeURIComponent(password)}`).toString('base64');
      const agent = new ProxyAgent({
        uri: origin,
        token: `Basic ${secret}`,
        requestTls: { ca },
        allowH2: false,
      });
      return {
        async get(url, headers = {}) {
          const answer = await request(url, { dispatcher: agent, headers });
          const hash = createHash('sha256');
          let bytes = 0;
          for await (const chunk of answer.body) {
            hash.update(chunk);
            bytes += chunk.length;
          }
          return { status: answer.statusCode, bytes, sha256: hash.digest('hex') };
        },
        close: () => agent.close(),
      };
    },
    async figures() {
      gate.send('figures');
      const [figures]: Figures[] = await once(gate, 'message');
      if (figures === undefined) throw new Error('the gate is gone');
      return figures;
    },
    async [Symbol.asyncDispose]() {
      gate.send('end');
      await once(gate, 'exit');
    },
  };
}

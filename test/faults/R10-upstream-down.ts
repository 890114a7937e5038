// SPDX-License-Identifier: Apache-2.0
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { cutConnection } from '../world/exchange.ts';
import type { BuiltFile } from '../world/wheel.ts';
import { FILES, INDEX } from '../world/world.ts';
import { openBlackHole } from './black-hole.ts';
import type { Fault, FaultForm, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeEnd, judgeHandedOut, judgeStore } from './invariants.ts';

const UNREACHABLE = 20;
const SOURCE = 15;
const TIME = 16;
const REFUSED_MS = 10_000;
const SILENT_MS = 35_000;
/** Start, imports and pip's own end, which count to the run and not to the verdict. */
const START_MS = 5_000;

interface Down {
  readonly name: string;
  readonly exits: readonly number[];
  readonly boundMs: number;
  /** An index that is down in this way. */
  open(ground: Ground): Promise<{ readonly index: string; readonly close: () => void }>;
}

const DOWNS: readonly Down[] = [
  {
    name: 'refuses the connection',
    exits: [UNREACHABLE],
    boundMs: REFUSED_MS,
    async open() {
      const { port, close } = await listen((socket) => socket.destroy());
      close();
      return { index: `https://127.0.0.1:${port}/simple/`, close: () => undefined };
    },
  },
  {
    name: 'takes the connection and says nothing',
    exits: [UNREACHABLE, TIME],
    boundMs: SILENT_MS,
    async open() {
      const { port, close } = await listen(() => undefined);
      return { index: `https://127.0.0.1:${port}/simple/`, close };
    },
  },
  {
    name: 'swallows every packet',
    exits: [UNREACHABLE, TIME],
    boundMs: SILENT_MS,
    async open({ environment }) {
      const { port, close } = await openBlackHole(join(environment.target, 'bin', 'python'));
      return { index: `https://127.0.0.1:${port}/simple/`, close };
    },
  },
  {
    name: 'its name is not known',
    exits: [UNREACHABLE],
    boundMs: REFUSED_MS,
    open: async () => ({ index: 'https://nowhere.invalid/simple/', close: () => undefined }),
  },
  {
    name: 'speaks no TLS',
    exits: [SOURCE, UNREACHABLE],
    boundMs: REFUSED_MS,
    async open() {
      const { port, close } = await listen((socket) => socket.end('SSH-2.0-no\r\n'));
      return { index: `https://127.0.0.1:${port}/simple/`, close };
    },
  },
];

/** Nothing can be decided: said in time, and nothing forgotten. */
function play(down: Down): FaultForm['play'] {
  return async (ground): Promise<Played> => {
    const good = ground.publish({ name: 'good', version: '1.0' });
    const faults = judgeEnd(await ground.install(['good']), [0]);
    const before = await judgeStore(ground.data, new Map());
    const { index, close } = await down.open(ground);
    // Straight there: the world's proxy would answer in the server's place.
    const direct = { HTTPS_PROXY: '', HTTP_PROXY: '', https_proxy: '', http_proxy: '' };
    const how = { index, variables: direct };
    const run = await ground.install(['good'], how);
    faults.push(...judgeEnd(run, down.exits, [/next/u]));
    if (run.milliseconds > down.boundMs + START_MS)
      faults.push(`took ${Math.round(run.milliseconds)} ms`);
    close();
    faults.push(...judgeHandedOut(run, [good]));
    faults.push(...(await judgeStore(ground.data, before.remembered)).faults);
    faults.push(...judgeEnd(await ground.install(['good']), [0]));
    const seconds = (run.milliseconds / 1000).toFixed(1);
    return { faults, figure: `${seconds} s with start and end (bound ${down.boundMs / 1000} s)` };
  };
}

interface Asked {
  readonly words: readonly string[];
  readonly says: readonly RegExp[];
}

const byName = (): Asked => ({ words: ['good'], says: [/is down: .* old/u] });

const byAddress = ({ world }: Ground, { filename, sha256 }: BuiltFile): Asked => ({
  words: [`good @ ${world.origin(FILES)}/packages/${filename}#sha256=${sha256}`],
  says: [],
});

/** What was verified before is still served, with the age of what is known of it. */
function playKnown(ask: (ground: Ground, good: BuiltFile) => Asked): FaultForm['play'] {
  return async (ground): Promise<Played> => {
    const good = ground.publish({ name: 'good', version: '1.0' });
    const { words, says } = ask(ground, good);
    const faults = judgeEnd(await ground.install(words), [0]);
    const before = await judgeStore(ground.data, new Map());
    for (const name of [INDEX, FILES]) {
      ground.world.host(name).through(cutConnection);
    }
    const run = await ground.install(words);
    faults.push(...judgeEnd(run, [0], says));
    const served = run.report?.files.some(({ sha256 }) => sha256 === good.sha256) ?? false;
    if (!served) faults.push('the known file was not served');
    if (run.milliseconds > REFUSED_MS + START_MS)
      faults.push(`took ${Math.round(run.milliseconds)} ms`);
    faults.push(...(await judgeStore(ground.data, before.remembered)).faults);
    const unknown = await ground.install(['good==9.9']);
    faults.push(...judgeHandedOut(unknown, []));
    if (unknown.exit === 0) faults.push('a file that nobody has was installed');
    const seconds = (run.milliseconds / 1000).toFixed(1);
    return { faults, figure: `${seconds} s with start and end (bound ${REFUSED_MS / 1000} s)` };
  };
}

async function listen(
  answer: (socket: Socket) => void,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

export const R10: Fault = {
  id: 'R10',
  title: 'the upstream is down',
  forms: [
    ...DOWNS.map((down): FaultForm => ({
      name: down.name,
      installers: ['pip', 'uv'],
      play: play(down),
    })),
    {
      name: 'known files, by their index',
      installers: ['pip', 'uv'],
      network: true,
      play: playKnown(byName),
    },
    {
      name: 'known files, by their address',
      installers: ['pip', 'uv'],
      network: true,
      play: playKnown(byAddress),
    },
  ],
};

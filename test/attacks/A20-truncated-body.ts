// SPDX-License-Identifier: Apache-2.0
import { carrierOf, isHttp2, type Request, type Response } from '../world/exchange.ts';
import type { Hook } from '../world/host.ts';
import { FILES } from '../world/world.ts';
import { BOTH_REFUSE, refused, type Attack, type Form } from './attack.ts';
import { CUT_STREAMS, WHOLE_STREAM } from './broken-streams.ts';
import { GOOD, GOOD_PATH, type Stage } from './stage.ts';

const HALF = GOOD.bytes.subarray(0, GOOD.bytes.length >> 1);

type Cut = 'the connection' | 'the stream' | 'at its end';

/** Over HTTP/1.1 as the head has it; over HTTP/2, where it could have no such head, as named. */
function cutAfter(head: string, body: Uint8Array, cut: Cut): Hook {
  return (request, response) => {
    if (isHttp2(request)) return cutOver(request, response, head, cut);
    const { socket } = request;
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/zip\r\n${head}\r\n\r\n`);
    socket.write(body, () => socket.end());
  };
}

function cutOver(request: Request, response: Response, head: string, cut: Cut): void {
  const [, length] = /^content-length: (\d+)$/u.exec(head) ?? [];
  const told = length === undefined ? {} : { 'content-length': length };
  response.writeHead(200, { 'content-type': 'application/zip', ...told });
  response.write(HALF, () => {
    if (cut === 'the connection') carrierOf(request).end();
    // Without an error code, as if all had been said.
    else if (cut === 'the stream') request.stream?.close(0);
    else response.end();
  });
}

const CUTS: Readonly<Record<string, Hook>> = {
  'half of what was announced': cutAfter(
    `content-length: ${GOOD.bytes.length}`,
    HALF,
    'the connection',
  ),
  'chunks without an end': cutAfter(
    'transfer-encoding: chunked',
    Buffer.concat([Buffer.from(`${HALF.length.toString(16)}\r\n`), HALF, Buffer.from('\r\n')]),
    'the stream',
  ),
  'no length at all': cutAfter('connection: close', HALF, 'at its end'),
};

const direct = (stage: Stage): readonly string[] => [`good @ ${stage.packages}${GOOD.filename}`];

export const A20: Attack = {
  id: 'A20',
  title: 'the body is cut short',
  forms: [
    ...Object.entries(CUTS).map(([name, hook]): Form => {
      const lengthless = name === 'no length at all';
      return {
        name,
        mount: ({ world }) => world.host(FILES).hooks.set(GOOD_PATH, hook),
        ...(lengthless ? { ask: direct } : {}),
        expect: refused('E-UPSTREAM', ['WP-UPSTREAM-TRUNCATED', 'WP-ARCHIVE-MALFORMED'], {
          // Without a length nobody can tell a cut from a short file: the archive tells.
          neighbours: lengthless ? ['E-ARCHIVE'] : [],
          says: () => [GOOD.filename],
        }),
        plain: BOTH_REFUSE,
        defence: 'upstream and integrity',
      };
    }),
    ...CUT_STREAMS,
  ],
  twins: [
    {
      name: 'cut once, whole the second time',
      mount: ({ world }) => {
        const cut = CUTS['half of what was announced'];
        world.host(FILES).hooks.set(GOOD_PATH, (request, response, count) => {
          if (count === 1) cut?.(request, response, count);
          else response.end(GOOD.bytes);
        });
      },
      witness: (stage) => (stage.installedWord() === 'GOOD' ? [] : ['not installed']),
    },
    WHOLE_STREAM,
  ],
};

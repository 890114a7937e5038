// SPDX-License-Identifier: Apache-2.0
import type { Hook } from '../world/host.ts';
import { FILES } from '../world/world.ts';
import { BOTH_REFUSE, refused, type Attack, type Form } from './attack.ts';
import { GOOD, GOOD_PATH, type Stage } from './stage.ts';

const HALF = GOOD.bytes.subarray(0, GOOD.bytes.length >> 1);

function cutAfter(head: string, body: Uint8Array): Hook {
  return (request) => {
    const { socket } = request;
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/zip\r\n${head}\r\n\r\n`);
    socket.write(body, () => socket.end());
  };
}

const CUTS: Readonly<Record<string, Hook>> = {
  'half of what was announced': cutAfter(`content-length: ${GOOD.bytes.length}`, HALF),
  'chunks without an end': cutAfter(
    'transfer-encoding: chunked',
    Buffer.concat([Buffer.from(`${HALF.length.toString(16)}\r\n`), HALF, Buffer.from('\r\n')]),
  ),
  'no length at all': cutAfter('connection: close', HALF),
};

const direct = (stage: Stage): readonly string[] => [`good @ ${stage.packages}${GOOD.filename}`];

export const A20: Attack = {
  id: 'A20',
  title: 'the body is cut short',
  forms: Object.entries(CUTS).map(([name, hook]): Form => {
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
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { carrierOf, type Response } from '../world/exchange.ts';
import type { Hook } from '../world/host.ts';
import { FILES } from '../world/world.ts';
import { BOTH_REFUSE, PASSED, refused, type Attack, type Witness } from './attack.ts';
import { EVIL, GOOD, GOOD_PATH, type Stage } from './stage.ts';

const HALF = GOOD.bytes.length >> 1;
const LAST = GOOD.bytes.length - 1;

/** The first answer breaks off in the middle; what follows is told by `later`. */
const cutFirst =
  (later: (response: Response, count: number) => void) =>
  ({ world }: Stage): void => {
    const hook: Hook = (request, response, count) => {
      if (count > 1) return later(response, count);
      const headers = { 'content-type': 'application/zip', etag: '"a"' };
      response.writeHead(200, { ...headers, 'content-length': GOOD.bytes.length });
      response.write(GOOD.bytes.subarray(0, HALF), () => carrierOf(request).end());
    };
    world.host(FILES).hooks.set(GOOD_PATH, hook);
  };

/** A part that nobody asked for, of the other file. */
function sendPart(response: Response): void {
  const part = EVIL.bytes.subarray(HALF);
  response.writeHead(206, {
    'content-length': part.length,
    'content-range': `bytes ${HALF}-${LAST}/${GOOD.bytes.length}`,
    etag: '"b"',
  });
  response.end(part);
}

function sendWhole(response: Response, bytes: Uint8Array): void {
  response.writeHead(200, { 'content-length': bytes.length, etag: '"b"' });
  response.end(bytes);
}

const good: Witness = (stage) => {
  const word = stage.installedWord();
  return word === 'GOOD' ? [] : [`installed: ${word}`];
};

export const A19: Attack = {
  id: 'A19',
  title: 'another file is spliced on where a download was cut',
  forms: [
    {
      name: 'a whole other file with a changed ETag',
      mount: cutFirst((response) => sendWhole(response, EVIL.bytes)),
      expect: refused('E-BYTES', 'WP-HASH-MISMATCH', { says: () => [GOOD.filename] }),
      plain: BOTH_REFUSE,
      defence: 'upstream and integrity',
    },
    {
      name: 'always the rest of another file',
      mount: cutFirst(sendPart),
      expect: refused('E-BYTES', ['WP-HASH-MISMATCH', 'WP-UPSTREAM-TRUNCATED'], {
        neighbours: ['E-UPSTREAM'],
        says: () => [GOOD.filename],
      }),
      plain: BOTH_REFUSE,
      defence: { because: 'nothing asks for a part, with any wiring' },
    },
    {
      name: 'once the rest of another file: begun again from zero',
      mount: cutFirst((response, count) =>
        count === 2 ? sendPart(response) : sendWhole(response, GOOD.bytes),
      ),
      expect: PASSED,
      plain: null,
      defence: { because: 'nothing asks for a part, with any wiring' },
      witness: good,
    },
  ],
  twins: [
    {
      name: 'the same file under a changed ETag',
      mount: cutFirst((response) => sendWhole(response, GOOD.bytes)),
      witness: good,
    },
  ],
};

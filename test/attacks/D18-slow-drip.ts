// SPDX-License-Identifier: Apache-2.0
import type { Response } from '../world/exchange.ts';
import type { Hook } from '../world/host.ts';
import { FILES, INDEX } from '../world/world.ts';
import { refused, type Attack, type Form } from './attack.ts';
import { GOOD, GOOD_PAGE, GOOD_PATH } from './stage.ts';

/** Something, again and again, for as long as anybody listens. */
function drip(response: Response, act: () => unknown): void {
  const timer = setInterval(act, 100);
  response.once('close', () => clearInterval(timer));
}

const neverEndsHeaders: Hook = (request, response) => {
  const { stream, socket } = request;
  if (stream === undefined) {
    socket.write('HTTP/1.1 200 OK\r\n');
    drip(response, () => socket.write('x-more: 1\r\n'));
  } else {
    drip(response, () => stream.additionalHeaders({ ':status': 103, 'x-more': '1' }));
  }
};

const dripsBody: Hook = (_request, response) => {
  response.writeHead(200, { 'content-length': GOOD.bytes.length });
  drip(response, () => response.write('P'));
};

const SLOW: Readonly<Record<string, Hook>> = {
  'says nothing': () => undefined,
  'never ends its headers': neverEndsHeaders,
  'drips its body': dripsBody,
};

/** Slow, but it comes to an end: in ten pieces over a second. */
const leisurely: Hook = (_request, response) => {
  response.writeHead(200, { 'content-length': GOOD.bytes.length });
  const size = Math.ceil(GOOD.bytes.length / 10);
  let at = 0;
  const timer = setInterval(() => {
    response.write(GOOD.bytes.subarray(at, at + size));
    at += size;
    if (at < GOOD.bytes.length) return;
    clearInterval(timer);
    response.end();
  }, 100);
};

const form = (name: string, host: string, path: string, hook: Hook): Form => ({
  name,
  mount: ({ world }) => world.host(host).hooks.set(path, hook),
  expect: refused('E-LIMIT', 'WP-LIMIT-TIME', { says: () => [host] }),
  // They wait for longer than anybody wants to watch.
  plain: null,
  defence: { because: 'without it nothing ever ends; the limits are shown in upstream' },
  wiring: 'impatient',
  withinMilliseconds: 20_000,
});

export const D18: Attack = {
  id: 'D18',
  title: 'the server drips',
  forms: Object.entries(SLOW).flatMap(([name, hook]) => [
    form(`the file host ${name}`, FILES, GOOD_PATH, hook),
    form(`the index ${name}`, INDEX, GOOD_PAGE, hook),
  ]),
  twins: [
    {
      name: 'slow, but it comes to an end',
      mount: ({ world }) => world.host(FILES).hooks.set(GOOD_PATH, leisurely),
    },
  ],
};

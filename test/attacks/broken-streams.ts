// SPDX-License-Identifier: Apache-2.0
import {
  END_HEADERS,
  END_STREAM,
  field,
  FRAME,
  OK,
  type FrameAnswer,
} from '../world/frame-server.ts';
import { FILES } from '../world/world.ts';
import { refused, type Form, type Twin } from './attack.ts';
import { GOOD, GOOD_PATH, type Stage } from './stage.ts';
import { SAME_HOST } from './tls-port.ts';

const HALF = GOOD.bytes.subarray(0, GOOD.bytes.length >> 1);
/** More than any kernel takes for somebody who does not read. */
const MANY = 200_000;

/** What can be done to one of many answers on a connection, and to the connection itself. */
const CUTS: Readonly<Record<string, FrameAnswer>> = {
  'a stream is given up without an error': (say, stream) => {
    begin(say, stream);
    say.reset(stream, 0);
  },
  'the server takes its leave in the middle': (say, stream) => {
    begin(say, stream);
    say.goaway(0);
  },
  'a stream ends, and half of what it told has come': (say, stream) => {
    say.answer(stream, HALF, field('content-length', `${GOOD.bytes.length}`));
  },
  'the rest comes over a stream that nobody asked for': (say, stream) => {
    begin(say, stream);
    say.send(FRAME.data, END_STREAM, stream + 1, GOOD.bytes.subarray(HALF.length));
    say.socket.end();
  },
};

const FLOODS: Readonly<Record<string, FrameAnswer>> = {
  'headers without an end': (say, stream) => {
    say.send(FRAME.headers, 0, stream, OK);
    for (let left = 2_000; left > 0; left -= 1)
      say.send(FRAME.continuation, 0, stream, field('x-a', 'b'.repeat(100)));
  },
  'headers that expand without measure': (say, stream) => {
    // One of 3,900 bytes goes into the table (RFC 7541 6.2.1), and is named 12,000 times.
    const named = Buffer.concat([Buffer.from([0x40, 1, 0x61, 0x7f, 0xbd, 0x1d])]);
    const block = [OK, named, Buffer.alloc(3_900, 'b'), Buffer.alloc(12_000, 0xbe)];
    say.send(FRAME.headers, END_HEADERS | END_STREAM, stream, Buffer.concat(block));
  },
  'files that nobody asked for': (say, stream) => {
    const promise = Buffer.concat([Buffer.from([0, 0, 0, 2]), OK]);
    for (let left = 100; left > 0; left -= 1) say.send(FRAME.push, END_HEADERS, stream, promise);
  },
  'questions whose answers it does not read': (say) => {
    say.socket.pause();
    for (let left = MANY; left > 0; left -= 1) say.send(FRAME.ping, 0, 0, Buffer.alloc(8));
  },
  'settings without an end': (say) => {
    say.socket.pause();
    for (let left = MANY; left > 0; left -= 1) say.send(FRAME.settings, 0, 0);
  },
};

function begin(say: Parameters<FrameAnswer>[0], stream: number): void {
  say.send(FRAME.headers, END_HEADERS, stream, OK);
  say.send(FRAME.data, 0, stream, HALF);
}

/** The file host speaks HTTP/2 in this way, and hangs up on whoever speaks HTTP/1.1. */
function mountFrames(answer: FrameAnswer) {
  return async (stage: Stage): Promise<void> => {
    const answerAlone = { answerAlone: (socket: { destroy(): unknown }) => socket.destroy() };
    const { port } = await stage.world.openFrames(FILES, answer, answerAlone);
    stage.listOnly(GOOD, { href: `https://${FILES}:${port}${GOOD_PATH}`, sidecar: false });
  };
}

function formsOf(answers: Readonly<Record<string, FrameAnswer>>): readonly Form[] {
  return Object.entries(answers).map(([name, answer]) => ({
    name: `over HTTP/2: ${name}`,
    over: 'h2',
    policy: SAME_HOST,
    mount: mountFrames(answer),
    expect: refused('E-UPSTREAM', ['WP-UPSTREAM-UNREACHABLE', 'WP-UPSTREAM-TRUNCATED'], {
      says: () => [GOOD.filename],
    }),
    // Each has its own way of giving up, and its own patience.
    plain: null,
    defence: { because: 'no other wiring speaks HTTP/2; the bounds are shown in upstream' },
    withinMilliseconds: 20_000,
  }));
}

/** For A20. */
export const CUT_STREAMS = formsOf(CUTS);
/** For D19. */
export const FLOODED_CONNECTIONS = formsOf(FLOODS);

export const WHOLE_STREAM: Twin = {
  name: 'over HTTP/2, frame by frame and whole',
  over: 'h2',
  policy: SAME_HOST,
  mount: mountFrames((say, stream) => say.answer(stream, GOOD.bytes)),
  witness: (stage) => (stage.installedWord() === 'GOOD' ? [] : ['not installed']),
};

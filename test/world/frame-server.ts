// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TlsOptions, type TLSSocket } from 'node:tls';

/** Frame types and flags of RFC 9113 6. */
export const FRAME = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  continuation: 9,
  origin: 12,
} as const;
export const END_STREAM = 1;
export const END_HEADERS = 4;

/** `:status: 200` by RFC 7541 A, and any other header as a literal that is not indexed. */
export const OK = Buffer.from([0x88]);
export function field(name: string, value: string): Buffer {
  const text = (of: string): Buffer[] => [Buffer.from([of.length]), Buffer.from(of)];
  return Buffer.concat([Buffer.from([0]), ...text(name), ...text(value)]);
}

/** One connection of a server that speaks HTTP/2 frame by frame, so that it can break its rules. */
export class FrameSpeaker {
  readonly socket: TLSSocket;

  constructor(socket: TLSSocket) {
    this.socket = socket;
  }

  send(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): void {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    this.socket.write(Buffer.concat([head, payload]));
  }

  answer(stream: number, body: string | Uint8Array, more: Buffer = Buffer.alloc(0)): void {
    this.send(FRAME.headers, END_HEADERS, stream, Buffer.concat([OK, more]));
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    this.send(FRAME.data, END_STREAM, stream, bytes);
  }

  reset(stream: number, code: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(code);
    this.send(FRAME.reset, 0, stream, payload);
  }

  goaway(last: number, code = 0): void {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(last);
    payload.writeUInt32BE(code, 4);
    this.send(FRAME.goaway, 0, 0, payload);
  }
}

export interface FrameServer {
  readonly port: number;
  /** Those that speak HTTP/2. */
  readonly speakers: readonly FrameSpeaker[];
  /** How many requests came over HTTP/1.1, each answered `alone` where nothing else is said. */
  readonly alone: () => number;
  close(): Promise<void>;
}

/** Says something in answer to a request; `count` is its number on this server, from 1. */
export type FrameAnswer = (say: FrameSpeaker, stream: number, count: number) => void;

export interface FrameOptions extends TlsOptions {
  /** The payload of the server's SETTINGS. */
  readonly settings?: Uint8Array;
  /** Does not hang up because the client has. */
  readonly allowHalfOpen?: boolean;
  /** Answers no PING. */
  readonly isMute?: boolean;
  /** Answers a request of HTTP/1.1 in place of `alone`. */
  readonly answerAlone?: (socket: TLSSocket) => void;
}

const PREFACE_BYTES = 24;

function sayAlone(socket: TLSSocket): void {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nalone');
}

/** Listens on loopback, port 0; whoever does not want HTTP/2 is answered `alone`. */
export async function serveFrames(
  answer: FrameAnswer,
  { settings, isMute, answerAlone = sayAlone, ...tls }: FrameOptions,
): Promise<FrameServer> {
  const sockets: TLSSocket[] = [];
  const speakers: FrameSpeaker[] = [];
  let asked = 0;
  let alone = 0;
  const speak = (socket: TLSSocket): void => {
    const say = new FrameSpeaker(socket);
    speakers.push(say);
    say.send(FRAME.settings, 0, 0, settings);
    let held = Buffer.alloc(0);
    let isBegun = false;
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      if (!isBegun && held.length >= PREFACE_BYTES) {
        isBegun = true;
        held = held.subarray(PREFACE_BYTES);
      }
      if (!isBegun) return;
      while (held.length >= 9 && held.length >= 9 + held.readUIntBE(0, 3)) {
        const [type, flags] = [held.readUInt8(3), held.readUInt8(4)];
        const stream = held.readUInt32BE(5);
        const payload = held.subarray(9, 9 + held.readUIntBE(0, 3));
        held = held.subarray(9 + payload.length);
        if (type === FRAME.settings && flags === 0) say.send(FRAME.settings, 1, 0);
        if (type === FRAME.ping && flags === 0 && isMute !== true) {
          say.send(FRAME.ping, 1, 0, payload);
        }
        if (type === FRAME.headers) answer(say, stream, (asked += 1));
      }
    });
  };
  const serve = (socket: TLSSocket): void => {
    socket.on('data', (chunk: Buffer) => {
      if (!chunk.toString('latin1').endsWith('\r\n\r\n')) return;
      alone += 1;
      answerAlone(socket);
    });
  };
  const server = createServer(
    { noDelay: true, ALPNProtocols: ['h2', 'http/1.1'], ...tls },
    (socket) => {
      sockets.push(socket);
      socket.on('error', () => socket.destroy());
      if (socket.alpnProtocol === 'h2') speak(socket);
      else serve(socket);
    },
  );
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port }: AddressInfo = Object(server.address());
  return {
    port,
    speakers,
    alone: () => alone,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
}

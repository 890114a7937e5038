// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { tunnel } from './fakes.test-support.ts';
import type { Gateway } from './index.ts';

export const DATA = 0x0;
export const HEADERS = 0x1;
export const RST_STREAM = 0x3;
export const SETTINGS = 0x4;
export const WINDOW_UPDATE = 0x8;
export const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const CONTINUATION = 0x9;

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const FRAME_HEADER_BYTES = 9;
const MAX_FRAME_BYTES = 16_384;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
}

export type Fields = readonly (readonly [string, string])[];

/** A client that sends whatever frames it is told to, and keeps those that come (RFC 9113 4.1). */
export class RawHttp2 {
  readonly frames: Frame[] = [];
  readonly socket: TLSSocket;
  readonly closed: Promise<unknown>;
  #rest = Buffer.alloc(0);

  constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('error', () => socket.destroy());
    this.closed = once(socket, 'close');
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.write(PREFACE);
    this.send(SETTINGS, 0, 0, Buffer.alloc(0));
  }

  send(type: number, flags: number, stream: number, payload: Uint8Array): void {
    this.socket.write(frame(type, flags, stream, payload));
  }

  get(stream: number, host: string, path: string): void {
    const head: Fields = [
      [':method', 'GET'],
      [':scheme', 'https'],
      [':path', path],
    ];
    this.request(stream, [...head, [':authority', host]]);
  }

  /** A request, its fields as they are: neither judged nor compressed; `more` where a body follows. */
  request(stream: number, fields: Fields, { more = false } = {}): void {
    const block = Buffer.concat(fields.map(literal));
    for (let at = 0; at === 0 || at < block.length; at += MAX_FRAME_BYTES) {
      const last = at + MAX_FRAME_BYTES >= block.length ? END_HEADERS : 0;
      const part = block.subarray(at, at + MAX_FRAME_BYTES);
      if (at === 0) this.send(HEADERS, (more ? 0 : END_STREAM) | last, stream, part);
      else this.send(CONTINUATION, last, stream, part);
    }
  }

  /** The first frame that is so, or `null` where the connection ends without one. */
  async frame(isIt: (frame: Frame) => boolean): Promise<Frame | null> {
    for (;;) {
      const found = this.frames.find(isIt);
      if (found !== undefined) return found;
      if (this.socket.destroyed) return null;
      await Promise.race([once(this.socket, 'data').catch(() => null), this.closed]);
    }
  }

  /** Whether a stream ends without an answer: by its reset, or with its connection. */
  async refused(stream: number): Promise<boolean> {
    const answered = ({ type }: Frame): boolean => type === HEADERS || type === RST_STREAM;
    const told = await this.frame((one) => one.stream === stream && answered(one));
    return told === null || told.type === RST_STREAM;
  }

  end(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    let rest = Buffer.concat([this.#rest, chunk]);
    while (rest.length >= FRAME_HEADER_BYTES) {
      const end = FRAME_HEADER_BYTES + rest.readUIntBE(0, 3);
      if (rest.length < end) break;
      const [type = 0, flags = 0] = rest.subarray(3, 5);
      this.frames.push({ type, flags, stream: rest.readUInt32BE(5) });
      rest = rest.subarray(end);
    }
    this.#rest = rest;
  }
}

export async function rawHttp2(gateway: Gateway, authority: string): Promise<RawHttp2> {
  return new RawHttp2(await tunnel(gateway, authority, ['h2']));
}

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array,
): Uint8Array {
  const head = Buffer.alloc(FRAME_HEADER_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** RFC 7541 6.2.2, both strings as they are. */
function literal([name, value]: readonly [string, string]): Uint8Array {
  return Buffer.concat([Buffer.from([0]), string(name), string(value)]);
}

function string(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([length(bytes.length), bytes]);
}

/** An integer with a prefix of seven bits (RFC 7541 5.1). */
function length(value: number): Uint8Array {
  const most = 127;
  if (value < most) return Buffer.from([value]);
  const bytes = [most];
  let rest = value - most;
  for (; rest >= 128; rest >>= 7) bytes.push((rest & most) | 128);
  return Buffer.from([...bytes, rest]);
}

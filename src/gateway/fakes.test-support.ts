// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { ProxyAgent, request } from 'undici';
import type { Artifact, ListedFile } from '../core/artifact.ts';
import { Refusal, reason, type Reason } from '../core/errors.ts';
import type { PageAsk } from '../core/evidence.ts';
import type { Upstream, UpstreamAnswer, UpstreamAsk } from '../core/upstream.ts';
import type {
  FileAsk,
  FileOutcome,
  PageOutcome,
  Receipt,
  ReleasedFile,
  SidecarOutcome,
  StreamingFile,
  Verification,
} from '../core/verification.ts';
import { bareListing } from '../core/listed-file.ts';
import { openGateway, type Gateway, type GatewayEvent, type GatewayParts } from './index.ts';

export const INDEX = 'https://index.example/simple/';
export const WHEEL_NAME = 'demo-1.0-py3-none-any.whl';
export const WHEEL = `https://files.index.example/${WHEEL_NAME}`;
export const MISMATCH = reason('WP-HASH-MISMATCH', `${WHEEL_NAME}: expected sha256 aa, found bb`);

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

export function listed(filename = WHEEL_NAME): ListedFile {
  const url = `https://files.index.example/${filename}`;
  return { ...bareListing(filename, url), hashes: { sha256: '0'.repeat(64) } };
}

function artifact(url: string): Artifact {
  return {
    index: INDEX,
    project: 'demo',
    version: '1.0',
    filename: url.slice(url.lastIndexOf('/') + 1),
    kind: 'wheel',
    url,
    listed: listed(),
  };
}

export function receipt(url: string, reasons: readonly Reason[] = []): Receipt {
  const verdict = reasons.length === 0 ? 'first-seen' : 'failed';
  const decision = { verdict, reasons, findings: [], notes: [] } as const;
  return { artifact: artifact(url), sha256: null, size: null, decision, at: 0, asked: true };
}

/** Answers as it is told, and counts handles that were not closed. */
export class FakeVerification implements Verification {
  readonly asks: { readonly what: string; readonly ask: FileAsk | PageAsk }[] = [];
  readonly files = new Map<string, () => FileOutcome | Promise<FileOutcome>>();
  readonly pages = new Map<string, PageOutcome>();
  readonly sidecars = new Map<string, SidecarOutcome>();
  /** Handles given out so far, and those not closed yet. */
  opened = 0;
  open = 0;

  page(ask: PageAsk): Promise<PageOutcome> {
    this.asks.push({ what: 'page', ask });
    return Promise.resolve(this.pages.get(ask.url) ?? { outcome: 'not-found', status: 404 });
  }

  async file(ask: FileAsk): Promise<FileOutcome> {
    this.asks.push({ what: 'file', ask });
    const made = this.files.get(ask.url);
    return made === undefined ? { outcome: 'not-served', status: 404, challenge: null } : made();
  }

  sidecar(ask: FileAsk): Promise<SidecarOutcome> {
    this.asks.push({ what: 'sidecar', ask });
    return Promise.resolve(this.sidecars.get(ask.url) ?? { outcome: 'not-found', status: 404 });
  }

  release(url: string, bytes: Uint8Array): void {
    this.files.set(url, () => ({
      outcome: 'released',
      file: this.#held(bytes),
      receipt: receipt(url),
    }));
  }

  refuse(url: string, why: Reason = MISMATCH): void {
    this.files.set(url, () => ({ outcome: 'refused', receipt: receipt(url, [why]) }));
  }

  /** A file that comes in steps: `releasable` is asked for each. */
  stream(
    url: string,
    bytes: Uint8Array,
    releasable: StreamingFile['releasable'],
    lend: StreamingFile['lend'] = () => null,
  ): void {
    this.files.set(url, () => ({
      outcome: 'streaming',
      file: { ...this.#held(bytes), releasable, lend },
      artifact: artifact(url),
    }));
  }

  #held(bytes: Uint8Array): ReleasedFile {
    this.opened += 1;
    this.open += 1;
    let closed = false;
    return {
      size: bytes.length,
      digests: { sha256: sha256(bytes) },
      read: (position, length) => {
        if (closed) throw new Error('read after close');
        return Promise.resolve(bytes.subarray(position, position + length));
      },
      close: () => {
        if (!closed) this.open -= 1;
        closed = true;
        return Promise.resolve();
      },
    };
  }
}

export interface Told {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: readonly (string | Uint8Array)[];
}

/** The outside as told; an address it was not told of cannot be reached. */
export class FakeUpstream implements Upstream {
  readonly asks: UpstreamAsk[] = [];
  readonly bodies: string[] = [];
  readonly told = new Map<string, Told>();
  unfinished = 0;

  async request(ask: UpstreamAsk): Promise<UpstreamAnswer> {
    this.asks.push(ask);
    const sent: Uint8Array[] = [];
    for await (const chunk of ask.body ?? []) sent.push(chunk);
    this.bodies.push(Buffer.concat(sent).toString());
    const told = this.told.get(ask.url);
    if (told === undefined) {
      throw new Refusal('WP-UPSTREAM-UNREACHABLE', { message: `${ask.url} cannot be reached` });
    }
    this.unfinished += 1;
    const { status = 200, headers = {} } = told;
    return { status, headers, url: ask.url, body: this.#body(told) };
  }

  async *#body(told: Told): AsyncGenerator<Uint8Array> {
    try {
      for (const chunk of told.body ?? []) yield Buffer.from(chunk);
    } finally {
      this.unfinished -= 1;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export const PROTOCOLS = ['http/1.1', 'h2'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface Scene {
  readonly gateway: Gateway;
  readonly verification: FakeVerification;
  readonly upstream: FakeUpstream;
  readonly events: GatewayEvent[];
  /** With the per-run secret. */
  readonly client: ProxyAgent;
  close(): Promise<void>;
}

export async function openScene(
  more: Partial<GatewayParts> = {},
  protocol: Protocol = 'http/1.1',
): Promise<Scene> {
  const verification = new FakeVerification();
  const upstream = new FakeUpstream();
  const events: GatewayEvent[] = [];
  const gateway = await openGateway({
    verification,
    upstream,
    clock: { now: () => Date.now() },
    peerOwner: () => Promise.resolve(null),
    ownUid: 1000,
    log: (event) => events.push(event),
    isKnownIndexUrl: (url) => url.startsWith(INDEX),
    ...more,
  });
  const client = new ProxyAgent({
    uri: gateway.proxyWithSecret,
    requestTls: { ca: gateway.caPem },
    allowH2: protocol === 'h2',
  });
  return {
    gateway,
    verification,
    upstream,
    events,
    client,
    async close() {
      await client.destroy();
      await gateway.close();
    },
  };
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export async function fetchThrough(
  { client }: Scene,
  url: string,
  asking: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Got> {
  const { statusCode, headers, body } = await request(url, { dispatcher: client, ...asking });
  return { status: statusCode, headers, body: Buffer.from(await body.arrayBuffer()) };
}

export const problem = ({ body }: Got): unknown => JSON.parse(body.toString());

export function secretOf({ proxyWithSecret }: Gateway): string {
  const { username, password } = new URL(proxyWithSecret);
  return `Proxy-Authorization: Basic ${Buffer.from(`${username}:${password}`).toString('base64')}\r\n`;
}

export function plainSocket(gateway: Gateway): Socket {
  return connect({ port: gateway.port, host: '127.0.0.1' });
}

/** The TLS end of a tunnel through the gate; no http spoken yet. */
export async function tunnel(
  gateway: Gateway,
  authority: string,
  protocols: readonly string[] = ['http/1.1'],
): Promise<TLSSocket> {
  const raw = plainSocket(gateway);
  raw.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${secretOf(gateway)}\r\n`);
  const answer = await nextChunk(raw);
  if (!answer.startsWith('HTTP/1.1 200')) throw new Error(answer);
  const host = authority.replace(/:\d+$/u, '').replace(/^\[|\]$/gu, '');
  const named = /^[\d.:a-f]+$/u.test(host) ? { host } : { servername: host };
  const secure = connectTls({
    socket: raw,
    ca: gateway.caPem,
    ALPNProtocols: [...protocols],
    ...named,
  });
  await new Promise((resolve, reject) => {
    secure.once('secureConnect', resolve).once('error', reject);
  });
  return secure;
}

function nextChunk(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (chunk) => resolve(chunk.toString('latin1')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}

/** Everything until the other side closes, or `error:CODE` after it where the connection broke. */
export function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(`${text}error:${error.code}`));
    socket.once('close', () => resolve(text));
  });
}

/** One raw exchange through a tunnel. */
export async function speak(gateway: Gateway, authority: string, text: string): Promise<string> {
  const socket = await tunnel(gateway, authority);
  socket.write(text);
  return readAll(socket);
}

// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:http';
import type { Server } from 'node:net';
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls';
import { makeAuthority, type Authority, type KeyAndCertificate } from './certificates.ts';
import type { Protocol } from './exchange.ts';
import { makeForwardProxy, type Reached } from './forward-proxy.ts';
import {
  serveFrames,
  type FrameAnswer,
  type FrameOptions,
  type FrameServer,
} from './frame-server.ts';
import { Host, type Seen } from './host.ts';
import { listed, type ListedModel, type ProjectModel } from './index-model.ts';
import { closing, listen, makeTlsServer, type Listener } from './listeners.ts';
import type { BuiltFile } from './wheel.ts';

/** Names that exist in every world; whatever ends in `.test` leads here too. */
export const INDEX = 'index.test';
export const FILES = 'files.test';
export const EVIL = 'evil.test';

/** A small internet on loopback: an index, file hosts, an attacker, and a proxy that finds them. */
export interface World extends AsyncDisposable {
  /** What every port of it speaks over TLS, but for those that are told otherwise. */
  readonly protocol: Protocol;
  readonly authority: Authority;
  /** `http://127.0.0.1:PORT`: through it, every `*.test` is found. */
  readonly proxy: string;
  /** Every host and port that was asked for through the proxy. */
  readonly reached: readonly Reached[];
  host(name: string): Host;
  /** What was asked of hosts that this world did not make up. */
  seenElsewhere(): readonly Seen[];
  /** `https://NAME:PORT` */
  origin(name: string, scheme?: 'http' | 'https'): string;
  /** A second https port of every host. */
  otherOrigin(name: string): string;
  /** One more https port, of every host, that speaks TLS as it is told; closed with the world. */
  openTls(options: TlsOptions): Promise<TlsPort>;
  /** One more port of one host, that speaks HTTP/2 frame by frame; closed with the world. */
  openFrames(name: string, answer: FrameAnswer, options?: FrameOptions): Promise<FrameServer>;
  /** The index address: `https://index.test:PORT/simple/`. */
  readonly index: string;
  /** Puts files on the file host and on the index's page of their project. */
  publish(file: BuiltFile, over?: Partial<ListedModel>): ListedModel;
  project(name: string): ProjectModel;
  /** The certificate that a host shows; the authority's own for it where `null`. */
  showCertificate(name: string, certificate: KeyAndCertificate | null): void;
  /** Makes every host honest and empty again; keeps certificates of the first day. */
  reset(): void;
}

export interface TlsPort {
  readonly port: number;
  /** How many came, whether or not they got as far as TLS. */
  readonly connections: () => number;
}

let sharedAuthority: Authority | null = null;
/** Making keys takes time; one authority serves a whole test process. */
const leaves = new Map<string, SecureContext>();

export interface WorldWish {
  /** Hosts of other names are there as well, and know nothing (404). */
  readonly knowsNothingElsewhere?: boolean;
  /** HTTP/1.1 alone where absent. */
  readonly protocol?: Protocol;
}

export async function openWorld({
  knowsNothingElsewhere,
  protocol = 'http/1.1',
}: WorldWish = {}): Promise<World> {
  sharedAuthority ??= makeAuthority({ name: 'test world authority' });
  const authority = sharedAuthority;
  const hosts = new Map<string, Host>();
  const shown = new Map<string, SecureContext>();
  const reached: Reached[] = [];

  const host = (name: string): Host => {
    const known = hosts.get(name) ?? new Host(name);
    hosts.set(name, known);
    return known;
  };
  const secureFor = (name: string): SecureContext => {
    const own = shown.get(name) ?? leaves.get(name);
    if (own !== undefined) return own;
    const made = secureContext(authority.leaf({ names: [name === '' ? 'localhost' : name] }));
    leaves.set(name, made);
    return made;
  };
  const listener =
    (scheme: 'http' | 'https'): Listener =>
    (request, response) => {
      const asked = String(request.headers[':authority'] ?? request.headers.host ?? '');
      host(asked.replace(/:\d+$/u, '').toLowerCase()).answer(request, response, scheme);
    };
  const tlsServer = (): Server =>
    makeTlsServer(
      protocol,
      { SNICallback: (name, done) => done(null, secureFor(name.toLowerCase())) },
      listener('https'),
    );
  let tlsAt = 0;
  const servers: Server[] = [
    createServer(listener('http')),
    tlsServer(),
    tlsServer(),
    makeForwardProxy(reached, knowsNothingElsewhere === true ? () => tlsAt : undefined),
  ];
  const closes = servers.map(closing);
  const ports = await Promise.all(servers.map(listen));
  tlsAt = ports[1] ?? 0;
  const [plainPort = 0, tlsPort = 0, otherPort = 0, proxyPort = 0] = ports;

  const origin = (name: string, scheme: 'http' | 'https' = 'https'): string =>
    `${scheme}://${name}:${scheme === 'https' ? tlsPort : plainPort}`;
  const project = (name: string): ProjectModel => {
    const { projects } = host(INDEX);
    const known = projects.get(name) ?? {
      name,
      files: [],
      apiVersion: '1.1',
      forms: ['json', 'html'],
      raw: {},
    };
    projects.set(name, known);
    return known;
  };
  return {
    authority,
    protocol,
    proxy: `http://127.0.0.1:${proxyPort}`,
    reached,
    host,
    seenElsewhere: () =>
      [...hosts.values()].flatMap(({ name, seen }) => (/(?:^|\.)test\.?$/u.test(name) ? [] : seen)),
    origin,
    project,
    otherOrigin: (name) => `https://${name}:${otherPort}`,
    index: `${origin(INDEX)}/simple/`,
    async openTls(options) {
      const server = makeTlsServer(protocol, options, listener('https'));
      let connections = 0;
      server.on('connection', () => (connections += 1));
      closes.push(closing(server));
      return { port: await listen(server), connections: () => connections };
    },
    async openFrames(name, answer, options = {}) {
      const { certPem: cert, keyPem: key } = authority.leaf({ names: [name] });
      const server = await serveFrames(answer, { cert, key, ...options });
      closes.push(() => server.close());
      return server;
    },
    publish(file, over = {}) {
      const entry = listed(file, { base: `${origin(FILES)}/packages/`, ...over });
      const name = file.project.toLowerCase().replace(/[-_.]+/gu, '-');
      project(name).files.push(entry);
      const path = `/packages/${file.filename}`;
      host(FILES).files.set(path, file.bytes);
      if (entry.sidecar) host(FILES).files.set(`${path}.metadata`, file.metadata);
      return entry;
    },
    showCertificate(name, certificate) {
      if (certificate === null) shown.delete(name);
      else shown.set(name, secureContext(certificate));
    },
    reset() {
      for (const each of hosts.values()) each.reset();
      shown.clear();
      reached.length = 0;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(closes.map((close) => close()));
    },
  };
}

function secureContext({ certPem, keyPem }: KeyAndCertificate): SecureContext {
  return createSecureContext({ cert: certPem, key: keyPem });
}

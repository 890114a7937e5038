// SPDX-License-Identifier: Apache-2.0
/*
 * The index that everything is measured against, a process of its own: upstream.ts COLLECTION DELAY
 * LARGE. It prints one line of JSON when it is ready and ends when its standard input does.
 *
 * The network's model: one round trip is DELAY ms. A new connection waits two (TCP, TLS 1.3) before
 * it is answered, every request waits one before its answer begins; requests of one HTTP/2
 * connection wait side by side. Bandwidth is loopback's, there is no loss and no slow start.
 */
import { createReadStream, existsSync, statSync, writeFileSync } from 'node:fs';
import {
  createSecureServer,
  type Http2ServerRequest as Request,
  type Http2ServerResponse as Response,
} from 'node:http2';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { makeAuthority } from '../test/world/certificates.ts';
import { portOf } from './peers/server.ts';
import { addLarge, listOf, readPages, type Body, type LargeFile } from './upstream-content.ts';

const [, , folder = '', delayText = '20', largeText = '0', caFile = ''] = process.argv;
const delay = Number(delayText);
const authority = makeAuthority({ name: 'benchmark authority' });
const { certPem: cert, keyPem: key } = authority.leaf({ names: ['localhost', '127.0.0.1'] });
const counts = { requests: 0, connections: 0, missing: [] as string[] };

function after(milliseconds: number, act: () => void): void {
  if (milliseconds === 0) act();
  else setTimeout(act, milliseconds);
}

/** TLS with HTTP/1.1 and HTTP/2 behind a door at which new connections wait. */
async function listen(answer: (request: Request, response: Response) => void): Promise<string> {
  const secure = createSecureServer({ allowHTTP1: true, cert, key });
  secure.on('tlsClientError', () => undefined).on('sessionError', () => undefined);
  secure.on('request', (request: Request, response: Response) => {
    counts.requests += 1;
    response.on('error', () => undefined);
    after(delay, () => answer(request, response));
  });
  const door: Server = createServer({ pauseOnConnect: delay > 0, noDelay: true }, (socket) => {
    counts.connections += 1;
    socket.on('error', () => undefined);
    after(2 * delay, () => secure.emit('connection', socket));
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return `https://localhost:${portOf(door)}`;
}

function missing(request: Request, response: Response): void {
  counts.missing.push(request.url);
  response.writeHead(404, { 'content-length': '0' }).end();
}

function sendPage(request: Request, response: Response, body: Body): void {
  const headers = { 'cache-control': 'max-age=600, public', etag: body.etag, vary: 'Accept' };
  if (request.headers['if-none-match'] === body.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const packed = /\bgzip\b/u.test(request.headers['accept-encoding'] ?? '');
  const bytes = packed ? body.packed : body.plain;
  response.writeHead(200, {
    ...headers,
    'content-type': body.type,
    'content-length': bytes.length,
    ...(packed ? { 'content-encoding': 'gzip' } : {}),
  });
  if (request.method === 'HEAD') response.end();
  else response.end(bytes);
}

const FILE_HEADERS = {
  'content-type': 'application/octet-stream',
  'cache-control': 'max-age=365000000, immutable, public',
  'accept-ranges': 'bytes',
};

function sendFile(request: Request, response: Response, path: string): void {
  const { size } = statSync(path);
  const range = /^bytes=(\d*)-(\d*)$/u.exec(request.headers.range ?? '');
  const [, from = '', to = ''] = range ?? [];
  const start = range === null ? 0 : from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = range === null || from === '' || to === '' ? size - 1 : Number(to);
  response.writeHead(range === null ? 200 : 206, {
    ...FILE_HEADERS,
    etag: `"${size.toString(16)}"`,
    'content-length': end - start + 1,
    ...(range === null ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === 'HEAD') response.end();
  else createReadStream(path, { start, end }).pipe(response);
}

function sendLarge(response: Response, { wheel }: LargeFile): void {
  response.writeHead(200, { ...FILE_HEADERS, 'content-length': wheel.size });
  const chunks = wheel.chunks();
  const pump = (): void => {
    for (let next = chunks.next(); next.done !== true; next = chunks.next())
      if (!response.write(next.value)) return;
    response.end();
  };
  response.on('drain', pump);
  pump();
}

let large: LargeFile | null = null;
const files = await listen((request, response) => {
  const path = join(folder, 'files', new URL(request.url, 'https://files.test').pathname);
  if (request.url === '/counts') {
    response.end(JSON.stringify(counts));
    Object.assign(counts, { requests: 0, connections: 0, missing: [] });
  } else if (large !== null && request.url.startsWith('/large/')) {
    if (request.url.endsWith('.metadata')) missing(request, response);
    else sendLarge(response, large);
  } else if (existsSync(path)) sendFile(request, response, path);
  else missing(request, response);
});
const pages = readPages(folder, files);
if (Number(largeText) > 0) large = addLarge(pages, files, Number(largeText));
pages.set('', listOf([...pages.keys()]));
const index = await listen((request, response) => {
  // What the peer that asks for a list of malware is given: an empty one.
  if (request.url.startsWith('/malware/')) {
    response.writeHead(200, { 'content-type': 'application/json', etag: '"none"' }).end('[]');
    return;
  }
  const asked = /^\/simple\/+(?:([^/]+)(\/)?)?$/u.exec(request.url);
  if (asked?.[1] !== undefined && asked[2] === undefined) {
    response.writeHead(301, { location: `${request.url}/`, 'content-length': '0' }).end();
    return;
  }
  const page = asked === null ? undefined : pages.get(asked[1] ?? '');
  const accept = request.headers.accept ?? '';
  if (page === undefined) missing(request, response);
  else sendPage(request, response, accept.includes('+json') ? page.json : page.html);
});
writeFileSync(caFile, authority.caPem);
console.log(JSON.stringify({ index: `${index}/simple/`, files }));
process.stdin.on('end', () => process.exit(0)).resume();

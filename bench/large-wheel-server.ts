// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LargeWheel } from './large-wheel.ts';

export interface LargeWheelServer extends Disposable {
  /** An index without TLS, of the one project `big`. */
  readonly index: string;
}

/** An index on loopback that has one wheel, and makes it up while it hands it out. */
export async function serveLargeWheel(wheel: LargeWheel): Promise<LargeWheelServer> {
  const path = `/files/${wheel.filename}`;
  const { filename, size, sha256 } = wheel;
  const page = JSON.stringify({
    meta: { 'api-version': '1.1' },
    name: 'big',
    versions: ['1.0'],
    files: [{ filename, url: path, hashes: { sha256 }, size }],
  });
  const server = createServer((request, response) => {
    if (request.url === '/simple/big/') {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      response.end(page);
      return;
    }
    if (request.url !== path) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-length', size);
    const chunks = wheel.chunks();
    const pump = (): void => {
      for (let next = chunks.next(); next.done !== true; next = chunks.next()) {
        if (!response.write(next.value)) return;
      }
      response.end();
    };
    response.on('drain', pump);
    pump();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    index: `http://127.0.0.1:${port}/simple/`,
    [Symbol.dispose]: () => void server.close(),
  };
}

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';

/** A wheel of one module and its metadata. */
export interface FixtureWheel {
  readonly project: string;
  readonly filename: string;
  readonly bytes: Buffer;
}

/**
 * Equal but for one digit of the module where `answer` differs; checksum and RECORD always fit, so
 * that nothing but the index page's hash tells one from the other.
 */
export function makeFixtureWheel(project: string, answer: 1 | 2): FixtureWheel {
  const base = project.replaceAll('-', '_');
  const info = `${base}-1.0.dist-info`;
  const members: (readonly [string, string])[] = [
    [`${base}.py`, `ANSWER = ${answer}\n`],
    [`${info}/METADATA`, `Metadata-Version: 2.1\nName: ${project}\nVersion: 1.0\n`],
    [
      `${info}/WHEEL`,
      'Wheel-Version: 1.0\nGenerator: wheelproof\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ],
  ];
  const rows = members.map(
    ([name, text]) => `${name},sha256=${hash(text, 'base64url')},${text.length}`,
  );
  members.push([`${info}/RECORD`, `${[...rows, `${info}/RECORD,,`].join('\n')}\n`]);
  return { project, filename: `${base}-1.0-py3-none-any.whl`, bytes: writeStoredZip(members) };
}

function hash(bytes: string | Buffer, encoding: 'hex' | 'base64url'): string {
  return createHash('sha256').update(bytes).digest(encoding);
}

/** 2020-01-01, as the DOS date that ZIP has. */
const DATE = ((2020 - 1980) << 9) | (1 << 5) | 1;

/** APPNOTE 4.3: entries uncompressed, ASCII names, one after the other. */
function writeStoredZip(members: readonly (readonly [string, string])[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of members) {
    const data = Buffer.from(text);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(DATE, 8);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((0o100_644 << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    locals.push(Buffer.from('PK\x03\x04'), fields, Buffer.from(name), data);
    central.push(Buffer.from('PK\x01\x02\x14\x03'), fields, tail, Buffer.from(name));
    offset += 4 + fields.length + name.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** What the page promises, and what is sent. */
export interface Listed {
  readonly promised: FixtureWheel;
  readonly sent: FixtureWheel;
}

export interface FixtureIndex extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/simple/` */
  readonly url: string;
}

/** A simple index (PEP 503) on loopback that may send other bytes than it promises. */
export async function serveFixtures(listed: readonly Listed[]): Promise<FixtureIndex> {
  const answers = new Map<string, readonly [string, string | Buffer]>();
  for (const { promised, sent } of listed) {
    const { project, filename, bytes } = promised;
    const link = `<a href="/files/${filename}#sha256=${hash(bytes, 'hex')}">${filename}</a>`;
    answers.set(`/simple/${project}/`, ['text/html', `<!DOCTYPE html><body>${link}</body>`]);
    answers.set(`/files/${filename}`, ['application/octet-stream', sent.bytes]);
  }
  const server = createServer((request, response) => {
    send(response, request.method === 'HEAD', answers.get(request.url ?? ''));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/simple/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(
  response: ServerResponse,
  head: boolean,
  found: readonly [string, string | Buffer] | undefined,
): void {
  const [type, body] = found ?? ['text/plain', 'no such thing'];
  const length = Buffer.byteLength(body);
  response.writeHead(found === undefined ? 404 : 200, {
    'content-type': type,
    'content-length': length,
  });
  response.end(head ? undefined : body);
}

// SPDX-License-Identifier: Apache-2.0
import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressBytes } from './address-bytes.ts';
import * as der from './der.ts';
import { createEphemeralAuthority, type EphemeralAuthority } from './ephemeral-authority.ts';

const run = promisify(execFile);
const clock = { now: () => Date.now() };
const STRICT_CLIENT = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
with socket.create_connection(('127.0.0.1', int(sys.argv[2]))) as plain:
    with context.wrap_socket(plain, server_hostname=sys.argv[3]) as secure:
        print(secure.version())
`;

let folder: string;
let authority: EphemeralAuthority;
let caFile: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wheelproof-ca-'));
  authority = createEphemeralAuthority(clock);
  caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.certificatePem);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serving<T>(host: string, ask: (port: number) => Promise<T>): Promise<T> {
  const secureContext = authority.contextFor(host);
  const server = createServer((raw) => {
    const secure = new TLSSocket(raw, { isServer: true, secureContext });
    secure.on('error', () => raw.destroy());
    secure.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return await ask(address.port);
  } finally {
    server.close();
  }
}

function leafOf(host: string): Promise<X509Certificate> {
  return serving(host, async (port) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      ca: authority.certificatePem,
      servername: 'x.test',
      checkServerIdentity: () => undefined,
    });
    await new Promise((resolve, reject) =>
      socket.once('secureConnect', resolve).once('error', reject),
    );
    const certificate = socket.getPeerX509Certificate();
    socket.destroy();
    if (certificate === undefined) throw new Error('no certificate');
    return certificate;
  });
}

describe('the ephemeral authority', () => {
  test('is a CA that may sign leaves only', () => {
    const ca = new X509Certificate(authority.certificatePem);
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(authority.certificatePem).not.toContain('PRIVATE');
    const text = execFileSync('openssl', ['x509', '-in', caFile, '-noout', '-text'], {
      encoding: 'utf8',
    });
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/u);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/u);
    expect(text).toContain('Version: 3');
  });

  test('has another key in every run', () => {
    const other = createEphemeralAuthority(clock);
    const publicKey = (pem: string) =>
      new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }).toString('hex');
    expect(publicKey(other.certificatePem)).not.toBe(publicKey(authority.certificatePem));
  });

  test.each(['index.example', 'a.very-long.host-name.index.example', '127.0.0.1', '2001:db8::1'])(
    'signs a leaf for %s that a strict OpenSSL accepts',
    async (host) => {
      const leaf = await leafOf(host);
      const file = join(folder, 'leaf.pem');
      writeFileSync(file, leaf.toString());
      const wanted =
        host.includes(':') || /^[\d.]+$/u.test(host) ? '-verify_ip' : '-verify_hostname';
      const verify = (name: string) =>
        run('openssl', [
          'verify',
          '-x509_strict',
          '-purpose',
          'sslserver',
          '-CAfile',
          caFile,
          wanted,
          name,
          file,
        ]);
      await expect(verify(host)).resolves.toMatchObject({ stdout: `${file}: OK\n` });
      const other = wanted === '-verify_ip' ? '127.0.0.2' : 'other.example';
      await expect(verify(other)).rejects.toThrow(/mismatch/u);
      expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBe((24 * 60 + 5) * 60_000);
    },
  );

  test.each(['index.example', '127.0.0.1'])(
    "Python's strict verification ends a handshake with %s",
    async (host) => {
      const { stdout } = await serving(host, (port) =>
        run('python3', ['-I', '-c', STRICT_CLIENT, caFile, String(port), host]),
      );
      expect(stdout.trim()).toBe('TLSv1.3');
    },
  );

  test('Python refuses a leaf for another host', async () => {
    const asked = serving('other.example', (port) =>
      run('python3', ['-I', '-c', STRICT_CLIENT, caFile, String(port), 'index.example']),
    );
    await expect(asked).rejects.toThrow(/CERTIFICATE_VERIFY_FAILED/u);
  });

  test('makes one leaf for each host', () => {
    expect(authority.contextFor('a.test')).toBe(authority.contextFor('a.test'));
    expect(authority.contextFor('a.test')).not.toBe(authority.contextFor('b.test'));
  });
});

describe('der', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

  test('integers are shortest and never negative', () => {
    expect(hex(der.integer(Buffer.from([0])))).toBe('020100');
    expect(hex(der.integer(Buffer.from([0, 0, 0x7f])))).toBe('02017f');
    expect(hex(der.integer(Buffer.from([0x80])))).toBe('02020080');
  });

  test('lengths take as many bytes as they need', () => {
    expect(hex(der.octetString(new Uint8Array(127))).slice(0, 4)).toBe('047f');
    expect(hex(der.octetString(new Uint8Array(128))).slice(0, 6)).toBe('048180');
    expect(hex(der.octetString(new Uint8Array(256))).slice(0, 8)).toBe('04820100');
  });

  test('object identifiers', () => {
    expect(hex(der.objectIdentifier('1.2.840.10045.4.3.2'))).toBe('06082a8648ce3d040302');
  });

  test('times change their form in 2050', () => {
    expect(Buffer.from(der.time(Date.UTC(2049, 11, 31, 23, 59, 59))).toString('latin1')).toBe(
      '\x17\x0d491231235959Z',
    );
    expect(Buffer.from(der.time(Date.UTC(2050, 0, 1))).toString('latin1')).toBe(
      '\x18\x0f20500101000000Z',
    );
  });

  test.each([
    ['192.0.2.1', 'c0000201'],
    ['::', '00'.repeat(16)],
    ['::1', `${'00'.repeat(15)}01`],
    ['2001:db8::a', `20010db8${'00'.repeat(11)}0a`],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:192.0.2.1', `${'00'.repeat(10)}ffffc0000201`],
  ])('address %s', (address, bytes) => {
    expect(hex(addressBytes(address))).toBe(bytes);
  });
});

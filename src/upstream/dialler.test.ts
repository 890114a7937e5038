// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { TlsOptions } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeAuthority, type LeafOptions } from '../../test/world/certificates.ts';
import { http } from '../../test/world/raw-server.ts';
import {
  get,
  gone,
  openTrial,
  refusalOf,
  serveTrial,
  textOf,
} from '../../test/world/upstream-trial.ts';
import type { UpstreamSettings } from './settings.ts';

const trusted = makeAuthority({ name: 'Trusted Test CA' });
const unknown = makeAuthority({ name: 'Rogue Test CA' });
const DAY = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY);

function identity(options: LeafOptions, authority = trusted): TlsOptions {
  const { certPem, keyPem } = authority.leaf({ names: ['index.example'], ...options });
  return { cert: certPem, key: keyPem };
}

const answerOk = (socket: { write: (text: string) => void }): void =>
  socket.write(http(200, {}, 'ok'));

async function ask(
  tls: TlsOptions,
  settings: Partial<UpstreamSettings> = {},
  host = 'index.example',
) {
  const server = await serveTrial(answerOk, tls);
  const upstream = openTrial({ caFiles: [trusted.caFile], ...settings });
  const answer = upstream.request(get(`https://user:canary@${host}:${server.port}/?canary`));
  return { answer, server };
}

describe('a server that can prove who it is', () => {
  it.each(['ec', 'rsa', 'ed25519'] as const)('is asked: %s key', async (keyType) => {
    const { answer } = await ask(identity({ keyType }));
    expect(await textOf(await answer)).toBe('ok');
  });

  it('may be an address', async () => {
    const { answer } = await ask(identity({ names: ['127.0.0.1'] }), {}, '127.0.0.1');
    expect(await textOf(await answer)).toBe('ok');
  });

  it('may have a name below a wildcard', async () => {
    const tls = identity({ names: ['*.index.example'] });
    const { answer } = await ask(tls, {}, 'files.index.example');
    expect(await textOf(await answer)).toBe('ok');
  });
});

describe('a server that cannot (D02)', () => {
  const expired = inDays(-2);
  const future = inDays(2);
  it.each<[string, TlsOptions, string]>([
    ['self-signed', identity({ selfSigned: true }), 'is self-signed'],
    [
      'expired',
      identity({ notBefore: inDays(-9), notAfter: expired }),
      `expired on ${expired.toISOString().slice(0, 10)}`,
    ],
    [
      'not yet valid',
      identity({ notBefore: future, notAfter: inDays(9) }),
      `valid from ${future.toISOString().slice(0, 10)}`,
    ],
    [
      'of another name',
      identity({ names: ['good.test', 'files.good.test'] }),
      'wanted index.example, got good.test, files.good.test',
    ],
    ['of an unknown issuer', identity({}, unknown), 'issued by Rogue Test CA'],
  ])('%s is refused with the reason, asked nothing and tried once', async (_name, tls, words) => {
    const { answer, server } = await ask(tls);
    const refusal = await refusalOf(answer);
    expect(refusal.code).toBe('WP-TLS');
    expect(refusal.message).toContain(`index.example:${server.port}`);
    expect(refusal.message).toContain(words);
    expect(refusal.message).not.toContain('canary');
    expect(server.heads).toHaveLength(0);
    expect(server.connections()).toBe(1);
    await gone(server.sockets[0]);
  });

  it('is not asked by a machine that does not know the authority', async () => {
    const { answer } = await ask(identity({}), { caFiles: [] });
    expect(await refusalOf(answer)).toMatchObject({ code: 'WP-TLS' });
  });

  it('is refused every time, also by a connection after a good one', async () => {
    const { answer, server } = await ask(identity({}));
    expect(await textOf(await answer)).toBe('ok');
    const upstream = openTrial({ caFiles: [trusted.caFile] });
    const url = (host: string): string => `https://${host}:${server.port}/`;
    expect(await textOf(await upstream.request(get(url('index.example'))))).toBe('ok');
    const codes = [];
    for (const host of ['other.test', 'other.test']) {
      codes.push((await refusalOf(upstream.request(get(url(host))))).code);
    }
    expect(codes).toEqual(['WP-TLS', 'WP-TLS']);
  });
});

describe('the TLS floor (D03)', () => {
  it('refuses TLS 1.1', async () => {
    const old = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const;
    const refusal = await refusalOf((await ask({ ...identity({}), ...old })).answer);
    expect(refusal.code).toBe('WP-TLS');
    expect(refusal.message).toContain('no TLS version that is allowed here; expected 1.2 or newer');
  });

  it('is 1.2 or, where the policy says so, 1.3', async () => {
    const middle = { ...identity({}), maxVersion: 'TLSv1.2' } as const;
    expect(await textOf(await (await ask(middle)).answer)).toBe('ok');
    const strict = await refusalOf((await ask(middle, { minimumTls: 'TLSv1.3' })).answer);
    expect(strict.code).toBe('WP-TLS');
    expect(strict.message).toContain('expected 1.3, found at most 1.2');
    expect(await textOf(await (await ask(identity({}), { minimumTls: 'TLSv1.3' })).answer)).toBe(
      'ok',
    );
  });

  it('is not satisfied by a server that speaks plain http', async () => {
    const plain = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void plain.close());
    await once(plain, 'listening');
    const { port } = Object(plain.address());
    const refusal = await refusalOf(openTrial().request(get(`https://index.example:${port}/`)));
    expect(refusal.code).toBe('WP-TLS');
    expect(refusal.message).toContain('does not speak TLS');
  });
});

describe('a body over TLS', () => {
  it('that is cut is a truncation', async () => {
    const server = await serveTrial((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello', () => socket.destroy());
    }, identity({}));
    const upstream = openTrial({ caFiles: [trusted.caFile] });
    const answer = await upstream.request(get(`https://index.example:${server.port}/`));
    expect(await refusalOf(textOf(answer))).toMatchObject({ code: 'WP-UPSTREAM-TRUNCATED' });
  });

  it('never follows a redirect down to http, even on loopback (D10)', async () => {
    const plain = await serveTrial(answerOk);
    const server = await serveTrial((socket) => {
      socket.write(http(302, { Location: `http://127.0.0.1:${plain.port}/` }));
    }, identity({}));
    const upstream = openTrial({ caFiles: [trusted.caFile], allowPlainHttp: () => true });
    const url = `https://index.example:${server.port}/`;
    expect(await refusalOf(upstream.request(get(url)))).toMatchObject({ code: 'WP-PLAIN-HTTP' });
    expect(plain.sockets).toHaveLength(0);
  });
});

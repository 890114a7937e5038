// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createServer, type LookupFunction } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeAuthority } from '../../test/world/certificates.ts';
import { makeForwardProxy, type Reached } from '../../test/world/forward-proxy.ts';
import { http } from '../../test/world/raw-server.ts';
import { get, openTrial, refusalOf, serveTrial, textOf } from '../../test/world/upstream-trial.ts';
import { lookupOutside } from './outside-lookup.ts';
import { Whereabouts } from './whereabouts.ts';

/** 127.0.0.1 stands for the outside here, and everything else on loopback for the inside. */
const isInside = (address: string): boolean => address !== '127.0.0.1';
const OUTSIDE = 'https://outside.test/simple/good/';

const lookup: LookupFunction = (name, _options, callback) => {
  const address = name.startsWith('inside') ? '127.0.0.2' : '127.0.0.1';
  callback(null, [{ address, family: 4 }]);
};

const open = () => openTrial({ isInside, lookup, allowPlainHttp: () => true });

/** Counts who connects to 127.0.0.2. */
async function listenInside() {
  const server = createServer((socket) => socket.end(http(200, {}, 'secret')));
  let connections = 0;
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.2');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = Object(server.address());
  return { port: Number(port), connections: () => connections };
}

describe('an address that a page of the outside names (D13)', () => {
  it.each(['inside.test', '127.0.0.2', '[::ffff:127.0.0.2]', '0.0.0.0'])(
    'does not lead inside: %s',
    async (host) => {
      const inside = await listenInside();
      const refusal = await refusalOf(
        open().request(get(`http://${host}:${inside.port}/`, { from: OUTSIDE })),
      );
      expect(refusal).toMatchObject({ code: 'WP-INSIDE-ADDRESS', class: 'E-SOURCE' });
      expect(refusal.message).toContain(`named by ${OUTSIDE}`);
      expect(inside.connections()).toBe(0);
    },
  );

  it.each(['http://127.0.0.1:9/', 'http://10.0.0.1/', 'http://[::1]/', 'http://localhost/'])(
    'does not lead to %s, by the registries themselves',
    async (url) => {
      const upstream = openTrial({ allowPlainHttp: () => true });
      const refusal = await refusalOf(upstream.request(get(url, { from: OUTSIDE })));
      expect(refusal.code).toBe('WP-INSIDE-ADDRESS');
    },
  );

  it('may lead outside, over addresses outside alone', async () => {
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')));
    const both: LookupFunction = (_name, _options, callback) => {
      callback(null, [
        { address: '127.0.0.2', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    };
    const upstream = openTrial({ isInside, lookup: both, allowPlainHttp: () => true });
    const ask = get(`http://files.test:${server.port}/`, { from: OUTSIDE });
    expect(await textOf(await upstream.request(ask))).toBe('ok');
  });

  it('may lead inside where the policy names the host', async () => {
    const inside = await listenInside();
    const upstream = openTrial({
      isInside,
      lookup,
      allowPlainHttp: () => true,
      allowInside: (host) => host === `inside.test:${inside.port}`,
    });
    const ask = get(`http://inside.test:${inside.port}/`, { from: OUTSIDE });
    expect(await textOf(await upstream.request(ask))).toBe('secret');
  });

  it('does not use a connection that was made for the configuration', async () => {
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')));
    const upstream = openTrial({ allowPlainHttp: () => true });
    const url = `http://index.test:${server.port}/`;
    expect(await textOf(await upstream.request(get(url)))).toBe('ok');
    const refusal = await refusalOf(upstream.request(get(url, { from: OUTSIDE })));
    expect(refusal.code).toBe('WP-INSIDE-ADDRESS');
    expect(server.heads).toHaveLength(1);
  });
});

describe('an address that somebody unknown asks for', () => {
  it.each(['inside.test', '127.0.0.2', '[::ffff:127.0.0.2]', 'localhost'])(
    'does not lead inside: %s',
    async (host) => {
      const inside = await listenInside();
      const ask = get(`http://${host}:${inside.port}/`, { outside: true });
      const refusal = await refusalOf(open().request(ask));
      expect(refusal).toMatchObject({ code: 'WP-INSIDE-ADDRESS' });
      expect(refusal.message).toContain('named by the installer or what it runs');
      expect(refusal.hint).toContain('allow-inside');
      expect(inside.connections()).toBe(0);
    },
  );

  it('may lead outside, and inside where the policy names the host', async () => {
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')));
    const ask = get(`http://web.test:${server.port}/`, { outside: true });
    expect(await textOf(await open().request(ask))).toBe('ok');
    const inside = await listenInside();
    const host = `inside.test:${inside.port}`;
    const upstream = openTrial({
      isInside,
      lookup,
      allowPlainHttp: () => true,
      allowInside: (asked) => asked === host,
    });
    const answer = await upstream.request(get(`http://${host}/`, { outside: true }));
    expect(await textOf(answer)).toBe('secret');
  });
});

describe('an address that the configuration names', () => {
  it('may lead inside, and what its pages name too', async () => {
    const inside = await listenInside();
    const upstream = open();
    const index = `http://inside.test:${inside.port}/simple/`;
    const page = await upstream.request(get(index));
    expect(page.inside).toBe(true);
    await textOf(page);
    const file = get(`http://127.0.0.2:${inside.port}/good.whl`, { from: page.url });
    expect(await textOf(await upstream.request(file))).toBe('secret');
  });

  it('may lead inside by TLS as well', async () => {
    const authority = makeAuthority();
    const { certPem, keyPem } = authority.leaf({ names: ['index.test'] });
    const tls = { cert: certPem, key: keyPem };
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')), tls);
    const upstream = openTrial({ caFiles: [authority.caFile] });
    const page = await upstream.request(get(`https://index.test:${server.port}/simple/`));
    expect(page.inside).toBe(true);
    await textOf(page);
    const file = get(`https://index.test:${server.port}/good.whl`, { from: page.url });
    expect(await textOf(await upstream.request(file))).toBe('ok');
  });

  it('is known to lie outside by its connection', async () => {
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')));
    const answer = await open().request(get(`http://outside.test:${server.port}/`));
    expect(answer.inside).toBeUndefined();
    await textOf(answer);
  });
});

describe('a redirect', () => {
  const redirecting = (location: () => string) =>
    serveTrial((socket, head) => {
      const to = head.startsWith('GET /hop') ? location() : '/hop';
      socket.write(http(302, { Location: to }));
    });

  it.each(['inside.test', '127.0.0.2'])('from outside does not lead inside: %s', async (host) => {
    const inside = await listenInside();
    const server = await redirecting(() => `http://${host}:${inside.port}/`);
    const refusal = await refusalOf(open().request(get(`http://outside.test:${server.port}/`)));
    expect(refusal.code).toBe('WP-INSIDE-ADDRESS');
    expect(refusal.message).toContain(`named by http://outside.test:${server.port}/hop`);
    expect(inside.connections()).toBe(0);
  });

  it('is not even handed back, to be followed by somebody else', async () => {
    const server = await redirecting(() => 'http://127.0.0.2:9/');
    const ask = get(`http://outside.test:${server.port}/hop`, { redirects: 'hand-back' });
    expect((await refusalOf(open().request(ask))).code).toBe('WP-INSIDE-ADDRESS');
    const harmless = get(`http://outside.test:${server.port}/`, { redirects: 'hand-back' });
    expect(await open().request(harmless)).toMatchObject({ status: 302 });
  });

  it('from inside may', async () => {
    const inside = await listenInside();
    const server = await redirecting(() => `http://127.0.0.2:${inside.port}/`);
    const upstream = openTrial({ allowPlainHttp: () => true });
    const answer = await upstream.request(get(`http://index.test:${server.port}/`));
    expect(await textOf(answer)).toBe('secret');
  });

  it('does not wash an address clean by a hop that is allowed inside', async () => {
    const inside = await listenInside();
    const server = await redirecting(() => `http://127.0.0.2:${inside.port}/`);
    const upstream = openTrial({
      allowPlainHttp: () => true,
      allowInside: (host) => host.startsWith('index.test'),
    });
    const ask = get(`http://index.test:${server.port}/`, { from: OUTSIDE });
    expect((await refusalOf(upstream.request(ask))).code).toBe('WP-INSIDE-ADDRESS');
    expect(inside.connections()).toBe(0);
  });
});

describe('behind a corporate proxy', () => {
  it('an address that says it leads inside is refused, and names are left to the proxy', async () => {
    const reached: Reached[] = [];
    const proxy = makeForwardProxy(reached).listen(0, '127.0.0.1');
    onTestFinished(() => void proxy.close());
    await once(proxy, 'listening');
    const { port } = Object(proxy.address());
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')));
    const upstream = openTrial({ proxy: `http://127.0.0.1:${port}`, allowPlainHttp: () => true });
    const ask = (host: string) =>
      upstream.request(get(`http://${host}:${server.port}/`, { from: OUTSIDE }));
    for (const host of ['10.0.0.1', '169.254.169.254', '[::ffff:10.0.0.1]']) {
      expect(await refusalOf(ask(host))).toMatchObject({ code: 'WP-INSIDE-ADDRESS' });
    }
    expect(reached).toHaveLength(0);
    expect(await textOf(await ask('files.test'))).toBe('ok');
    expect(reached).toHaveLength(1);
  });
});

describe('a look-up for the outside', () => {
  const found = (addresses: readonly string[]): LookupFunction =>
    lookupOutside((_name, _options, callback) => {
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    }, isInsideHere);
  const isInsideHere = (address: string): boolean => address.startsWith('10.');
  const ask = (asked: LookupFunction, all: boolean) =>
    new Promise((resolve) => {
      asked('x.test', { all }, (error, address) => resolve(error ?? address));
    });

  it('answers in the form that was asked for', async () => {
    const outward = found(['10.0.0.1', '1.1.1.1', '1.0.0.1']);
    expect(await ask(outward, false)).toBe('1.1.1.1');
    expect(await ask(outward, true)).toEqual([
      { address: '1.1.1.1', family: 4 },
      { address: '1.0.0.1', family: 4 },
    ]);
  });

  it.each([[['10.0.0.1', '10.0.0.2']], [[]]])('refuses %s', async (addresses) => {
    expect(await ask(found(addresses), true)).toMatchObject({ code: 'WP-INSIDE-ADDRESS' });
  });

  it('hands a failure on', async () => {
    const failure = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const outward = lookupOutside((_name, _options, callback) => callback(failure, ''), isInside);
    expect(await ask(outward, true)).toBe(failure);
  });
});

describe('where a host lies', () => {
  it('is told by all its connections: one to the outside is enough', () => {
    const whereabouts = new Whereabouts(isInside);
    expect(whereabouts.isInside('index.test')).toBe(false);
    whereabouts.connected('Index.test', '127.0.0.2');
    expect(whereabouts.isInside('index.TEST')).toBe(true);
    whereabouts.connected('index.test', '127.0.0.1');
    whereabouts.connected('index.test', '127.0.0.2');
    expect(whereabouts.isInside('index.test')).toBe(false);
  });
});

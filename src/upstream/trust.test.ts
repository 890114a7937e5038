// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { getCACertificates, type TlsOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makeAuthority } from '../../test/world/certificates.ts';
import { http } from '../../test/world/raw-server.ts';
import { get, openTrial, refusalOf, serveTrial, textOf } from '../../test/world/upstream-trial.ts';
import { Trust } from './trust.ts';

const system = makeAuthority({ name: 'System Test CA' });
const own = makeAuthority({ name: 'Own Test CA' });
const unknown = makeAuthority({ name: 'Rogue Test CA' });
/** Calls itself what the system's calls itself. */
const namesake = makeAuthority({ name: 'System Test CA' });

// What the system trusts is read once for each process, and each test file has its own.
process.env['SSL_CERT_FILE'] = system.caFile;

async function serve(authority: typeof own) {
  const { certPem, keyPem } = authority.leaf({ names: ['index.example'] });
  const tls: TlsOptions = { cert: certPem, key: keyPem };
  return await serveTrial((socket) => {
    socket.write(http(200, { Connection: 'close' }, 'ok'), () => socket.end());
  }, tls);
}

describe("the system's roots", () => {
  it('are read for a server of theirs, which is then asked anew', async () => {
    const upstream = openTrial({ caFiles: [own.caFile] });
    const near = await serve(own);
    const far = await serve(system);
    const ask = async (port: number) =>
      await textOf(await upstream.request(get(`https://index.example:${port}/`)));
    expect(await ask(near.port)).toBe('ok');
    expect(near.connections()).toBe(1);
    expect(await ask(far.port)).toBe('ok');
    expect(far.connections()).toBe(2);
    expect(far.heads).toHaveLength(1);
    expect(await ask(far.port)).toBe('ok');
    expect(far.connections()).toBe(3);
    expect(await ask(near.port)).toBe('ok');
    expect(near.connections()).toBe(2);
  });

  it('do not make others trusted, and these are not asked twice', async () => {
    const upstream = openTrial({ caFiles: [] });
    const server = await serve(unknown);
    const answer = upstream.request(get(`https://index.example:${server.port}/`));
    expect(await refusalOf(answer)).toMatchObject({ code: 'WP-TLS' });
    expect(server.connections()).toBe(1);
  });

  it.each([
    ['the bundled ones', []],
    ["the user's own", [own.caFile]],
  ])('are not taken for one of the same name, where %s came first', async (_, caFiles) => {
    const upstream = openTrial({ caFiles });
    const server = await serve(namesake);
    for (const connections of [2, 3]) {
      const answer = upstream.request(get(`https://index.example:${server.port}/`));
      expect(await refusalOf(answer)).toMatchObject({ code: 'WP-TLS' });
      expect(server.connections()).toBe(connections);
      expect(server.heads).toHaveLength(0);
    }
  });

  it.each([
    ['the bundled ones', []],
    ["the user's own", [own.caFile]],
  ])('serve many who ask at once, where %s came first', async (_, caFiles) => {
    const upstream = openTrial({ caFiles });
    const server = await serve(system);
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        return await textOf(await upstream.request(get(`https://index.example:${server.port}/`)));
      }),
    );
    expect(answers).toEqual(Array.from({ length: 8 }, () => 'ok'));
  });
});

describe("the user's own roots", () => {
  it('do not make one of the same name trusted, and this is not asked twice', async () => {
    const upstream = openTrial({ caFiles: [own.caFile] });
    const server = await serve(makeAuthority({ name: 'Own Test CA' }));
    const answer = upstream.request(get(`https://index.example:${server.port}/`));
    expect(await refusalOf(answer)).toMatchObject({ code: 'WP-TLS' });
    expect(server.connections()).toBe(1);
  });

  it('are joined by the bundled ones once one of these may be the issuer', () => {
    const trust = new Trust({ ownRoots: [own.caPem], minVersion: 'TLSv1.2' });
    const alone = trust.context;
    const [bundled = ''] = getCACertificates('bundled');
    const refused = [new X509Certificate(bundled)];
    expect(trust.widen(refused, 0)).toBe(true);
    expect(trust.stage).toBe(1);
    expect(trust.context).not.toBe(alone);
    expect(trust.widen(refused, 0)).toBe(true);
    expect(trust.stage).toBe(1);
    expect(trust.widen(refused, 1)).toBe(false);
  });
});

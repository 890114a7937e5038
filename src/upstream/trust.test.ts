// SPDX-License-Identifier: Apache-2.0
import type { TlsOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makeAuthority } from '../../test/world/certificates.ts';
import { http } from '../../test/world/raw-server.ts';
import { get, openTrial, refusalOf, serveTrial, textOf } from '../../test/world/upstream-trial.ts';

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

  it('are not taken for one of the same name', async () => {
    const upstream = openTrial({ caFiles: [] });
    const server = await serve(namesake);
    for (const connections of [2, 3]) {
      const answer = upstream.request(get(`https://index.example:${server.port}/`));
      expect(await refusalOf(answer)).toMatchObject({ code: 'WP-TLS' });
      expect(server.connections()).toBe(connections);
      expect(server.heads).toHaveLength(0);
    }
  });

  it('serve many who ask at once', async () => {
    const upstream = openTrial({ caFiles: [] });
    const server = await serve(system);
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        return await textOf(await upstream.request(get(`https://index.example:${server.port}/`)));
      }),
    );
    expect(answers).toEqual(Array.from({ length: 8 }, () => 'ok'));
  });
});

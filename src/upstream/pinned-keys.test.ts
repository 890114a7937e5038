// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { keyPin, makeAuthority, type KeyAndCertificate } from '../../test/world/certificates.ts';
import { http } from '../../test/world/raw-server.ts';
import { get, openTrial, refusalOf, serveTrial, textOf } from '../../test/world/upstream-trial.ts';
import type { KeyPins } from '../core/key-pins.ts';
import type { UpstreamSettings } from './settings.ts';

const trusted = makeAuthority({ name: 'Trusted Test CA' });
const middle = trusted.below({ name: 'Middle Test CA' });
const rogue = makeAuthority({ name: 'Rogue Test CA' });
const NAMES = { names: ['index.example', 'other.example', '127.0.0.1'] };
const own = middle.leaf(NAMES);
const forged = rogue.leaf(NAMES);
const OTHER = keyPin(makeAuthority().caPem);

const table = (changes: Partial<KeyPins> = {}): KeyPins => ({
  primary: [OTHER],
  backup: [],
  expired: false,
  source: 'wheelproof.toml [[index]] 1',
  ...changes,
});

async function ask(
  { certPem, keyPem }: KeyAndCertificate,
  tables: readonly KeyPins[],
  settings: Partial<UpstreamSettings> = {},
) {
  const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')), {
    cert: certPem,
    key: keyPem,
  });
  const notes: string[] = [];
  const upstream = openTrial({
    caFiles: [trusted.caFile, rogue.caFile],
    pinsOf: (hostname, port) =>
      hostname === 'index.example' && port === server.port ? tables : [],
    note: (sentence) => notes.push(sentence),
    ...settings,
  });
  const request = (host = 'index.example') =>
    upstream.request(get(`https://${host}:${server.port}/`));
  return { server, notes, request };
}

describe('a pinned key', () => {
  it.each([
    ["the server's own", keyPin(own.certPem)],
    ["an authority's between", keyPin(middle.caPem)],
    ["the root's, which is not sent", keyPin(trusted.caPem)],
  ])('may be %s', async (_name, pin) => {
    const { request, notes } = await ask(own, [table({ primary: [OTHER, pin] })]);
    expect(await textOf(await request())).toBe('ok');
    expect(notes).toEqual([]);
  });

  it('keeps a rogue authority out, with what was expected and found (D01)', async () => {
    const primary = [keyPin(trusted.caPem)];
    const { request, server } = await ask(forged, [table({ primary })]);
    const refusal = await refusalOf(request());
    expect(refusal).toMatchObject({ code: 'WP-SPKI-MISMATCH', class: 'E-SOURCE' });
    for (const words of [
      `index.example:${server.port}`,
      primary[0] ?? '',
      keyPin(forged.certPem),
      'issued by Rogue Test CA',
      'wheelproof.toml [[index]] 1',
    ]) {
      expect(refusal.message).toContain(words);
    }
    expect(server.heads).toHaveLength(0);
    // The same again: no session is resumed, nothing is remembered as good.
    expect(await refusalOf(request())).toMatchObject({ code: 'WP-SPKI-MISMATCH' });
  });

  it('is not shown by sending its certificate along', async () => {
    const decoyed = { ...forged, certPem: `${forged.certPem}${own.certPem}${trusted.caPem}` };
    const primary = [keyPin(trusted.caPem), keyPin(middle.caPem), keyPin(own.certPem)];
    const { request } = await ask(decoyed, [table({ primary })]);
    expect(await refusalOf(request())).toMatchObject({ code: 'WP-SPKI-MISMATCH' });
  });

  it('is not shown by an authority of the same name', async () => {
    const twin = makeAuthority({ name: 'Trusted Test CA' });
    const { certPem, keyPem } = twin.leaf(NAMES);
    const decoyed = { keyPem, certPem: `${certPem}${trusted.caPem}` };
    const { request } = await ask(decoyed, [table({ primary: [keyPin(trusted.caPem)] })], {
      caFiles: [twin.caFile, trusted.caFile],
    });
    expect(await refusalOf(request())).toMatchObject({ code: 'WP-SPKI-MISMATCH' });
  });

  it('is asked of that host alone', async () => {
    const { request } = await ask(forged, [table()]);
    expect(await textOf(await request('other.example'))).toBe('ok');
    expect(await refusalOf(request())).toMatchObject({ code: 'WP-SPKI-MISMATCH' });
  });

  it('is asked by every table that names the host', async () => {
    const shown = table({ primary: [keyPin(own.certPem)] });
    const { request } = await ask(own, [shown, table({ source: 'the other' })]);
    expect((await refusalOf(request())).message).toContain('the other');
  });
});

describe('a backup pin (D05)', () => {
  const backup = [keyPin(own.certPem)];

  it('passes with a note', async () => {
    const { request, notes } = await ask(own, [table({ backup })]);
    expect(await textOf(await request())).toBe('ok');
    expect(notes).toEqual([expect.stringContaining(`shows the backup key ${backup[0]}`)]);
  });

  it('alone counts once the pins have expired under a strict policy', async () => {
    const primary = backup;
    const expired = await ask(own, [table({ primary, expired: true })]);
    const refusal = await refusalOf(expired.request());
    expect(refusal.message).toContain('expected the key a pin that has not expired');
    const saved = await ask(own, [table({ backup, expired: true })]);
    expect(await textOf(await saved.request())).toBe('ok');
  });
});

describe('a pinned host', () => {
  it('is not asked without TLS', async () => {
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')));
    const upstream = openTrial({ allowPlainHttp: () => true, pinsOf: () => [table()] });
    const refusal = await refusalOf(upstream.request(get(`http://index.example:${server.port}/`)));
    expect(refusal.code).toBe('WP-SPKI-MISMATCH');
    expect(refusal.message).toContain('without TLS');
    expect(server.connections()).toBe(0);
  });
});

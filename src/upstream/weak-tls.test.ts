// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makeAuthority, type KeyAndCertificate } from '../../test/world/certificates.ts';
import { http } from '../../test/world/raw-server.ts';
import { get, openTrial, refusalOf, serveTrial, textOf } from '../../test/world/upstream-trial.ts';
import { weaknessesOf, weaknessNamed } from './weak-tls.ts';

const authority = makeAuthority({ name: 'Trusted Test CA', keyType: 'rsa' });
const old = makeAuthority({ name: 'Old Test CA', keyType: 'rsa-1024' });
const NAMES = { names: ['index.example'] };
const good = authority.leaf({ ...NAMES, keyType: 'rsa' });

const certificates = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN[^]*?END CERTIFICATE-----/gu) ?? []).map((one) => new X509Certificate(one));

describe('what is weak about a connection (D04)', () => {
  const STRONG = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256';
  it.each<[string, string, number | null, KeyAndCertificate, string | null]>([
    ['nothing', STRONG, null, good, null],
    ['nothing about TLS 1.3', 'TLS_AES_128_GCM_SHA256', null, good, null],
    ['nothing about CBC with SHA-256', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256', null, good, null],
    ['nothing about an elliptic curve', STRONG, null, authority.leaf({ keyType: 'ec' }), null],
    ['nothing about Ed25519', STRONG, null, authority.leaf({ keyType: 'ed25519' }), null],
    ['nothing about a large group', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', 2048, good, null],
    ['RSA key exchange', 'TLS_RSA_WITH_AES_128_GCM_SHA256', null, good, 'exchanges keys by RSA'],
    ['SHA-1', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', null, good, 'rests on SHA-1'],
    ['a small group', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', 1024, good, 'group has 1024 bits'],
    [
      'a short key',
      STRONG,
      null,
      authority.leaf({ ...NAMES, keyType: 'rsa-1024' }),
      'the certificate of index.example has a key of 1024 bits',
    ],
    [
      'a leaf over SHA-1',
      STRONG,
      null,
      authority.leaf({ ...NAMES, hash: 'sha1' }),
      'the certificate of index.example is signed over SHA-1',
    ],
    [
      'a leaf over SHA-1 by an elliptic curve',
      STRONG,
      null,
      makeAuthority().leaf({ ...NAMES, hash: 'sha1' }),
      'the certificate of index.example is signed over SHA-1',
    ],
    [
      'an authority between over SHA-1',
      STRONG,
      null,
      authority.below({ name: 'Middle', hash: 'sha1' }).leaf(NAMES),
      'the certificate of Middle is signed over SHA-1',
    ],
    [
      'a short key of an authority between',
      STRONG,
      null,
      authority.below({ name: 'Middle', keyType: 'rsa-1024' }).leaf(NAMES),
      'the certificate of Middle has a key of 1024 bits',
    ],
  ])('%s', (_name, suite, groupBits, leaf, words) => {
    const found = weaknessesOf({ suite, groupBits, chain: certificates(leaf.certPem) });
    if (words === null) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(words)]);
  });

  it("a root's signature of itself, not; its key, yes", () => {
    const root = makeAuthority({ name: 'Root', keyType: 'rsa', hash: 'sha1' });
    const of = (pem: string): readonly string[] =>
      weaknessesOf({ suite: STRONG, groupBits: null, chain: certificates(pem) });
    expect(of(root.caPem)).toEqual([]);
    expect(of(old.caPem)).toEqual(['the certificate of Old Test CA has a key of 1024 bits']);
  });
});

describe('a server with weak TLS 1.2', () => {
  const ask = async (tls: TlsOptions, refuseWeakTls: boolean) => {
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')), {
      cert: good.certPem,
      key: good.keyPem,
      ...tls,
    });
    const notes: string[] = [];
    const upstream = openTrial({
      caFiles: [authority.caFile],
      refuseWeakTls,
      note: (sentence) => notes.push(sentence),
    });
    const answer = upstream.request(get(`https://index.example:${server.port}/`));
    return { answer, server, notes };
  };
  const capped = (ciphers: string): TlsOptions => ({ maxVersion: 'TLSv1.2', ciphers });
  const WEAK: readonly [string, TlsOptions][] = [
    ['RSA key exchange', capped('AES128-GCM-SHA256')],
    ['CBC over SHA-1', capped('ECDHE-RSA-AES128-SHA')],
  ];

  it.each(WEAK)('is refused where the policy says so: %s', async (_name, tls) => {
    const { answer, server } = await ask(tls, true);
    const refusal = await refusalOf(answer);
    expect(refusal).toMatchObject({ code: 'WP-TLS-WEAK', class: 'E-SOURCE' });
    expect(refusal.message).toContain('it has no cipher suite that is allowed here');
    expect(server.heads).toHaveLength(0);
  });

  it.each(WEAK)('is noted where it is not: %s', async (_name, tls) => {
    const { answer, notes } = await ask(tls, false);
    expect(await textOf(await answer)).toBe('ok');
    expect(notes).toEqual([expect.stringContaining('weak-tls = "refuse" would refuse it')]);
  });

  it.each<[string, TlsOptions]>([
    ['TLS 1.3', {}],
    ['TLS 1.2 with forward secrecy', capped('ECDHE-RSA-AES256-GCM-SHA384')],
    [
      'its weak suites first, and strong ones too',
      capped('AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256'),
    ],
    ['no ALPN', { maxVersion: 'TLSv1.2' }],
  ])('is no server with %s', async (_name, tls) => {
    const { answer, notes } = await ask(tls, true);
    expect(await textOf(await answer)).toBe('ok');
    expect(notes).toEqual([]);
  });

  const SMALL = [
    ['1024 bits', authority.leaf({ ...NAMES, keyType: 'rsa-1024' })],
    ['SHA-1', authority.leaf({ ...NAMES, hash: 'sha1' })],
    ['SHA-1 between', authority.below({ hash: 'sha1' }).leaf(NAMES)],
    ['1024 bits between', authority.below({ keyType: 'rsa-1024' }).leaf(NAMES)],
  ] as const;
  it.each(SMALL)('is refused for its certificates: %s', async (_name, { certPem, keyPem }) => {
    const tls = { cert: certPem, key: keyPem, ciphers: 'DEFAULT@SECLEVEL=0' };
    const { answer, server } = await ask(tls, true);
    expect(await refusalOf(answer)).toMatchObject({ code: 'WP-TLS-WEAK' });
    expect(server.heads).toHaveLength(0);
  });
});

describe('an error of the handshake', () => {
  it.each<[string, string, boolean, boolean]>([
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'handshake failure', true, true],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'handshake failure', true, true],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'handshake failure', false, false],
    ['UNSPECIFIED', 'EE certificate key too weak', false, true],
    ['UNSPECIFIED', 'CA signature digest algorithm too weak', false, true],
    ['UNSPECIFIED', 'something else', true, false],
    ['CERT_HAS_EXPIRED', 'certificate has expired', true, false],
  ])('%s (%s), refusing %s: weak %s', (code, message, refuses, isWeak) => {
    expect(weaknessNamed({ code, message }, refuses) !== null).toBe(isWeak);
  });
});

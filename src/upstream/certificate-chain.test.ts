// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { keyPin, makeAuthority } from '../../test/world/certificates.ts';
import { keyPinOf, vouchersOf } from './certificate-chain.ts';

const NOW = Date.now();
const DAY = 86_400_000;

/** Each certificate of a PEM text. */
function read(...pems: readonly string[]): X509Certificate[] {
  const blocks = pems.join('').match(/-----BEGIN[^]*?END CERTIFICATE-----/gu) ?? [];
  return blocks.map((pem) => new X509Certificate(pem));
}

const names = (chain: readonly X509Certificate[]): readonly string[] =>
  chain.map(({ subject }) => subject.replace('CN=', ''));

const root = makeAuthority({ name: 'Root' });
const middle = root.below({ name: 'Middle' });
const sent = read(middle.leaf({ names: ['index.test'] }).certPem);

describe('those that vouch for a certificate', () => {
  it('are found step by step, up to an anchor that is not sent', () => {
    const chain = vouchersOf(sent, read(root.caPem), NOW);
    expect(names(chain)).toEqual(['index.test', 'Middle', 'Root']);
  });

  it('are none that only have the right name and key number', () => {
    const twin = makeAuthority({ name: 'Root' });
    const forged = twin.leaf({ names: ['index.test'], claims: root.caPem });
    const chain = vouchersOf(read(forged.certPem, root.caPem), read(root.caPem), NOW);
    expect(names(chain)).toEqual(['index.test']);
  });

  it('are none that are no authority', () => {
    // Whoever has some certificate of a good authority cannot sign with its key.
    const own = root.below({ name: 'evil.test', usurps: true });
    const { certPem } = own.leaf({ names: ['index.test'] });
    expect(names(vouchersOf(read(certPem), read(root.caPem), NOW))).toEqual(['index.test']);
  });

  it('are none whose time is over', () => {
    expect(names(vouchersOf(sent, read(root.caPem), NOW + 60 * DAY))).toEqual(['index.test']);
  });

  it('are no more than a chain can hold', () => {
    const many = Array.from({ length: 40 }, () => sent).flat();
    expect(vouchersOf(many, [], NOW)).toHaveLength(2);
    expect(vouchersOf([], read(root.caPem), NOW)).toEqual([]);
  });
});

describe("a key's pin", () => {
  it('is what everybody publishes for it', () => {
    // The key of ISRG Root X1, whose pin is widely known.
    const [known] = rootCertificates
      .map((pem) => new X509Certificate(pem))
      .filter(({ subject }) => subject.includes('ISRG Root X1'));
    if (known === undefined) throw new Error('Node has no ISRG Root X1 any more');
    expect(keyPinOf(known)).toBe('sha256:C5+lpZ7tcVwmwQIMcRtPbsQtWLABXhQzejna0wHFr8M=');
  });

  it.each(['ec', 'rsa', 'ed25519'] as const)(
    'stays when the certificate is renewed: %s',
    (type) => {
      const authority = makeAuthority({ name: 'Another', keyType: type });
      const [certificate] = read(authority.caPem);
      if (certificate === undefined) throw new Error('no certificate');
      expect(keyPinOf(certificate)).toBe(keyPin(authority.caPem));
    },
  );
});

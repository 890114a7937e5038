// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInsideAddress, isInsideHost } from './inside-address.ts';

describe('an address that leads inside (D13)', () => {
  it.each([
    '0.0.0.0',
    '0.255.255.255',
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.255',
    '169.254.169.254',
    '172.16.0.0',
    '172.31.255.255',
    '192.0.0.8',
    '192.168.0.1',
    '198.18.0.1',
    '198.19.255.255',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.1.2.3',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '100::1',
    '2002:7f00:1::',
    'fc00::1',
    'fdff::1',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fec0::1',
    'ff02::1',
    'no address at all',
    '',
  ])('%s', (address) => {
    expect(isInsideAddress(address)).toBe(true);
  });

  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '203.0.113.1',
    '223.255.255.255',
    '::ffff:1.1.1.1',
    '64:ff9b::101:101',
    '2002:101:101::',
    '2001:db8::1',
    '2606:4700::1111',
    'fbff::1',
    '1::',
  ])('is not %s', (address) => {
    expect(isInsideAddress(address)).toBe(false);
  });

  it('is told by its last 32 bits, in every spelling of a mapped one', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), (bytes) => {
        const ipv4 = bytes.join('.');
        const hex = bytes.map((one) => one.toString(16).padStart(2, '0')).join('');
        const mapped = `0:0:0:0:0:ffff:${hex.slice(0, 4)}:${hex.slice(4)}`;
        const inside = isInsideAddress(ipv4);
        expect(isInsideAddress(`::ffff:${ipv4}`)).toBe(inside);
        expect(isInsideAddress(mapped)).toBe(inside);
      }),
    );
  });

  it('is never a crash', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
        expect(typeof isInsideAddress(text)).toBe('boolean');
        expect(typeof isInsideHost(text)).toBe('boolean');
      }),
    );
  });
});

describe('a host', () => {
  it.each([
    ['http://127.1/', true],
    ['http://2130706433/', true],
    ['http://0x7f.0.0.1/', true],
    ['http://0/', true],
    ['http://[::ffff:127.0.0.1]/', true],
    ['http://[fd00::1]/', true],
    ['http://LOCALHOST/', true],
    ['http://a.localhost/', true],
    ['http://localhost.test/', false],
    ['http://10.0.0.1.test/', false],
    ['http://index.example/', false],
    ['http://1.1.1.1/', false],
  ])('%s', (address, inside) => {
    expect(isInsideHost(new URL(address).hostname)).toBe(inside);
  });
});

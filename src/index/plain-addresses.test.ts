// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeFileAddress, judgeResolved } from '../core/source-address.ts';
import { PlainAddresses } from './plain-addresses.ts';

const PAGE = 'https://index.test/simple/good/';
const segment = fc.stringMatching(/^[A-Za-z0-9._~%?#@:;\\ -]{0,8}$/u);
const origin = fc.constantFrom(
  'https://files.test',
  'https://files.test:8443',
  'https://x@files.test',
);

test('an address of a learned origin is what the long way finds, and nothing speaks against it', () => {
  let met = 0;
  fc.assert(
    fc.property(origin, fc.array(segment, { maxLength: 3 }), segment, (start, folders, name) => {
      const addresses = new PlainAddresses();
      addresses.learn(`${start}/a.whl`, new URL(`${start}/a.whl`));
      const address = [start, ...folders, name].join('/');
      const href = addresses.hrefOf(address, name);
      if (href === null) return;
      met += 1;
      const url = new URL(address);
      expect(href).toBe(url.href);
      expect(judgeResolved(address, url, { from: PAGE })).toBeNull();
      expect(judgeFileAddress(address, name)).toBeNull();
    }),
    { numRuns: 3000 },
  );
  expect(met).toBeGreaterThan(0);
});

test.each([
  ['another origin', 'https://other.test/a-1.0.tar.gz', 'a-1.0.tar.gz'],
  ['a user name', 'https://u@files.test/a-1.0.tar.gz', 'a-1.0.tar.gz'],
  ['another name', 'https://files.test/b-1.0.tar.gz', 'a-1.0.tar.gz'],
  ['a dot segment', 'https://files.test/./a-1.0.tar.gz', 'a-1.0.tar.gz'],
  ['a query', 'https://files.test/a-1.0.tar.gz?x', 'a-1.0.tar.gz'],
  ['a fragment that names a project', 'https://files.test/a-1.0.tar.gz#egg=b', 'a-1.0.tar.gz'],
])('%s goes the long way', (_name, address, filename) => {
  const addresses = new PlainAddresses();
  addresses.learn('https://files.test/x', new URL('https://files.test/x'));
  expect(addresses.hrefOf(address, filename)).toBeNull();
});

test.each([
  ['https://index.example/integrity/good/1.0/provenance', true],
  ['https://index.example:8443/p', true],
  ['https://INDEX.example/p', false],
  ['https://index.example:443/p', false],
  ['https://user@index.example/p', false],
  ['https://1/p', false],
  ['https://index.example', false],
  ['https://index.example/a/../p', false],
  ['https://index.example/a?b', false],
  ['https://index.example/é', false],
  ['http://index.example/p', false],
  ['/p', false],
])('%s is spelled out: %s', (address, expected) => {
  expect(new PlainAddresses().isSpelledOut(address)).toBe(expected);
  if (expected) expect(URL.parse(address)?.href).toBe(address);
});

test('a page may have as many origins as files: each is looked up once, not among all', () => {
  const addresses = new PlainAddresses();
  expect(addresses.hrefOf('/a.whl', 'a.whl')).toBeNull();
  const places = Array.from({ length: 50_000 }, (_, at) => `https://files-${at}.test/a.whl`);
  for (const place of places) {
    expect(addresses.isOnLearnt(place)).toBe(false);
    addresses.learn(place, new URL(place));
  }
  for (const place of places.toReversed()) {
    if (addresses.hrefOf(place, 'a.whl') !== place) throw new Error(`${place} was learnt`);
  }
  expect(addresses.isOnLearnt('https://files-1.test')).toBe(false);
  expect(addresses.isOnLearnt('https://files-1.test.evil.test/a.whl')).toBe(false);
  expect(addresses.isOnLearnt('/files')).toBe(false);
});

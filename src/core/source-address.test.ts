// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeAddress, judgeFileAddress } from './source-address.ts';

const PAGE = 'https://index.example/simple/good/';
const LOOPBACK_PAGE = 'http://127.0.0.1:3141/simple/good/';
const WHEEL = 'good-1.0-py3-none-any.whl';

describe('an address that may be asked', () => {
  test.each([
    ['https://index.test/simple/', null],
    ['HTTPS://INDEX.Test:443/simple/', null],
    ['https://user:password@index.test/simple/', null],
    ['https://__token__:secret@index.test/simple/', null],
    ['https://jane.doe:secret@index.test/simple/', null],
    ['https://jane%40corp.test:secret@index.test/simple/', null],
    ['http://localhost:3141/simple/', null],
    ['http://[::1]:3141/simple/', null],
    ['../../packages/a.whl', PAGE],
    ['//files.index.example/a.whl', PAGE],
    ['https://files.index.example/@scope/a.whl', PAGE],
    ['http://127.0.0.1:3141/a.whl', LOOPBACK_PAGE],
    ['a.whl', LOOPBACK_PAGE],
    ['https://files.index.example/a.whl', LOOPBACK_PAGE],
  ])('%s from %s', (address, from) => {
    expect(judgeAddress(address, { from })).toBeNull();
  });

  test('plain http where the policy names the host, but never from https to loopback', () => {
    const allowPlainHttp = (): boolean => true;
    expect(judgeAddress('http://index.corp/simple/', { from: null, allowPlainHttp })).toBeNull();
    const down = judgeAddress('http://127.0.0.1/a.whl', { from: PAGE, allowPlainHttp });
    expect(down?.code).toBe('WP-PLAIN-HTTP');
  });
});

describe('D11: a scheme that a page may not use', () => {
  test.each([
    'file:///etc/passwd',
    'FILE:///c:/a.whl',
    'data:application/zip;base64,AAAA',
    'ftp://files.test/a.whl',
    'unix:/run/a.sock',
    'javascript:alert(1)',
    'git+https://files.test/a#egg=b',
  ])('%s', (address) => {
    expect(judgeAddress(address, { from: PAGE })?.code).toBe('WP-SCHEME');
  });

  test('or none at all', () => {
    expect(judgeAddress('index.test/simple', { from: null })?.code).toBe('WP-SCHEME');
  });
});

describe('D09, D10: plain http', () => {
  test.each([
    ['http://index.test/simple/', null],
    ['http://files.test/a.whl', PAGE],
    ['http://127.0.0.1:3141/a.whl', PAGE],
    ['http://files.test/a.whl', LOOPBACK_PAGE],
  ])('%s from %s', (address, from) => {
    expect(judgeAddress(address, { from })?.code).toBe('WP-PLAIN-HTTP');
  });

  test('a base of plain http counts as what it leads to', () => {
    const judged = judgeAddress('//files.test/a.whl', { from: PAGE, base: 'http://index.test/' });
    expect(judged?.code).toBe('WP-PLAIN-HTTP');
  });
});

describe('B09: a host that can be mistaken', () => {
  test.each([
    ['https://xn--ndex-75d.test/', 'xn--ndex-75d.test'],
    ['https://\u0456ndex.test/', 'xn--'],
    ['https://ｉndex.test/', 'index.test'],
    ['https://index\u3002test/', 'index.test'],
    ['https://in\u00addex.test/', 'index.test'],
    ['https://index.test./', 'index.test.'],
    ['https://index.test@evil.test/', 'evil.test'],
    ['https://index.test:443@evil.test/', 'evil.test'],
    ['https://index.test%2Fsimple@evil.test/', 'evil.test'],
    ['https://localhost@evil.test/', 'evil.test'],
    ['https://evil.test\\@index.test/', 'evil.test'],
    ['https:\\\\evil.test/', 'evil.test'],
    ['https:/evil.test/', ''],
    ['https://ex%61mple.test/', 'example.test'],
    ['https://0x7f000001/', '127.0.0.1'],
    ['https://in\tdex.test/', 'index.test'],
    ['https://[::1/', ''],
  ])('%j shows %s', (address, host) => {
    for (const from of [null, PAGE]) {
      const judged = judgeAddress(address, { from });
      expect(judged?.code).toBe('WP-HOST-LOOKALIKE');
      expect(judged?.message).toContain(host);
    }
  });

  test('a page may not hide a host in the user name behind a password', () => {
    const address = 'https://index.test:secret@evil.test/a.whl';
    expect(judgeAddress(address, { from: PAGE })?.code).toBe('WP-HOST-LOOKALIKE');
  });
});

describe('B13, B14: an address that does not end in one clean file name', () => {
  test.each([
    `${WHEEL}?x=/evil-2.0.tar.gz`,
    `${WHEEL}?x=evil-2.0.tar.gz`,
    `${WHEEL}?x=%2Fevil-2.0.tar.gz`,
    `${WHEEL}?x=%252Fevil-2.0%252Etar.gz`,
    `${WHEEL};a=b`,
    `${WHEEL}%20`,
    `${WHEEL}.`,
    `${WHEEL}/`,
    `${WHEEL}#egg=other`,
    `${WHEEL}#sha256=00&egg=other`,
    `${WHEEL}#evil-2.0.tar.gz`,
    `..%2f..%2f${WHEEL}`,
    `%252e%252e%252f${WHEEL}`,
    `a%5C${WHEEL}`,
    `a\\${WHEEL}`,
    `%ff${WHEEL}`,
    'other-1.0-py3-none-any.whl',
    '',
  ])('%s', (address) => {
    expect(judgeFileAddress(address, WHEEL)?.code).toBe('WP-URL-NAME');
    expect(judgeFileAddress(`https://files.test/p/${address}`, WHEEL)?.code).toBe('WP-URL-NAME');
  });

  test.each([
    '',
    'a/b.whl',
    'a\\b.whl',
    'a%2fb.whl',
    'a\u0000.whl',
    'a\u0456.whl',
    'a.whl.',
    'a.whl ',
    '..',
    'a..whl',
    '.whl',
    'a;b.whl',
    `${'a'.repeat(260)}.whl`,
  ])('the file name %j itself', (filename) => {
    const judged = judgeFileAddress(`https://files.test/${encodeURIComponent(filename)}`, filename);
    expect(judged?.code).toBe('WP-URL-NAME');
  });
});

describe('benign twins of B13', () => {
  test.each([
    [`https://files.test/${WHEEL}`, WHEEL],
    [`../../packages/${WHEEL}#sha256=${'0'.repeat(64)}`, WHEEL],
    ['https://files.test/a-1.0%2Bcu118-py3-none-any.whl', 'a-1.0+cu118-py3-none-any.whl'],
    ['https://files.test/a-1.0%2bcu118-py3-none-any.whl', 'a-1.0+cu118-py3-none-any.whl'],
    ['https://files.test/a-1.0+cu118-py3-none-any.whl', 'a-1.0+cu118-py3-none-any.whl'],
    ['https://files.test/a-1%212.0.tar.gz', 'a-1!2.0.tar.gz'],
    [`https://files.test/${WHEEL}?X-Amz-Credential=a%2Fb%2Fc&X-Amz-Signature=00ff`, WHEEL],
    [`https://files.test/${WHEEL}?rscd=attachment%3B%20filename%3D%22${WHEEL}%22`, WHEEL],
    [`https://files.test/${WHEEL}?sig=a%2Bb%3D&se=2026-01-01T00%3A00%3A00Z`, WHEEL],
  ])('%s', (address, filename) => {
    expect(judgeFileAddress(address, filename)).toBeNull();
  });
});

test('no judgement throws, and none shows a password or a signature', () => {
  const piece = fc.constantFrom(
    'https:',
    'http:',
    '//',
    '\\',
    '@',
    ':',
    'a.test',
    '%2f',
    '?',
    '#',
    'é',
    '[',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 8 }), (pieces) => {
      const address = pieces.join('');
      judgeAddress(address, { from: null });
      judgeAddress(address, { from: PAGE });
      judgeFileAddress(address, WHEEL);
    }),
  );
  const secret = 'https://user:hunter2@index.test./a.whl?sig=hunter2';
  expect(judgeAddress(secret, { from: null })?.message).not.toContain('hunter2');
  expect(judgeFileAddress(secret, WHEEL)?.message).not.toContain('hunter2');
});

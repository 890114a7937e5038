// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAbsolute, readDestination, readTunnelled } from './request-target.ts';

const EXAMPLE = { host: 'index.example', authority: 'index.example:443' };

describe('readDestination', () => {
  test.each([
    ['index.example:443', 'index.example', 'index.example:443'],
    ['INDEX.example:8443', 'index.example', 'index.example:8443'],
    ['127.0.0.1:1', '127.0.0.1', '127.0.0.1:1'],
    ['[::1]:443', '::1', '[::1]:443'],
  ])('%s', (text, host, authority) => {
    expect(readDestination(text)).toEqual({ host, authority });
  });

  test.each([
    '',
    'index.example',
    'a@b:443',
    'a:b',
    'a b:1',
    'a/b:1',
    '[::1]',
    '::1:4:443',
    'a:99999',
    'ä:1',
  ])('%j is none', (text) => {
    expect(readDestination(text)).toBeNull();
  });
});

describe('readTunnelled', () => {
  const read = (target: string, hosts = ['index.example']) =>
    readTunnelled({ target, hosts }, 'https:', EXAMPLE);

  test('the tunnel decides the host', () => {
    expect(read('/simple/demo/?a=1')).toEqual({
      ok: true,
      url: new URL('https://index.example/simple/demo/?a=1'),
    });
    expect(read('//evil.example/x')).toMatchObject({ ok: true, url: { host: 'index.example' } });
    expect(read('/', ['index.example:443'])).toMatchObject({ ok: true });
    expect(read('/', ['INDEX.example'])).toMatchObject({ ok: true });
  });

  test('the Host header must agree', () => {
    for (const hosts of [
      [],
      ['other.example'],
      ['index.example:80'],
      ['index.example', 'index.example'],
      ['a@index.example'],
      [''],
    ]) {
      expect(read('/', hosts)).toMatchObject({ ok: false, status: 400 });
    }
  });

  test.each([
    'https://index.example/',
    '*',
    'x',
    '',
    '/a b',
    '/a\\b.whl',
    '/a#b',
    '/ä',
    '/%00',
    '/%0a',
    '/%7F',
  ])('%j is refused', (target) => {
    expect(read(target)).toMatchObject({ ok: false, status: 400 });
  });

  test('no target leads anywhere else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (noise) => {
        for (const target of [noise, `/${noise}`, `//${noise}`, `/\t${noise}`, `@${noise}`]) {
          const found = read(target);
          if (found.ok) expect(found.url.origin).toBe('https://index.example');
        }
      }),
    );
  });
});

describe('readAbsolute', () => {
  const read = (target: string, host: string) => readAbsolute({ target, hosts: [host] });

  test('names its own host', () => {
    const address = 'http://index.example:8080/simple/';
    expect(read(address, 'index.example:8080')).toEqual({ ok: true, url: new URL(address) });
  });

  test('origin-form is for servers', () => {
    expect(read('/simple/', 'index.example')).toMatchObject({ ok: false, status: 421 });
  });

  test.each([
    'http://user:secret@index.example/',
    'http://@index.example/',
    'ftp://index.example/',
    'http:/index.example/',
    'http:\\\\index.example/',
    'http://other.example/',
    'index.example:443',
    'http://index.example\\@other.example/',
  ])('%j is refused', (target) => {
    expect(read(target, 'index.example')).toMatchObject({ ok: false, status: 400 });
  });
});

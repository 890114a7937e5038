// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeAuthority } from '../../test/world/certificates.ts';
import { readCaFile, rootsWith } from './ca-bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'wheelproof-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('a CA bundle', () => {
  const first = makeAuthority();
  const second = makeAuthority();

  it('may hold several certificates, comments and Windows line ends', () => {
    const text = `# ours\r\n${first.caPem.replaceAll('\n', '\r\n')}\nsecond:\n${second.caPem}`;
    expect(readCaFile(write('two.pem', text))).toHaveLength(2);
  });

  it.each([
    ['missing.pem', null],
    ['empty.pem', ''],
    ['text.pem', 'hello'],
    ['key.pem', first.leaf().keyPem],
    ['broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['half.pem', `${first.caPem}${second.caPem.slice(0, 200)}\n${first.caPem}`],
  ])('that is none is refused by name: %s', (name, text) => {
    const file = text === null ? join(folder, name) : write(name, text);
    expect(() => readCaFile(file)).toThrow(
      expect.objectContaining({ code: 'WP-USAGE', message: expect.stringContaining(file) }),
    );
  });

  it('may not be a folder', () => {
    expect(() => readCaFile(folder)).toThrow(expect.objectContaining({ code: 'WP-USAGE' }));
  });

  it('adds to the roots and replaces none', () => {
    const own = readCaFile(first.caFile);
    expect(rootsWith(own)).toEqual(expect.arrayContaining([...own]));
    expect(rootsWith(own).length).toBeGreaterThan(100);
  });
});

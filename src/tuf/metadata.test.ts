// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { head, makeSigner, signed } from '../../test/world/tuf-repository.ts';
import { openEnvelope, readTimestamp, verifyNotExpired } from './metadata.ts';

const signer = makeSigner();

function read(expires: string) {
  const content = { ...head('timestamp', 1), meta: { 'snapshot.json': { version: 1 } }, expires };
  return readTimestamp(openEnvelope(signed(content, [signer]), 'timestamp'));
}

describe('an expiry (TUF specification, section 4.2; attack F08)', () => {
  test.each([
    ['2030-01-31T00:00:00Z', Date.UTC(2030, 0, 31)],
    ['2028-02-29T23:59:59Z', Date.UTC(2028, 1, 29, 23, 59, 59)],
    ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
  ])('%s is a time', (text, time) => {
    expect(read(text).expires).toBe(time);
  });

  test.each([
    '2026-02-30T00:00:00Z',
    '2027-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-12-31T23:59:60Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00z',
    '2026-01-01t00:00:00Z',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00+14:00',
    '2026-01-01T00:00:00+00:00',
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T00:00Z',
    '2026-01-01',
    '10000-01-01T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    '２026-01-01T00:00:00Z',
    '1767225600',
    '',
  ])('%j is none', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'WP-TUF-MALFORMED' }));
  });

  test('what expires now has expired', () => {
    const timestamp = read('2030-01-31T00:00:00Z');
    verifyNotExpired(timestamp, 'timestamp', timestamp.expires - 1);
    expect(() => verifyNotExpired(timestamp, 'timestamp', timestamp.expires)).toThrow(
      expect.objectContaining({ code: 'WP-TUF-EXPIRED' }),
    );
  });
});

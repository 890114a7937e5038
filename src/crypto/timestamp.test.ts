// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { openSigstore } from '../../test/world/sigstore/sigstore.ts';
import { Refusal } from '../core/errors.ts';
import { readTimestamp, timestampFault } from './timestamp.ts';
import { readTrustedRoot } from './trusted-root.ts';

const sigstore = openSigstore();
const [maker] = sigstore.timestamps;
const [authority] = readTrustedRoot(Buffer.from(sigstore.trustedRoot())).timestampAuthorities;
const DATA = Buffer.from('what was seen');
const AT = new Date('2026-03-04T05:06:07Z');

function fault(bytes: Buffer): string | null {
  if (authority === undefined) throw new Error('no authority');
  try {
    return timestampFault(readTimestamp(bytes), DATA, authority);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message;
    throw thrown;
  }
}

test('of a timestamp no bit is free but for the certificate that it repeats', () => {
  const stamp = maker?.stamp(DATA, AT) ?? Buffer.alloc(0);
  const embedded = maker?.chain[0] ?? Buffer.alloc(0);
  expect(fault(stamp)).toBeNull();
  const start = stamp.indexOf(embedded);
  const free = new Set<number>();
  for (let at = 0; at < stamp.length; at += 1) {
    if (at >= start && at < start + embedded.length) continue;
    for (let bit = 0; bit < 8; bit += 1) {
      const changed = Buffer.from(stamp);
      changed[at] = (stamp[at] ?? 0) ^ (1 << bit);
      if (fault(changed) === null) free.add(at);
    }
  }
  // "Granted" may become "granted with modifications" (RFC 3161, 2.4.2).
  expect([...free]).toEqual([stamp.indexOf(Buffer.from([2, 1, 0])) + 2]);
});

// SPDX-License-Identifier: Apache-2.0
import { isIPv4 } from 'node:net';

/** An IP address as its 4 or 16 bytes. `address` must have passed `isIP`. */
export function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = withoutDottedEnd(address).split('::');
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const gap = Array.from({ length: 8 - front.length - back.length }, () => 0);
  return Buffer.from([...front, ...gap, ...back].flatMap((group) => [group >> 8, group & 0xff]));
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

/** `::ffff:127.0.0.1` as `::ffff:7f00:1`. */
function withoutDottedEnd(address: string): string {
  const dotted = /[^:]+\.[^:]+$/u.exec(address)?.[0];
  if (dotted === undefined) return address;
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  const pair = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  return address.slice(0, -dotted.length) + pair;
}

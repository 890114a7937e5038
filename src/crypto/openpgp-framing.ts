// SPDX-License-Identifier: Apache-2.0

/*
 * How OpenPGP data is wrapped: armour (RFC 9580, section 6) and packets (section 4.2), as far as one
 * must know it to say how much there is before anything is read.
 */

/** Where armours follow a text, as in the keyrings that projects publish, its first byte is a letter. */
export function isArmouredRing(bytes: Uint8Array): boolean {
  const [first = 0x80] = bytes;
  const isText = first < 0x80 || Buffer.from(bytes.subarray(0, 3)).toString('hex') === 'efbbbf';
  return isText && /^-----BEGIN PGP /mu.test(textOf(bytes));
}

/** The armour itself, and nothing before it. */
export function isArmoured(bytes: Uint8Array): boolean {
  return /^\s*-----BEGIN PGP /u.test(textOf(bytes.subarray(0, 200)));
}

/** OpenPGP.js reads the first armour of a text, and would overlook the others. */
export function armoursIn(bytes: Uint8Array): readonly string[] {
  const text = textOf(bytes);
  const starts = [...text.matchAll(/^-----BEGIN PGP /gmu)].map(({ index }) => index);
  return starts.map((start, place) => text.slice(start, starts[place + 1]));
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/**
 * Whether there are more packets than that, as far as their lengths can be followed; what follows
 * them is for whoever reads the packets to refuse.
 */
export function hasMorePackets(bytes: Uint8Array, most: number): boolean {
  let count = 0;
  for (let at = 0; at < bytes.length; count += 1) {
    if (count === most) return true;
    const end = endOfPacket(bytes, at);
    if (end === null) return false;
    at = end;
  }
  return false;
}

function endOfPacket(bytes: Uint8Array, start: number): number | null {
  const [tag = 0] = bytes.subarray(start);
  if ((tag & 0x80) === 0) return null;
  if ((tag & 0x40) === 0) return endOfOldPacket(bytes, start, tag & 0x03);
  for (let at = start + 1; ;) {
    const [first = 0, second = 0] = bytes.subarray(at);
    if (first < 192) return at + 1 + first;
    if (first < 224) return at + 2 + ((first - 192) << 8) + second + 192;
    if (first === 255) return at + 5 + numberAt(bytes, at + 1, 4);
    at += 1 + 2 ** (first & 0x1f); // a part; another length follows it
    if (at >= bytes.length) return null;
  }
}

function endOfOldPacket(bytes: Uint8Array, start: number, lengthType: number): number | null {
  if (lengthType === 3) return null; // up to the end of the data
  const width = 2 ** lengthType;
  return start + 1 + width + numberAt(bytes, start + 1, width);
}

function numberAt(bytes: Uint8Array, start: number, width: number): number {
  return bytes.subarray(start, start + width).reduce((sum, byte) => sum * 256 + byte, 0);
}

// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeListings, encodeListings } from '../core/listing-text.ts';
import type { RememberedListing } from '../core/remembered-page.ts';
import { continueListings, type SaidFile } from './listing-changes.ts';
import { sightsOf, textOfFirst } from './listing-scan.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const WHEN = { now: 9_000, before: 8_000 };

const name = fc.constantFrom('a-1', 'a-1-', 'a-10', 'A-1', '-', 'é', '\u{1F40D}', 'a 1', 'b', 'c');
const hash = fc.constantFrom(A, A, A, B, null);
const time = fc.constantFrom(0, 7, 1_700_000_000_000);
const unchanged = fc.record({
  filename: name,
  sha256: hash,
  firstSeen: time,
  yanked: fc.boolean(),
  change: fc.constant('none' as const),
  changedAt: fc.constant(0),
});
const changed = fc.record({
  filename: name,
  sha256: hash,
  firstSeen: time,
  yanked: fc.boolean(),
  change: fc.constantFrom('yanked', 'unyanked', 'gone', 'none'),
  changedAt: time,
});
const byName = { selector: ({ filename }: RememberedListing): string => filename };
const quiet = fc.uniqueArray(unchanged, byName);
const any = fc.uniqueArray(fc.oneof({ weight: 9, arbitrary: unchanged }, changed), byName);
const said: fc.Arbitrary<SaidFile> = fc.record({
  filename: name,
  sha256: hash,
  yanked: fc.constantFrom(true, false, null),
});
const asSaid = ({ filename, sha256, yanked }: RememberedListing): SaidFile => {
  return { filename, sha256, yanked };
};
/** Nearly what is known: in any order, some left out, some said twice or otherwise. */
const nearly = any.chain((known) =>
  fc.tuple(
    fc.constant(known),
    fc
      .tuple(
        fc.shuffledSubarray(known.map(asSaid), { minLength: Math.max(0, known.length - 1) }),
        fc.array(
          fc.oneof(
            said,
            fc.constantFrom(...known.map(asSaid), { filename: 'new', sha256: A, yanked: false }),
          ),
          { maxLength: 1 },
        ),
      )
      .map(([some, more]) => [...some, ...more]),
  ),
);

describe('what a page says, held against the text of what is known', () => {
  test('is no news wherever the short way says so', () => {
    fc.assert(
      fc.property(nearly, ([known, files]) => {
        const sights = sightsOf(encodeListings(known), files);
        if (sights === null) return;
        expect(continueListings(known, files, WHEN)).toBe(known);
        expect(files.map(({ filename }) => filename).sort()).toEqual(
          known.map(({ filename }) => filename).sort(),
        );
        for (const [place, file] of files.entries()) {
          const listing = known.find(({ filename }) => filename === file.filename);
          expect(listing).toMatchObject({ ...file, change: 'none', firstSeen: sights[place] });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('takes the short way in whatever order it says what is known', () => {
    const permuted = quiet.chain((known) =>
      fc.tuple(fc.constant(known), fc.shuffledSubarray(known, { minLength: known.length })),
    );
    fc.assert(
      fc.property(permuted, ([known, files]) => {
        const sights = sightsOf(encodeListings(known), files.map(asSaid));
        expect(sights === null ? null : [...sights]).toEqual(files.map((one) => one.firstSeen));
      }),
    );
  });

  test('takes the short way where it goes on elsewhere after every file', () => {
    const known = Array.from({ length: 500 }, (_, place): RememberedListing => {
      const filename = `good-${place}.tar.gz`;
      return { filename, sha256: A, firstSeen: place, yanked: false, change: 'none', changedAt: 0 };
    });
    const files = known.toReversed().map(asSaid);
    expect([...(sightsOf(encodeListings(known), files) ?? [])]).toEqual(
      files.map((_, place) => 499 - place),
    );
    const twice = [...files.slice(1), ...files.slice(1, 2)];
    expect(sightsOf(encodeListings(known), twice)).toBeNull();
  });

  test('a page that was never seen is written as the general way would', () => {
    const once = fc.uniqueArray(said, { selector: ({ filename }) => filename });
    fc.assert(
      fc.property(once, time, (files, now) => {
        const listings = continueListings([], files, { now, before: now });
        expect(textOfFirst(files, now)).toBe(encodeListings(listings));
        expect(decodeListings(textOfFirst(files, now))).toEqual(listings);
      }),
    );
  });

  test('hashes as they were written before are read, and not taken for unchanged', () => {
    const [listing] = decodeListings(
      `good-1.tar.gz\t${Buffer.from(A, 'hex').toString('base64')}\t7\t-\t-\t0`,
    );
    expect(listing).toEqual({
      filename: 'good-1.tar.gz',
      sha256: A,
      firstSeen: 7,
      yanked: false,
      change: 'none',
      changedAt: 0,
    });
  });
});

test('a name that spells the line of another file, and then that of a third, is none of them', () => {
  const gone = { filename: 'a-2', sha256: A, yanked: false };
  const there = { filename: 'a-1', sha256: B, yanked: false };
  const text = textOfFirst([gone, there], 7);
  const forged = text.slice(0, text.lastIndexOf('a-1') + 'a-1'.length);
  expect(sightsOf(text, [{ ...there, filename: forged }])).toBeNull();
  expect(sightsOf(text, [{ ...there, filename: forged.slice('a-2\t'.length) }])).toBeNull();
  expect(sightsOf(text, [gone, there])).toEqual(new Float64Array([7, 7]));
});

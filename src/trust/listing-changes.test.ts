// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { continueListings, type SaidFile } from './listing-changes.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const file = (over: Partial<SaidFile> = {}): SaidFile => ({
  filename: 'demo-1.0.tar.gz',
  sha256: A,
  yanked: false,
  ...over,
});
/** Each saying comes a second after the one before. */
const after = (...sayings: readonly (readonly SaidFile[])[]) =>
  sayings.reduce<ReturnType<typeof continueListings>>(
    (known, said, place) =>
      continueListings(known, said, { now: place * 1_000, before: (place - 1) * 1_000 }),
    [],
  );

describe('what is known of a page', () => {
  test('begins with what it says first', () => {
    expect(after([], [file({ yanked: true })])).toEqual([
      { ...file({ yanked: true }), firstSeen: 1_000, change: 'none', changedAt: 0 },
    ]);
  });

  test.each([
    ['gone', [file()], [], { change: 'gone', changedAt: 0, yanked: false }],
    ['yanked', [file()], [file({ yanked: true })], { change: 'yanked', changedAt: 0 }],
    ['unyanked', [file({ yanked: true })], [file()], { change: 'unyanked', changedAt: 0 }],
  ] as const)('a file that is %s', (_change, first, second, expected) => {
    expect(after(first, second)).toMatchObject([expected]);
    // And stays so, with the time of the first notice.
    expect(after(first, second, second, second)).toMatchObject([expected]);
  });

  test.each([
    ['gone', [file()], []],
    ['yanked', [file()], [file({ yanked: true })]],
    ['unyanked', [file({ yanked: true })], [file()]],
  ] as const)('what was %s and is as before has no change', (_change, first, second) => {
    expect(after(first, second, first)).toEqual(after(first));
  });

  test('a yank mark that goes while the file is away is noticed', () => {
    const yanked = [file({ yanked: true })];
    expect(after(yanked, [], [file()])).toMatchObject([{ change: 'unyanked', yanked: false }]);
  });

  test('the first hash stays, whatever is said later', () => {
    expect(after([file({ sha256: null })], [file()], [file({ sha256: B })])).toMatchObject([
      { sha256: A },
    ]);
  });

  test('an entry that could not be read says nothing of a mark', () => {
    const said = [file({ yanked: null, sha256: null })];
    expect(after([file({ yanked: true })], said)).toMatchObject([
      { yanked: true, change: 'none', sha256: A },
    ]);
  });
});

const names = fc.constantFrom('a-1.zip', 'b-1.zip', 'c-1.zip');
const pages = fc.uniqueArray(
  fc.record({
    filename: names,
    sha256: fc.constantFrom(null, A, B),
    yanked: fc.constantFrom(null, true, false),
  }),
  { selector: ({ filename }) => filename },
);

test('nothing that was ever listed is lost, nor its first hash', () => {
  fc.assert(
    fc.property(fc.array(pages, { maxLength: 6 }), (sayings) => {
      const known = after(...sayings);
      const ever = new Set(sayings.flat().map(({ filename }) => filename));
      expect(new Set(known.map(({ filename }) => filename))).toEqual(ever);
      for (const { filename, sha256 } of known) {
        const hashes = sayings.flat().filter((said) => said.filename === filename);
        expect(sha256).toBe(hashes.find((said) => said.sha256 !== null)?.sha256 ?? null);
      }
    }),
  );
});

test('the same words twice change nothing', () => {
  fc.assert(
    fc.property(fc.array(pages, { maxLength: 4 }), pages, (sayings, last) => {
      expect(after(...sayings, last, last)).toEqual(after(...sayings, last));
    }),
  );
});

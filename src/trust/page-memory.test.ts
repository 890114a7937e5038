// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RememberedListing } from '../core/remembered-page.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import type { SaidFile } from './listing-changes.ts';
import type { PageSaying } from './page-history.ts';
import { PageMemory } from './page-memory.ts';

const INDEX = 'https://index.test/simple/';
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

const saying = (files: readonly SaidFile[]): PageSaying => {
  return { index: INDEX, project: 'good', form: 'json', status: 'active', files };
};

/** A store, with a clock that goes on by itself. */
function store() {
  const rows = openMemoryTrustRows();
  let now = 1_000;
  const memory = new PageMemory(rows, { now: () => now }, 'pip 1');
  return {
    rows,
    memory,
    later: (): void => {
      now += 1_000;
    },
    kept: () => ({
      page: rows.recallPage(INDEX, 'good'),
      listings: rows.recallListings(INDEX, 'good'),
    }),
  };
}

const file: fc.Arbitrary<SaidFile> = fc.record({
  filename: fc.constantFrom(
    ...['1.0', '2.0', '2.0rc1', '10.0'].flatMap((version) => [
      `good-${version}.tar.gz`,
      `good-${version}-py3-none-any.whl`,
    ]),
    'odd',
    'no\tline',
  ),
  sha256: fc.constantFrom(A, A, A, B, null),
  yanked: fc.constantFrom(false, false, false, true, null),
});
interface Step {
  readonly files: readonly SaidFile[];
  readonly refused: readonly string[];
  readonly unlearnt: string;
}
const step: fc.Arbitrary<Step> = fc.record({
  files: fc.oneof(
    { weight: 4, arbitrary: fc.uniqueArray(file, { selector: ({ filename }) => filename }) },
    fc.array(file),
  ),
  refused: fc.array(
    file.map(({ filename }) => filename),
    { maxLength: 2 },
  ),
  unlearnt: file.map(({ filename }) => filename),
});
/** Most pages say again what they said before. */
const steps = fc
  .array(fc.tuple(step, fc.nat({ max: 3 })), { minLength: 1, maxLength: 4 })
  .map((list) => list.flatMap(([one, again]) => Array.from({ length: again + 1 }, () => one)));

describe('the memory of pages', () => {
  test('keeps the same whether it takes the short ways or the general one', () => {
    let short = 0;
    fc.assert(
      fc.property(steps, (list) => {
        const [one, other] = [store(), store()];
        for (const { files, refused, unlearnt } of list) {
          const said = saying(files);
          const history = one.memory.look(said);
          if (history.unchanged !== undefined) short += 1;
          const general: readonly RememberedListing[] = other.memory.look(saying(files)).listings;
          expect(history.listings).toEqual(general);
          one.memory.write(said, new Set(refused));
          // Of a saying that was not looked at nothing is known beforehand.
          other.memory.write(saying(files), new Set(refused));
          expect(one.kept()).toEqual(other.kept());
          if (files.length % 3 === 0) {
            one.memory.unlearn(INDEX, 'good', unlearnt);
            other.memory.unlearn(INDEX, 'good', unlearnt);
            expect(one.kept()).toEqual(other.kept());
          }
          one.later();
          other.later();
        }
      }),
      { numRuns: 500 },
    );
    expect(short).toBeGreaterThan(500);
  });

  test('writes the list of files only where it changed, and then in the order of the page', () => {
    const { rows, memory } = store();
    const wheel = { filename: 'good-2.0-py3-none-any.whl', sha256: A, yanked: false };
    const sdist = { filename: 'good-10.0.tar.gz', sha256: A, yanked: false };
    const see = (files: readonly SaidFile[]): string => {
      const said = saying(files);
      memory.look(said);
      memory.write(said, new Set());
      return rows.recallListingText(INDEX, 'good').replaceAll(/\t.*/gu, '');
    };
    expect(see([wheel])).toBe('good-2.0-py3-none-any.whl');
    expect(see([sdist, wheel])).toBe('good-10.0.tar.gz\ngood-2.0-py3-none-any.whl');
    expect(see([wheel, sdist])).toBe('good-10.0.tar.gz\ngood-2.0-py3-none-any.whl');
  });

  test('what was written with hashes in base64 is the same, and written anew', () => {
    const { rows, memory } = store();
    const said = saying([{ filename: 'good-1.0.tar.gz', sha256: A, yanked: false }]);
    memory.look(said);
    memory.write(said, new Set());
    const kept = rows.recallListingText(INDEX, 'good');
    const page = rows.recallPage(INDEX, 'good');
    if (page === null) throw new Error('it was written');
    rows.rememberPage(page, kept.replace(A, Buffer.from(A, 'hex').toString('base64')));
    const again = saying(said.files);
    expect(memory.look(again).listings).toMatchObject([{ sha256: A, change: 'none' }]);
    memory.write(again, new Set());
    expect(rows.recallListingText(INDEX, 'good')).toBe(kept);
  });

  test('a page that another run wrote between the look and the writing is read again', () => {
    const { rows, memory, later } = store();
    const first = saying([{ filename: 'good-1.0.tar.gz', sha256: A, yanked: false }]);
    memory.look(first);
    const beside = new PageMemory(rows, { now: () => 1_500 }, 'uv 1');
    const theirs = saying([{ filename: 'good-1.0.tar.gz', sha256: B, yanked: false }]);
    beside.look(theirs);
    beside.write(theirs, new Set());
    later();
    memory.write(first, new Set());
    expect(rows.recallListings(INDEX, 'good')).toMatchObject([{ sha256: B, firstSeen: 1_500 }]);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { RememberedListing, RememberedPage } from '../../../src/core/remembered-page.ts';
import type { TrustRows } from '../../../src/core/trust-rows.ts';
import { TRUST_ROWS_BACKENDS } from '../../../src/storage/index.ts';
import { temporaryPlace } from './place.ts';

const INDEX = 'https://index.example/simple/';
const PAGE: RememberedPage = {
  index: INDEX,
  project: 'demo',
  form: 'json',
  status: 'active',
  newest: '1.0',
  listed: 2,
  client: 'pip 26.3',
  firstSeen: 1_000,
  seenAt: 2_000,
};
const WHEEL: RememberedListing = {
  filename: 'demo-1.0-py3-none-any.whl',
  sha256: 'a'.repeat(64),
  firstSeen: 1_000,
  yanked: false,
  change: 'none',
  changedAt: 0,
};
const SDIST: RememberedListing = {
  filename: "d'émo 1.0.tar.gz",
  sha256: null,
  firstSeen: 1_500,
  yanked: true,
  change: 'gone',
  changedAt: 1_700_000_000_000,
};

describe.each(TRUST_ROWS_BACKENDS)('page rows: $name', (backend) => {
  function withRows(work: (rows: TrustRows, reopen: () => TrustRows) => void): void {
    using place = temporaryPlace();
    const clock = { now: () => 0 };
    let rows = backend.open(place.path, clock);
    try {
      work(rows, () => {
        if (!backend.durable) return rows;
        rows.close();
        rows = backend.open(place.path, clock);
        return rows;
      });
    } finally {
      rows.close();
    }
  }

  test('a page that was never seen is not remembered', () => {
    withRows((rows) => {
      expect(rows.recallPage(INDEX, 'demo')).toBeNull();
      expect(rows.recallListings(INDEX, 'demo')).toEqual([]);
      expect(rows.listPages({})).toEqual([]);
      expect(rows.forgetPage(INDEX, 'demo')).toBe(false);
    });
  });

  test('a page and its files come back as they were, in the order of their names', () => {
    withRows((rows, reopen) => {
      rows.rememberPage(PAGE, [WHEEL, SDIST]);
      const again = reopen();
      expect(again.recallPage(INDEX, 'demo')).toEqual(PAGE);
      expect(again.recallListings(INDEX, 'demo')).toEqual([SDIST, WHEEL]);
    });
  });

  test('a page of no file has none', () => {
    withRows((rows) => {
      rows.rememberPage({ ...PAGE, newest: null, listed: 0 }, []);
      expect(rows.recallListings(INDEX, 'demo')).toEqual([]);
      expect(rows.recallPage(INDEX, 'demo')?.newest).toBeNull();
    });
  });

  test('a page can be seen again while its files stay', () => {
    withRows((rows) => {
      rows.rememberPage(PAGE, [WHEEL]);
      rows.rememberPage({ ...PAGE, seenAt: 3_000, status: 'archived' }, null);
      expect(rows.recallPage(INDEX, 'demo')).toMatchObject({ seenAt: 3_000, status: 'archived' });
      expect(rows.recallListings(INDEX, 'demo')).toEqual([WHEEL]);
    });
  });

  test('pages are kept apart by index and project, and listed in order', () => {
    withRows((rows) => {
      const other = { ...PAGE, index: 'https://other.test/simple/' };
      const second = { ...PAGE, project: 'b' };
      for (const page of [other, PAGE, second]) rows.rememberPage(page, [WHEEL]);
      expect(rows.listPages({})).toEqual([second, PAGE, other]);
      expect(rows.listPages({ project: 'demo' })).toEqual([PAGE, other]);
      expect(rows.forgetPage(INDEX, 'demo')).toBe(true);
      expect(rows.recallListings(INDEX, 'demo')).toEqual([]);
      expect(rows.listPages({ project: 'demo' })).toEqual([other]);
      expect(rows.recallListings(other.index, 'demo')).toEqual([WHEEL]);
    });
  });

  test.each(['transaction', 'pageTransaction'] as const)(
    'a %s that fails takes both back',
    (kind) => {
      withRows((rows) => {
        rows.rememberPage(PAGE, [WHEEL]);
        const work = () =>
          rows[kind](() => {
            rows.rememberPage({ ...PAGE, seenAt: 9_000 }, [SDIST]);
            throw new Error('taken back');
          });
        expect(work).toThrow('taken back');
        expect(rows.recallPage(INDEX, 'demo')).toEqual(PAGE);
        expect(rows.recallListings(INDEX, 'demo')).toEqual([WHEEL]);
      });
    },
  );

  test.each([
    ['a name with a tab', { ...WHEEL, filename: 'a\tb' }],
    ["a name with a line's end", { ...WHEEL, filename: 'a\nb' }],
    ['half a surrogate pair', { ...WHEEL, filename: 'a\ud800' }],
    ['what is no hash', { ...WHEEL, sha256: 'abc' }],
    ['a time before 1970', { ...WHEEL, firstSeen: -1 }],
  ])('%s is never written', (_name, listing) => {
    withRows((rows) => {
      expect(() => rows.rememberPage(PAGE, [listing])).toThrow(TypeError);
      expect(rows.recallListings(INDEX, 'demo')).toEqual([]);
    });
  });

  test('one name is one file', () => {
    withRows((rows) => {
      expect(() => rows.rememberPage(PAGE, [WHEEL, WHEEL])).toThrow(TypeError);
    });
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type {
  AcceptedChange,
  RememberedPublishers,
} from '../../../src/core/remembered-publisher.ts';
import type { TrustRows } from '../../../src/core/trust-rows.ts';
import { TRUST_ROWS_BACKENDS } from '../../../src/storage/index.ts';
import { github } from '../../world/publishers.ts';
import { temporaryPlace } from './place.ts';

const INDEX = 'https://index.example/simple/';
const ALICE = github({ repository: "alice/d'émo", environment: null });
const BOB = github({ repository: 'bob/demo', repositoryId: '2', ownerId: '22' });
const WHEEL: RememberedPublishers = {
  index: INDEX,
  project: 'demo',
  version: '1.0',
  filename: 'demo-1.0-py3-none-any.whl',
  sha256: 'a'.repeat(64),
  publishers: [ALICE, BOB],
  firstSeen: 1_000,
};
const SDIST: RememberedPublishers = {
  ...WHEEL,
  filename: 'demo-1.0.tar.gz',
  sha256: 'b'.repeat(64),
  publishers: [BOB],
};
const CHANGE: AcceptedChange = {
  project: 'demo',
  version: '2.0',
  publisher: BOB,
  reason: 'it moved',
  owner: 'ada',
  at: 5_000,
};

describe.each(TRUST_ROWS_BACKENDS)('publisher rows: $name', (backend) => {
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

  test('nothing is known of a project that was never attested', () => {
    withRows((rows) => {
      expect(rows.recallPublishers(INDEX, 'demo')).toEqual([]);
      expect(rows.recallPublishersOf('demo', WHEEL.sha256)).toEqual([]);
      expect(rows.listPublishers({})).toEqual([]);
      expect(rows.forgetPublishers(INDEX, 'demo', WHEEL.filename)).toBe(false);
      expect(rows.listChanges({})).toEqual([]);
      expect(rows.withdrawChanges('demo', '2.0')).toBe(0);
    });
  });

  test('who published is found again, whole and in order', () => {
    withRows((rows, reopen) => {
      rows.rememberPublishers(SDIST);
      rows.rememberPublishers(WHEEL);
      rows.rememberPublishers({ ...SDIST, project: 'other' });
      rows.rememberPublishers({ ...WHEEL, index: 'https://mirror.example/simple/' });
      const again = reopen();
      expect(again.recallPublishers(INDEX, 'demo')).toEqual([WHEEL, SDIST]);
      expect(again.recallPublishersOf('demo', WHEEL.sha256)).toHaveLength(2);
      expect(again.listPublishers({ project: 'other' })).toEqual([{ ...SDIST, project: 'other' }]);
      expect(again.listPublishers({})).toHaveLength(4);
    });
  });

  test('the first ones of the same bytes stay, those of other bytes give way', () => {
    withRows((rows) => {
      rows.rememberPublishers(WHEEL);
      rows.rememberPublishers({ ...WHEEL, publishers: [BOB], firstSeen: 9_000 });
      expect(rows.recallPublishers(INDEX, 'demo')).toEqual([WHEEL]);
      const other = { ...WHEEL, sha256: 'c'.repeat(64), publishers: [BOB] };
      rows.rememberPublishers(other);
      expect(rows.recallPublishers(INDEX, 'demo')).toEqual([other]);
      expect(rows.forgetPublishers(INDEX, 'demo', WHEEL.filename)).toBe(true);
      expect(rows.recallPublishers(INDEX, 'demo')).toEqual([]);
    });
  });

  test('what a person accepted is kept by release and publisher, and can be taken back', () => {
    withRows((rows, reopen) => {
      const nobody = { ...CHANGE, publisher: null };
      rows.acceptChange(CHANGE);
      rows.acceptChange(nobody);
      rows.acceptChange({ ...CHANGE, version: '3.0', project: 'other' });
      rows.acceptChange({ ...CHANGE, reason: 'asked again' });
      const again = reopen();
      expect(again.listChanges({ project: 'demo' })).toEqual([
        nobody,
        { ...CHANGE, reason: 'asked again' },
      ]);
      expect(again.listChanges({})).toHaveLength(3);
      expect(again.withdrawChanges('demo', '2.0')).toBe(2);
      expect(again.listChanges({})).toHaveLength(1);
    });
  });

  test('a change that failed half-way left nothing', () => {
    withRows((rows, reopen) => {
      rows.rememberPublishers(SDIST);
      const work = () =>
        rows.transaction(() => {
          rows.rememberPublishers(WHEEL);
          rows.acceptChange(CHANGE);
          rows.forgetPublishers(INDEX, 'demo', SDIST.filename);
          throw new Error('power');
        });
      expect(work).toThrow('power');
      const again = reopen();
      expect(again.listPublishers({})).toEqual([SDIST]);
      expect(again.listChanges({})).toEqual([]);
    });
  });

  test('what cannot be kept is refused', () => {
    withRows((rows) => {
      expect(() => rows.rememberPublishers({ ...WHEEL, publishers: [] })).toThrow(TypeError);
      expect(() => rows.rememberPublishers({ ...WHEEL, sha256: 'A' })).toThrow(TypeError);
      const spoilt = { ...ALICE, workflow: 'a\0b' };
      expect(() => rows.rememberPublishers({ ...WHEEL, publishers: [spoilt] })).toThrow(TypeError);
      expect(() => rows.acceptChange({ ...CHANGE, publisher: spoilt })).toThrow(TypeError);
      expect(() => rows.acceptChange({ ...CHANGE, at: -1 })).toThrow(TypeError);
    });
  });
});

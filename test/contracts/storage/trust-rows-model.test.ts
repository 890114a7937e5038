// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RememberedFile, TrustRows } from '../../../src/core/trust-rows.ts';
import { TRUST_ROWS_BACKENDS } from '../../../src/storage/index.ts';
import { temporaryPlace } from './place.ts';

// The store against the simplest thing that could be right: a Map.

interface Model {
  readonly files: Map<string, RememberedFile>;
}
interface Real {
  rows: TrustRows;
  readonly reopen: (() => TrustRows) | null;
}
type Command = fc.Command<Model, Real>;

const keyOf = (file: RememberedFile): string => `${file.index} ${file.project} ${file.filename}`;
const few = (...texts: readonly string[]) => fc.constantFrom(...texts);
const time = fc.integer({ min: 0, max: 10_000 });

const files: fc.Arbitrary<RememberedFile> = fc.record({
  index: few('https://index.example/simple', 'direct:https://files.test'),
  project: few('demo', 'ünïcode-𝒑'),
  version: few('1.0', ''),
  filename: few('demo-1.0.tar.gz', "d'emo-1.0.zip", '𝒑.whl'),
  url: few('https://files.test/a', 'https://files.test/b'),
  sha256: few('a'.repeat(64), 'b'.repeat(64)),
  size: fc.nat(),
  firstSeen: time,
  lastSeen: time,
  verdict: fc.constantFrom('vouched', 'first-seen'),
  policy: few('p1', 'p2'),
});

function expectSame(model: Model, rows: TrustRows): void {
  const found = new Map(rows.list({}).map((file) => [keyOf(file), file]));
  expect(found).toEqual(model.files);
}

const remember = (file: RememberedFile): Command => ({
  check: () => true,
  run(model, { rows }) {
    const known = model.files.get(keyOf(file));
    const { outcome } = rows.remember(file);
    if (known === undefined) {
      expect(outcome).toBe('first');
      model.files.set(keyOf(file), file);
    } else if (known.sha256 === file.sha256) {
      expect(outcome).toBe('same');
      const lastSeen = Math.max(known.lastSeen, file.lastSeen);
      model.files.set(keyOf(file), { ...known, lastSeen, policy: file.policy });
    } else {
      expect(outcome).toBe('conflict');
    }
    expectSame(model, rows);
  },
  toString: () => `remember(${JSON.stringify(file)})`,
});

const forget = (file: RememberedFile): Command => ({
  check: () => true,
  run(model, { rows }) {
    const was = model.files.delete(keyOf(file));
    expect(rows.forget(file.index, file.project, file.filename)).toBe(was);
    expectSame(model, rows);
  },
  toString: () => `forget(${keyOf(file)})`,
});

const takeBack = (file: RememberedFile): Command => ({
  check: () => true,
  run(model, { rows }) {
    const work = () =>
      rows.transaction(() => {
        for (const known of rows.list({})) rows.forget(known.index, known.project, known.filename);
        rows.remember(file);
        throw new Error('taken back');
      });
    expect(work).toThrow('taken back');
    expectSame(model, rows);
  },
  toString: () => `takeBack(${keyOf(file)})`,
});

const search = (file: RememberedFile): Command => ({
  check: () => true,
  run(model, { rows }) {
    const all = [...model.files.values()];
    const same = (found: readonly RememberedFile[], wanted: readonly RememberedFile[]) =>
      expect(new Set(found.map(keyOf))).toEqual(new Set(wanted.map(keyOf)));
    same(
      rows.recallByUrl(file.url),
      all.filter(({ url }) => url === file.url),
    );
    same(
      rows.recallBySha256(file.sha256),
      all.filter(({ sha256 }) => sha256 === file.sha256),
    );
    same(
      rows.recallRelease(file.project, file.version),
      all.filter(({ project, version }) => project === file.project && version === file.version),
    );
  },
  toString: () => `search(${keyOf(file)})`,
});

const reopen: Command = {
  check: () => true,
  run(model, real) {
    if (real.reopen !== null) real.rows = real.reopen();
    expectSame(model, real.rows);
  },
  toString: () => 'reopen',
};

describe.each(TRUST_ROWS_BACKENDS)('trust rows against a Map: $name', (backend) => {
  test('any sequence of commands gives the same answers', () => {
    const commands = fc.commands(
      [
        files.map(remember),
        files.map(remember),
        files.map(forget),
        files.map(takeBack),
        files.map(search),
        fc.constant(reopen),
      ],
      { maxCommands: 25 },
    );
    fc.assert(
      fc.property(commands, (sequence) => {
        using place = temporaryPlace();
        const clock = { now: () => 0 };
        const real: Real = {
          rows: backend.open(place.path, clock),
          reopen: backend.durable
            ? () => {
                real.rows.close();
                return backend.open(place.path, clock);
              }
            : null,
        };
        try {
          fc.modelRun(() => ({ model: { files: new Map() }, real }), sequence);
        } finally {
          real.rows.close();
        }
      }),
      { numRuns: 30 },
    );
  });
});

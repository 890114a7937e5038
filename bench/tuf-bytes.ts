// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { binText, metaFragment, snapshotText, targetFragment } from '../src/tuf/documents.ts';
import { Fragments } from '../src/tuf/fragments.ts';
import { binNames } from '../src/tuf/repository-state.ts';

/* What a client fetches to be up to date and to know one project: the snapshot, and the bins of its
 * page and of its file. */

interface Size {
  readonly what: string;
  readonly bits: number;
  /** Targets in one bin. */
  readonly each: number;
  /** The page's targets are in bins of their own: one is fetched. */
  readonly pagesOnly?: true;
  /** Bytes, as trust.md has them (section 1.3). */
  readonly wanted: number;
}

const SIZES: readonly Size[] = [
  { what: '100 projects, 1 k files', bits: 4, each: 69, wanted: 24_000 },
  { what: '10 k projects, 200 k files', bits: 10, each: 205, wanted: 104_000 },
  { what: '100 k projects, 2 M files', bits: 12, each: 513, wanted: 309_000 },
  { what: '1 M projects, 15 M files', bits: 14, each: 977, wanted: 885_000 },
  { what: '1 M projects, pages only', bits: 12, each: 244, pagesOnly: true, wanted: 169_000 },
];

export interface RefreshBytes {
  readonly what: string;
  readonly raw: number;
  readonly zipped: number;
  readonly wanted: number;
}

export function* refreshBytes(): Generator<RefreshBytes> {
  const head = { version: 100, expires: Date.now() };
  for (const { what, bits, each, pagesOnly, wanted } of SIZES) {
    const meta = new Fragments();
    for (const role of ['targets', 'bins', ...binNames({ bits, prefix: 'bin' })])
      meta.set(`${role}.json`, metaFragment(role, 100));
    const snapshot = snapshotText(head, meta);
    const bin = binText(head, targetsOf(each, pagesOnly === true));
    const bins = pagesOnly === true ? 1 : 2;
    const zipped = (text: string): number => gzipSync(text, { level: 6 }).length;
    yield {
      what: `${what}, ${(2 ** bits).toLocaleString('en')} bins`,
      raw: snapshot.length + bins * bin.length,
      zipped: zipped(snapshot) + bins * zipped(bin),
      wanted,
    };
  }
}

function targetsOf(count: number, pagesOnly: boolean): Fragments {
  const targets = new Fragments();
  for (let place = 0; place < count; place++) {
    const sha256 = hash('sha256', `${place}`, 'hex');
    // Names as long as those of the public index are on average.
    const project = `project-${sha256.slice(0, 5)}`;
    const page = `simple/${project}/index.v1+json`;
    const file = `packages/${project}/${project}-1.${place}.0-py3-none-any.whl`;
    const path = pagesOnly ? page : file;
    targets.set(path, targetFragment(path, 10_000 + 97 * place, sha256));
  }
  return targets;
}

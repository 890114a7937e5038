// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EVIDENCE, SidecarLedger } from '../evidence/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { TrustMemory } from '../trust/index.ts';

const PAGES = join(import.meta.dirname, '../../docs/evidence');

test('each kind of evidence has a page that says what it proves, and what to do with its keys', () => {
  const rows = openMemoryTrustRows();
  const clock = { now: () => 0 };
  const unasked = (): never => {
    throw new Error('nothing is asked for the kinds alone');
  };
  const sources = {
    memory: new TrustMemory(rows, clock),
    rows,
    clock,
    pins: [],
    sidecars: new SidecarLedger(),
    upstream: { request: unasked, close: unasked },
    trustedRoots: unasked,
    files: { read: unasked },
    signers: () => [],
  };
  const kinds = EVIDENCE.map((make) => make(sources));
  rows.close();
  const pages = readdirSync(PAGES).filter((name) => name !== 'README.md');
  expect(pages.sort()).toEqual(kinds.map(({ kind }) => `${kind}.md`).sort());
  const list = readFileSync(join(PAGES, 'README.md'), 'utf8');
  for (const { kind, class: of } of kinds) {
    const text = readFileSync(join(PAGES, `${kind}.md`), 'utf8');
    const headings = [...text.matchAll(/^## (.+)$/gmu)].map(([, heading]) => heading);
    expect(headings).toEqual(['Proves', 'Does not prove', 'Enrolment', 'Rotation', 'Compromise']);
    expect(text).toContain(`\n\nClass: ${of}`);
    expect(list.replaceAll(/ +/gu, ' ')).toContain(`(${kind}.md) | ${of} |`);
  }
});

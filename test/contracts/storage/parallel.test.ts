// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteTrustRows } from '../../../src/storage/index.ts';
import { temporaryPlace } from './place.ts';

const WORKERS = 20;
const NAMES = 10;
const SCRIPT = join(import.meta.dirname, 'parallel-writer.ts');

function work(file: string, worker: number): Promise<string> {
  const child = spawn(process.execPath, [SCRIPT, file, String(worker), String(NAMES)]);
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 && err === '' ? resolve(out) : reject(new Error(`exit ${code}: ${err}`)),
    );
  });
}

test('K25: twenty processes make and write one store at once, as if one after the other', async () => {
  using place = temporaryPlace();
  const file = join(place.path, 'state', 'trust.sqlite');
  const workers = Array.from({ length: WORKERS }, (_, worker) => work(file, worker));
  const firsts = (await Promise.all(workers)).map(Number);
  expect(firsts.reduce((sum, count) => sum + count, 0)).toBe(NAMES);
  const rows = openSqliteTrustRows(file, { now: () => 0 });
  expect(rows.list({})).toHaveLength(NAMES);
  expect(rows.auditTrail({})).toHaveLength(WORKERS * NAMES);
  rows.close();
  expect(readdirSync(join(place.path, 'state')).sort()).toEqual([
    'trust.sqlite',
    'trust.sqlite.mark',
  ]);
}, 60_000);

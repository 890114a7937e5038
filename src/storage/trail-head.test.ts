// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TrustRows } from '../core/trust-rows.ts';
import { openSqliteTrustRows } from './sqlite-trust-rows.ts';

let file = '';
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'wheelproof-head-')), 'state', 'trust.sqlite');
});
afterEach(() => rmSync(dirname(dirname(file)), { recursive: true, force: true }));

const open = (): TrustRows => openSqliteTrustRows(file, { now: () => 0 });
const event = (subject: string) => ({ at: 1, run: 'r', what: 'verdict', subject, detail: {} });
const mark = (): string => readFileSync(`${file}.mark`, 'utf8');
const DAMAGED = expect.objectContaining({ code: 'WP-STATE-DAMAGED' });

function record(...subjects: readonly string[]): void {
  const rows = open();
  for (const subject of subjects) rows.audit(event(subject));
  rows.close();
}

describe('how far the audit trail had got', () => {
  test('R19: an older copy put in the place of the store is found', () => {
    record('one');
    copyFileSync(file, `${file}.copy`);
    record('two');
    copyFileSync(`${file}.copy`, file);
    expect(open).toThrow(/expected the audit trail of 2 entries .+ found one of 1/u);
  });

  test('so is one that has gone on by itself', () => {
    record('one');
    copyFileSync(file, `${file}.copy`);
    record('two');
    const ours = mark();
    copyFileSync(`${file}.copy`, file);
    rmSync(`${file}.mark`);
    record('another');
    writeFileSync(`${file}.mark`, ours);
    expect(open).toThrow(/found another one/u);
  });

  test('a backup that was put back on purpose passes once the mark is removed', () => {
    record('one');
    copyFileSync(file, `${file}.copy`);
    record('two');
    copyFileSync(`${file}.copy`, file);
    expect(open).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(`remove ${file}.mark`) }),
    );
    rmSync(`${file}.mark`);
    record('three');
    const rows = open();
    expect(rows.auditTrail({}).map(({ subject }) => subject)).toEqual(['one', 'three']);
    rows.close();
  });

  test('R18: a write-ahead log that lost its newest commits is found, not passed over', () => {
    record('one');
    const script = `
      const { openSqliteTrustRows } = await import(${JSON.stringify(join(import.meta.dirname, 'sqlite-trust-rows.ts'))});
      const rows = openSqliteTrustRows(${JSON.stringify(file)}, { now: () => 0 });
      rows.audit(${JSON.stringify(event('two'))});
      process.kill(process.pid, 'SIGKILL');`;
    spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    const log = readFileSync(`${file}-wal`);
    expect(log.length).toBeGreaterThan(0);
    log.writeUInt8(log.readUInt8(100) ^ 1, 100);
    writeFileSync(`${file}-wal`, log);
    expect(open).toThrow(DAMAGED);
  });

  test('what was undone does not count', () => {
    const rows = open();
    rows.audit(event('one'));
    expect(() =>
      rows.transaction(() => {
        rows.audit(event('two'));
        throw new Error('undone');
      }),
    ).toThrow('undone');
    rows.transaction(() => {
      expect(() =>
        rows.transaction(() => {
          rows.audit(event('three'));
          throw new Error('undone inside');
        }),
      ).toThrow('undone inside');
    });
    rows.close();
    expect(mark()).toMatch(/\naudit 0{15}1 [0-9a-f]{64}\n$/u);
    open().close();
  });

  test('a mark of the first release has none, and gets one', () => {
    record('one');
    writeFileSync(`${file}.mark`, mark().replace(/audit .*\n$/u, ''));
    record('two');
    expect(mark()).toMatch(/\naudit 0{15}2 /u);
  });

  test('a mark that cannot be read is no beginning', () => {
    record('one');
    writeFileSync(`${file}.mark`, mark().slice(0, -10));
    expect(open).toThrow(DAMAGED);
  });

  test('several processes never take it back', () => {
    const [slow, quick] = [open(), open()];
    slow.audit(event('one'));
    quick.audit(event('two'));
    quick.audit(event('three'));
    slow.close();
    quick.close();
    expect(mark()).toMatch(/\naudit 0{15}3 /u);
  });

  describe('of commits that follow one another closely', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test('the first is marked at once, the others once after a pause', () => {
      const rows = open();
      for (const subject of ['one', 'two', 'three']) rows.audit(event(subject));
      expect(mark()).toMatch(/\naudit 0{15}1 /u);
      vi.runOnlyPendingTimers();
      expect(mark()).toMatch(/\naudit 0{15}3 /u);
      rows.audit(event('four'));
      expect(mark()).toMatch(/\naudit 0{15}3 /u);
      vi.runOnlyPendingTimers();
      vi.runOnlyPendingTimers();
      rows.audit(event('five'));
      expect(mark()).toMatch(/\naudit 0{15}5 /u);
      rows.close();
      expect(vi.getTimerCount()).toBe(0);
    });

    test('R19: on closing the newest is marked, and an older copy is found', () => {
      const rows = open();
      rows.audit(event('one'));
      rows.audit(event('two'));
      copyFileSync(file, `${file}.copy`);
      rows.close();
      expect(mark()).toMatch(/\naudit 0{15}2 /u);
      copyFileSync(`${file}.copy`, file);
      expect(open).toThrow(DAMAGED);
    });

    test('R28: a run that is killed meanwhile leaves no damage', () => {
      const rows = open();
      rows.audit(event('one'));
      rows.audit(event('two'));
      const next = open();
      expect(next.auditTrail({})).toHaveLength(2);
      next.audit(event('three'));
      expect(mark()).toMatch(/\naudit 0{15}3 /u);
      next.close();
      rows.close();
      expect(mark()).toMatch(/\naudit 0{15}3 /u);
    });

    test('what could not be written then is tried again, and told', () => {
      const rows = open();
      rows.audit(event('one'));
      rows.audit(event('two'));
      const kept = mark();
      rmSync(`${file}.mark`);
      mkdirSync(`${file}.mark`);
      vi.runOnlyPendingTimers();
      expect(() => rows.audit(event('three'))).toThrow(/writing .+\.mark/u);
      expect(() => rows.close()).toThrow(/writing .+\.mark/u);
      rmSync(`${file}.mark`, { recursive: true });
      writeFileSync(`${file}.mark`, kept);
      const next = open();
      expect(next.auditTrail({})).toHaveLength(3);
      next.close();
    });
  });
});

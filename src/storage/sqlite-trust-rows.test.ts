// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import type { RememberedFile, TrustRows } from '../core/trust-rows.ts';
import { newDraftName } from './draft-name.ts';
import { MIGRATIONS } from './migrations.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { migrate, schemaVersion } from './sqlite-schema.ts';
import { openSqliteTrustRows } from './sqlite-trust-rows.ts';

const FILE: RememberedFile = {
  index: 'https://index.example/simple',
  project: 'demo',
  version: '1.0',
  filename: 'demo-1.0-py3-none-any.whl',
  url: 'https://files.index.example/demo-1.0-py3-none-any.whl',
  sha256: 'a'.repeat(64),
  size: 1234,
  firstSeen: 1000,
  lastSeen: 1000,
  verdict: 'first-seen',
  policy: 'p1',
};
const SUBJECTS = ['one', 'two', 'three'];
const clock = { now: () => 1_700_000_000_000 };

let file = '';
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'wheelproof-rows-')), 'state', 'trust.sqlite');
});
afterEach(() => rmSync(dirname(dirname(file)), { recursive: true, force: true }));

const open = (waitMs?: number): TrustRows => openSqliteTrustRows(file, clock, waitMs);

function fill(): void {
  const rows = open();
  rows.remember(FILE);
  for (const subject of SUBJECTS) {
    rows.audit({ at: 1, run: 'r', what: 'verdict', subject, detail: {} });
  }
  rows.close();
}

/** Changes the file as nobody should. */
function meddle(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
}

describe('the file', () => {
  test('is made for its owner alone, with nothing else left beside it', () => {
    fill();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(file)).sort()).toEqual(['trust.sqlite', 'trust.sqlite.mark']);
  });

  test('is quiet about SQLite', () => {
    const script = `
      const { openSqliteTrustRows } = await import(${JSON.stringify(join(import.meta.dirname, 'sqlite-trust-rows.ts'))});
      openSqliteTrustRows(${JSON.stringify(file)}, { now: () => 0 }).close();`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
  });

  test.each([
    ['empty', () => truncateSync(file, 0)],
    ['cut', () => truncateSync(file, 8192)],
    [
      'another file',
      () => writeFileSync(file, 'not a database, but long enough to be one'.repeat(40)),
    ],
    ['another program’s database', () => meddle('PRAGMA application_id = 7')],
    ['without a table', () => meddle('DROP TABLE files')],
    ['gone', () => rmSync(file)],
  ])('R19: %s is damage, never a new beginning', (_, work) => {
    fill();
    work();
    const refusal = refusalOf(() => {
      const rows = open();
      try {
        rows.recall(FILE.index, FILE.project, FILE.filename);
      } finally {
        rows.close();
      }
    });
    expect(refusal.code).toBe('WP-STATE-DAMAGED');
    expect(refusal.message).toContain(file);
  });

  test('that was lost is begun anew only once its mark is removed too', () => {
    fill();
    rmSync(file);
    expect(refusalOf(open).hint).toContain(`remove ${file}.mark`);
    rmSync(`${file}.mark`);
    const rows = open();
    expect(rows.list({})).toEqual([]);
    rows.close();
  });

  test('of a newer version is left alone', () => {
    fill();
    meddle(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    const before = readFileSync(file);
    expect(refusalOf(open).code).toBe('WP-STATE-NEWER');
    expect(readFileSync(file)).toEqual(before);
  });

  test('K17: that others can write is refused', () => {
    fill();
    chmodSync(file, 0o660);
    expect(refusalOf(open)).toMatchObject({
      code: 'WP-STATE-PERMISSIONS',
      hint: `Run: chmod 600 ${file}`,
    });
  });

  test('K21: what a run left that died while making it goes', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    fill();
    rmSync(file);
    rmSync(`${file}.mark`);
    const dead = newDraftName().replace(`-${process.pid}-`, `-${pid}-`);
    writeFileSync(`${file}.${dead}`, 'half');
    writeFileSync(`${file}.${dead}-wal`, 'half');
    open().close();
    expect(readdirSync(dirname(file)).sort()).toEqual(['trust.sqlite', 'trust.sqlite.mark']);
  });

  test('keeps what was written by a process that died without closing', () => {
    const script = `
      const { openSqliteTrustRows } = await import(${JSON.stringify(join(import.meta.dirname, 'sqlite-trust-rows.ts'))});
      const rows = openSqliteTrustRows(${JSON.stringify(file)}, { now: () => 0 });
      rows.remember(${JSON.stringify(FILE)});
      process.kill(process.pid, 'SIGKILL');`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(signal).toBe('SIGKILL');
    const rows = open();
    expect(rows.list({})).toEqual([FILE]);
    rows.close();
  });

  test('locked by another process for too long is a refusal, not a crash', () => {
    fill();
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const rows = open(50);
    expect(refusalOf(() => rows.remember(FILE))).toMatchObject({
      code: 'WP-STATE-DISK',
      message: expect.stringContaining('holds its lock'),
    });
    expect(rows.list({})).toEqual([FILE]);
    other.exec('ROLLBACK');
    other.close();
    expect(rows.remember(FILE).outcome).toBe('same');
    rows.close();
  });
});

describe('what the disk or a stranger changed', () => {
  test.each([
    ['a remembered hash', `UPDATE files SET sha256 = '${'b'.repeat(64)}'`],
    ['a first sight', 'UPDATE files SET first_seen = 1'],
  ])('in a row (%s) is found on reading', (_, sql) => {
    fill();
    meddle(sql);
    const rows = open();
    expect(refusalOf(() => rows.list({})).code).toBe('WP-STATE-DAMAGED');
    rows.close();
  });

  test.each(["UPDATE audit SET what = 'x'", 'DELETE FROM audit'])(
    'the audit trail does not let: %s',
    (sql) => {
      fill();
      expect(() => meddle(sql)).toThrow(/audit trail is never/u);
    },
  );

  test.each([
    ['changed', "UPDATE audit SET subject = 'forged' WHERE seq = 2"],
    ['taken out', 'DELETE FROM audit WHERE seq = 2'],
    [
      'slipped in',
      'UPDATE audit SET seq = 5 WHERE seq = 3; INSERT INTO audit SELECT 3, at, run, what, subject, detail, hash FROM audit WHERE seq = 2',
    ],
  ])('an audit row that was %s is found', (_, sql) => {
    fill();
    meddle(`DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_cut; ${sql}`);
    rmSync(`${file}.mark`); // which would tell earlier
    const rows = open();
    expect(refusalOf(() => rows.auditTrail({})).message).toContain('does not hold together');
    rows.close();
  });

  test('Z20: any flipped bit leads to the right answer or a coded refusal (property)', () => {
    fill();
    const sound = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(sound.length * 8 - 1), (bit) => {
        const flipped = Buffer.from(sound);
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        writeFileSync(file, flipped);
        for (const name of ['-wal', '-shm']) rmSync(`${file}${name}`, { force: true });
        try {
          const rows = open(50);
          try {
            expect(rows.list({})).toEqual([FILE]);
            expect(rows.recall(FILE.index, FILE.project, FILE.filename)).toEqual(FILE);
            expect(rows.auditTrail({}).map(({ subject }) => subject)).toEqual(SUBJECTS);
          } finally {
            rows.close();
          }
        } catch (thrown) {
          if (!(thrown instanceof Refusal)) throw thrown;
          expect(thrown.class).toBe('E-STATE');
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('migrations', () => {
  test('take an older schema forward, keep what it holds, and run once', () => {
    fill();
    const later = [...MIGRATIONS, 'ALTER TABLE files ADD COLUMN note TEXT'];
    const connection = new SqliteConnection(file);
    migrate(connection, clock, later);
    migrate(connection, clock, later);
    expect(schemaVersion(connection)).toBe(MIGRATIONS.length + 1);
    expect(connection.get('SELECT count(*) AS files FROM files')).toEqual({ files: 1 });
    expect(connection.all('SELECT applied_at FROM schema_history')).toHaveLength(later.length);
    connection.close();
  });

  test('a store of each earlier version opens, with what it held', () => {
    fill();
    for (const [place] of MIGRATIONS.entries()) {
      const old = `${file}.v${place + 1}`;
      writeFileSync(old, '');
      const connection = new SqliteConnection(old);
      migrate(connection, clock, MIGRATIONS.slice(0, place + 1));
      connection.run("INSERT INTO hosts VALUES ('i', 'h', 1, 's')");
      connection.close();
      const again = new SqliteConnection(old);
      migrate(again, clock);
      expect(schemaVersion(again)).toBe(MIGRATIONS.length);
      expect(again.get('SELECT count(*) AS rows FROM accepted_changes')).toEqual({ rows: 0 });
      expect(again.get('SELECT count(*) AS rows FROM publishers')).toEqual({ rows: 0 });
      expect(again.get('SELECT count(*) AS rows FROM hosts')).toEqual({ rows: 1 });
      again.close();
    }
  });

  test('listings that were sealed as up to schema 5 are read, and found where they were changed', () => {
    fill();
    const values = ['https://index.test/', 'good', 'good-1.0.tar.gz\t-\t1\t-\t-\t0'];
    const seal = createHash('sha256').update(JSON.stringify(values)).digest('hex');
    const connection = new SqliteConnection(file);
    connection.run('INSERT INTO listings VALUES (?, ?, ?, ?)', ...values, seal);
    const rows = open();
    expect(rows.recallListings('https://index.test/', 'good')).toMatchObject([
      { filename: 'good-1.0.tar.gz', sha256: null, firstSeen: 1 },
    ]);
    connection.run("UPDATE listings SET files = replace(files, '1.0', '1.1')");
    expect(() => rows.recallListings('https://index.test/', 'good')).toThrow(/was changed/u);
    rows.close();
    connection.close();
  });

  test.each([
    ["files = replace(files, '1.0', '1.1')", 'good'],
    ["files = files || '\n'", 'good'],
    ["project = 'evil'", 'evil'],
    ["seal = 'x' || seal", 'good'],
  ])('listings of which %s are found', (change, project) => {
    fill();
    const rows = open();
    const index = 'https://index.test/';
    const page = { form: '', status: 'active', newest: null, listed: 1, client: '' } as const;
    const listing = { yanked: false, change: 'none', changedAt: 0, sha256: null } as const;
    rows.rememberPage({ index, project: 'good', ...page, firstSeen: 1, seenAt: 1 }, [
      { filename: 'good-1.0.tar.gz', firstSeen: 1, ...listing },
    ]);
    expect(rows.recallListings(index, 'good')).toHaveLength(1);
    const connection = new SqliteConnection(file);
    connection.run(`UPDATE listings SET ${change}`);
    connection.close();
    expect(() => rows.recallListings(index, project)).toThrow(/was changed/u);
    rows.close();
  });

  test('a step that fails leaves the version before it', () => {
    fill();
    const connection = new SqliteConnection(file);
    const broken = [...MIGRATIONS, 'CREATE TABLE extra (x) STRICT; this is no SQL'];
    expect(() => migrate(connection, clock, broken)).toThrow();
    expect(schemaVersion(connection)).toBe(MIGRATIONS.length);
    expect(connection.get("SELECT 1 FROM sqlite_schema WHERE name = 'extra'")).toBeNull();
    connection.close();
  });
});

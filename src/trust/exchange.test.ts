// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { github } from '../../test/world/publishers.ts';
import type { AcceptedChange, RememberedPublishers } from '../core/remembered-publisher.ts';
import type { Approval, RememberedFile, RememberedHost, TrustRows } from '../core/trust-rows.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { exportTrust, importTrust } from './exchange.ts';

const occasion = { now: 1, run: 'r' };
const FILE: RememberedFile = {
  index: 'https://index.example/simple/',
  project: 'demo',
  version: '1.0',
  filename: 'demo-1.0.tar.gz',
  url: 'https://files.index.example/demo-1.0.tar.gz',
  sha256: 'a'.repeat(64),
  size: 12,
  firstSeen: 1000,
  lastSeen: 2000,
  verdict: 'first-seen',
  policy: 'p1',
};
const APPROVAL: Approval = {
  sha256: 'a'.repeat(64),
  project: null,
  reason: 'looked',
  owner: 'ada',
  createdAt: 1000,
  expiresAt: null,
};
const HOST: RememberedHost = { index: FILE.index, host: 'files.index.example', firstSeen: 7 };

const PUBLISHERS: RememberedPublishers = {
  index: FILE.index,
  project: 'demo',
  version: '1.0',
  filename: FILE.filename,
  sha256: FILE.sha256,
  publishers: [github({})],
  firstSeen: 1000,
};
const CHANGE: AcceptedChange = {
  project: 'demo',
  version: '1.1',
  publisher: github({ repository: 'bob/demo' }),
  reason: 'it moved',
  owner: 'ada',
  at: 7,
};

interface Content {
  readonly files?: readonly RememberedFile[];
  readonly approvals?: readonly Approval[];
  readonly hosts?: readonly RememberedHost[];
}

function rowsWith({ files = [], approvals = [], hosts = [] }: Content): TrustRows {
  const rows = openMemoryTrustRows();
  for (const file of files) rows.remember(file);
  for (const approval of approvals) rows.approve(approval);
  for (const host of hosts) rows.rememberHost(host);
  return rows;
}

const read = (rows: TrustRows, text: string) => importTrust(rows, Buffer.from(text), occasion);
const documentOf = (content: Content): string => exportTrust(rowsWith(content));

describe('export and import', () => {
  test('the document is canonical JSON with everything in it', () => {
    expect(documentOf({ files: [FILE], approvals: [APPROVAL], hosts: [HOST] })).toBe(
      '{"approvals":[{"created_at":"1970-01-01T00:00:01.000Z","expires_at":null,"owner":"ada",' +
        `"project":null,"reason":"looked","sha256":"${FILE.sha256}"}],` +
        '"files":[{"filename":"demo-1.0.tar.gz","first_seen":"1970-01-01T00:00:01.000Z",' +
        '"index":"https://index.example/simple/","last_seen":"1970-01-01T00:00:02.000Z",' +
        `"policy":"p1","project":"demo","sha256":"${FILE.sha256}","size":12,` +
        '"url":"https://files.index.example/demo-1.0.tar.gz","verdict":"first-seen","version":"1.0"}],' +
        '"format":"wheelproof-trust","hosts":[{"first_seen":"1970-01-01T00:00:00.007Z",' +
        '"host":"files.index.example","index":"https://index.example/simple/"}],"version":1}\n',
    );
  });

  test('an import tells what is new, merged and unchanged, and writes it down', () => {
    const rows = rowsWith({ files: [FILE] });
    const earlier = { ...FILE, firstSeen: 500, lastSeen: 600, policy: 'p0' };
    const other = { ...FILE, filename: 'demo-1.1.tar.gz' };
    const text = documentOf({ files: [earlier, other], approvals: [APPROVAL], hosts: [HOST] });
    expect(read(rows, text)).toEqual({ added: 3, merged: 1, unchanged: 0, conflicts: [] });
    expect(read(rows, text)).toEqual({ added: 0, merged: 0, unchanged: 4, conflicts: [] });
    expect(rows.list({})).toEqual([{ ...FILE, firstSeen: 500 }, other]);
    expect(rows.auditTrail({}).map(({ what }) => what)).toEqual(['import', 'import']);
  });

  test('other bytes under a known name: what is remembered stays, the rest comes in', () => {
    const rows = rowsWith({ files: [FILE] });
    const offered = { ...FILE, sha256: 'b'.repeat(64) };
    const text = documentOf({ files: [offered], hosts: [HOST] });
    expect(read(rows, text)).toEqual({
      added: 1,
      merged: 0,
      unchanged: 0,
      conflicts: [{ kept: FILE, offered }],
    });
    expect(rows.list({})).toEqual([FILE]);
  });

  test('when the store fails half-way, nothing of it is kept', () => {
    const rows = openMemoryTrustRows();
    rows.audit = () => {
      throw new Error('disk');
    };
    expect(() => read(rows, documentOf({ files: [FILE], approvals: [APPROVAL] }))).toThrow('disk');
    expect(rows.list({})).toEqual([]);
    expect(rows.listApprovals()).toEqual([]);
  });
});

describe('a document that is none', () => {
  interface Written {
    readonly files: readonly object[];
    readonly approvals: readonly object[];
    readonly hosts: readonly object[];
  }
  const good = (): Written => {
    const written: Written = JSON.parse(
      documentOf({ files: [FILE], approvals: [APPROVAL], hosts: [HOST] }),
    );
    return written;
  };
  const row = (list: keyof Written, part: object) => {
    const document = good();
    const [first] = document[list];
    return JSON.stringify({ ...document, [list]: [{ ...first, ...part }] });
  };

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a byte-order mark', `\ufeff${JSON.stringify(good())}`],
    ['trailing data', `${JSON.stringify(good())}x`],
    ['another format', JSON.stringify({ ...good(), format: 'x' })],
    ['a later version', JSON.stringify({ ...good(), version: 2 })],
    ['an unknown member', JSON.stringify({ ...good(), extra: 1 })],
    ['a missing member', JSON.stringify({ ...good(), hosts: undefined })],
    ['M04: __proto__', JSON.stringify(good()).replace('{', '{"__proto__":{"files":[]},')],
    ['no list', JSON.stringify({ ...good(), files: {} })],
    [
      'a file twice',
      JSON.stringify({
        ...good(),
        files: [...good().files, ...good().files],
      }),
    ],
    ['a row that is no object', JSON.stringify({ ...good(), files: [1] })],
    ['an unknown member of a row', row('files', { extra: 1 })],
    [
      'M04: __proto__ in a row',
      row('files', {}).replace('"filename"', '"__proto__":{},"filename"'),
    ],
    ['an upper-case hash', row('files', { sha256: 'A'.repeat(64) })],
    ['a negative size', row('files', { size: -1 })],
    ['a size past 2^53', row('files', { size: 2 ** 53 })],
    ['a size in words', row('files', { size: '12' })],
    ['a day that does not exist', row('files', { first_seen: '2026-02-30T00:00:00.000Z' })],
    ['a time in another spelling', row('files', { first_seen: '2026-02-03T00:00:00Z' })],
    ['a time before 1970', row('files', { first_seen: '1969-12-31T23:59:59.000Z' })],
    ['a verdict that blocks', row('files', { verdict: 'refused' })],
    ['an address with a password', row('files', { url: 'https://u:p@files.test/x' })],
    ['an address with a fragment', row('files', { url: 'https://files.test/x#y' })],
    ['an index that is no address', row('files', { index: 'demo' })],
    ['NUL in a name', row('files', { filename: 'a\0b' })],
    ['half a surrogate pair', row('files', { filename: '\ud800' })],
    ['an endless name', row('files', { filename: 'x'.repeat(256) })],
    ['an approval without a reason', row('approvals', { reason: '' })],
    ['an approval of no project', row('approvals', { project: '' })],
    ['a host that is no text', row('hosts', { host: null })],
  ])('(%s) is refused as a whole', (_, text) => {
    const rows = openMemoryTrustRows();
    expect(() => read(rows, text)).toThrow(expect.objectContaining({ code: 'WP-TRUST-DOCUMENT' }));
    expect(exportTrust(rows)).toBe(documentOf({}));
    expect('files' in {}).toBe(false);
  });

  test('never shows a password', () => {
    const text = row('files', { url: 'https://u:geheim@files.test/x' });
    expect(() => read(openMemoryTrustRows(), text)).not.toThrow(/geheim/u);
  });

  test('whatever the bytes, it is a document or a refusal (property)', () => {
    const texts = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map((x) => JSON.stringify({ ...good(), files: [x] })),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          read(openMemoryTrustRows(), text);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'WP-TRUST-DOCUMENT' });
        }
      }),
    );
  });
});

describe('merging (properties)', () => {
  const time = fc.integer({ min: 0, max: 5 });
  const pick = (...texts: string[]) => fc.constantFrom(...texts);
  // The hash follows from the key, so that no two documents are in conflict.
  const files: fc.Arbitrary<RememberedFile> = fc
    .record({
      index: pick('https://index.example/simple/', 'direct:https://files.test'),
      project: pick('demo', 'other'),
      version: pick('1.0', '2.0'),
      filename: pick('a.whl', 'b.whl'),
      url: pick('https://files.test/a', 'https://files.test/b'),
      size: time,
      firstSeen: time,
      lastSeen: time,
      verdict: fc.constantFrom('vouched', 'first-seen'),
      policy: pick('p1', 'p2'),
    })
    .map((file) => ({ ...file, sha256: (file.filename[0] ?? '').repeat(64) }));
  const approvals: fc.Arbitrary<Approval> = fc.record({
    sha256: pick('a'.repeat(64), 'b'.repeat(64)),
    project: fc.constantFrom(null, 'demo'),
    reason: pick('r1', 'r2'),
    owner: pick('ada', 'bob'),
    createdAt: time,
    expiresAt: fc.constantFrom(null, 9, 10),
  });
  const hosts: fc.Arbitrary<RememberedHost> = fc.record({
    index: pick('https://index.example/simple/', 'https://other.test/simple/'),
    host: pick('h1.test', 'h2.test'),
    firstSeen: time,
  });
  const contents = fc.record({
    files: fc.array(files, { maxLength: 6 }),
    approvals: fc.array(approvals, { maxLength: 6 }),
    hosts: fc.array(hosts, { maxLength: 4 }),
  });
  const documents = contents.map(documentOf);
  const merged = (...texts: readonly string[]): string => {
    const rows = openMemoryTrustRows();
    for (const text of texts) expect(read(rows, text).conflicts).toEqual([]);
    return exportTrust(rows);
  };

  test('into an empty store gives the document back', () => {
    fc.assert(
      fc.property(documents, (a) => {
        expect(merged(a)).toBe(a);
      }),
    );
  });

  test('is idempotent', () => {
    fc.assert(
      fc.property(documents, (a) => {
        expect(merged(a, a)).toBe(a);
      }),
    );
  });

  test('is commutative', () => {
    fc.assert(
      fc.property(documents, documents, (a, b) => {
        expect(merged(a, b)).toBe(merged(b, a));
      }),
    );
  });

  test('is associative', () => {
    fc.assert(
      fc.property(documents, documents, documents, (a, b, c) => {
        expect(merged(merged(a, b), c)).toBe(merged(a, merged(b, c)));
      }),
    );
  });

  test('loses nothing: every key of either is in the sum', () => {
    const keys = (text: string) => {
      const rows = openMemoryTrustRows();
      read(rows, text);
      return [
        ...rows.list({}).map((file) => `f ${file.index} ${file.project} ${file.filename}`),
        ...rows.listApprovals().map((one) => `a ${one.sha256} ${one.project} ${one.owner}`),
        ...rows.listHosts().map((one) => `h ${one.index} ${one.host}`),
      ];
    };
    fc.assert(
      fc.property(documents, documents, (a, b) => {
        expect(new Set(keys(merged(a, b)))).toEqual(new Set([...keys(a), ...keys(b)]));
      }),
    );
  });
});

describe('publishers and accepted changes', () => {
  const full = (): TrustRows => {
    const rows = rowsWith({ files: [FILE] });
    rows.rememberPublishers(PUBLISHERS);
    rows.acceptChange(CHANGE);
    rows.acceptChange({ ...CHANGE, publisher: null });
    return rows;
  };

  test('travel, and come twice without a change', () => {
    const text = exportTrust(full());
    const rows = openMemoryTrustRows();
    expect(read(rows, text)).toMatchObject({ added: 4, unchanged: 0 });
    expect(rows.listPublishers({})).toEqual([PUBLISHERS]);
    expect(rows.listChanges({})).toEqual(full().listChanges({}));
    expect(read(rows, text)).toMatchObject({ added: 0, unchanged: 4 });
    expect(exportTrust(rows)).toBe(text);
  });

  test('what is remembered here stays', () => {
    const other = github({ repository: 'mallory/demo', repositoryId: '9' });
    const rows = rowsWith({ files: [FILE] });
    rows.rememberPublishers({ ...PUBLISHERS, publishers: [other] });
    read(rows, exportTrust(full()));
    expect(rows.listPublishers({})[0]?.publishers).toEqual([other]);
    const changed = rowsWith({ files: [{ ...FILE, sha256: 'b'.repeat(64) }] });
    read(changed, exportTrust(full()));
    expect(changed.listPublishers({})).toEqual([]);
  });

  test('a document from before them is read, one that spoils them is not', () => {
    expect(documentOf({ files: [FILE] })).not.toContain('publishers');
    const text = exportTrust(full());
    for (const [from, to] of [
      ['"kind":"GitHub"', '"kind":"Forge"'],
      ['"workflow":"release.yml"', '"workflow":7'],
      ['"version":"1.1"', '"version":""'],
      ['"repository_id":"1"', '"repository":"1"'],
    ] as const) {
      expect(text).toContain(from);
      const rows = openMemoryTrustRows();
      expect(() => read(rows, text.replaceAll(from, to)), to).toThrow(
        expect.objectContaining({ code: 'WP-TRUST-DOCUMENT' }),
      );
      expect(rows.list({})).toEqual([]);
    }
  });
});

describe('commits of repositories', () => {
  const TAG = {
    repository: 'https://git.example/demo',
    ref: 'refs/tags/v1',
    commit: 'a'.repeat(40),
    firstSeen: 1000,
    lastSeen: 2000,
  };
  const withCommit = (over: Partial<typeof TAG> = {}): TrustRows => {
    const rows = openMemoryTrustRows();
    rows.rememberCommit({ ...TAG, ...over });
    return rows;
  };
  const documentOfRows = (rows: TrustRows) => Buffer.from(exportTrust(rows));

  test('travel, and a branch learns another one', () => {
    const rows = withCommit({ ref: 'refs/heads/main', commit: 'b'.repeat(40) });
    expect(importTrust(rows, documentOfRows(withCommit()), occasion)).toMatchObject({ added: 1 });
    const branch = documentOfRows(withCommit({ ref: 'refs/heads/main' }));
    expect(importTrust(rows, branch, occasion)).toMatchObject({ added: 1 });
    expect(importTrust(rows, branch, occasion)).toMatchObject({ added: 0, unchanged: 1 });
    expect(rows.listCommits()).toHaveLength(3);
  });

  test('of a tag, what is remembered here stays', () => {
    const rows = withCommit();
    const other = documentOfRows(withCommit({ commit: 'b'.repeat(40) }));
    expect(importTrust(rows, other, occasion)).toMatchObject({ added: 0 });
    expect(rows.listCommits()).toEqual([TAG]);
  });

  test.each([
    ['"commit":"a', '"commit":"A'],
    ['"https://git.example/demo"', '"https://git.example/demo.git"'],
    ['"https://git.example/demo"', '"https://me:secret@git.example/demo"'],
    ['"ref":"refs/tags/v1"', '"ref":""'],
  ])('that are none are refused: %s as %s', (before, after) => {
    const text = exportTrust(withCommit()).replace(before, after);
    const rows = openMemoryTrustRows();
    expect(() => importTrust(rows, Buffer.from(text), occasion)).toThrow(/WP-|expected/u);
    expect(rows.listCommits()).toEqual([]);
  });
});

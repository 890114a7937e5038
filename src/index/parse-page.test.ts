// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { parsePage } from './index.ts';
import {
  jsonFile,
  jsonPage,
  PAGE_URL,
  parseText,
  refusals,
  SHA256,
  WHEEL,
} from './page-samples.test-support.ts';

const anchor = (href: string, attributes = ''): string => `<a href="${href}" ${attributes}>x</a>`;
const HASH = `#sha256=${SHA256}`;

describe('what an entry may not be', () => {
  test.each([
    ['A06 md5 only', { hashes: { md5: '0'.repeat(32) } }, 'WP-NO-STRONG-HASH'],
    ['A07 no hash', { hashes: {} }, 'WP-NO-STRONG-HASH'],
    ['A07 hashes absent', { hashes: undefined }, 'WP-NO-STRONG-HASH'],
    ['A08 sha1 only', { hashes: { sha1: '0'.repeat(40) } }, 'WP-NO-STRONG-HASH'],
    ['A08 unknown', { hashes: { crc32: 'deadbeef' } }, 'WP-NO-STRONG-HASH'],
    ['A21 63 digits', { hashes: { sha256: SHA256.slice(1) } }, 'WP-HASH-MALFORMED'],
    ['A21 65 digits', { hashes: { sha256: `${SHA256}0` } }, 'WP-HASH-MALFORMED'],
    ['A21 trailing space', { hashes: { sha256: `${SHA256} ` } }, 'WP-HASH-MALFORMED'],
    ['A21 no hex', { hashes: { sha256: 'g'.repeat(64) } }, 'WP-HASH-MALFORMED'],
    [
      'A21 full-width digit',
      { hashes: { sha256: `${SHA256.slice(1)}\uff11` } },
      'WP-HASH-MALFORMED',
    ],
    ['a bad md5 beside', { hashes: { sha256: SHA256, md5: 'x' } }, 'WP-HASH-MALFORMED'],
    [
      'two spellings of one algorithm',
      { hashes: { sha256: SHA256, SHA256: '0'.repeat(64) } },
      'WP-HASH-MALFORMED',
    ],
    [
      'another hash in the address',
      { url: `${WHEEL}#sha256=${'0'.repeat(64)}` },
      'WP-HASH-MALFORMED',
    ],
    ['a malformed sidecar hash', { 'core-metadata': { sha256: 'x' } }, 'WP-HASH-MALFORMED'],
    ['hashes as a list', { hashes: [SHA256] }, 'WP-ENTRY-MALFORMED'],
    ['a hash as a number', { hashes: { sha256: 1 } }, 'WP-ENTRY-MALFORMED'],
    ['A16 negative size', { size: -1 }, 'WP-SIZE-MALFORMED'],
    ['A16 broken size', { size: 1.5 }, 'WP-SIZE-MALFORMED'],
    ['A16 size as text', { size: '10' }, 'WP-SIZE-MALFORMED'],
    ['A16 size beyond exactness', { size: 2 ** 53 }, 'WP-SIZE-MALFORMED'],
    ['yanked as a number', { yanked: 1 }, 'WP-ENTRY-MALFORMED'],
    ['requires-python as a list', { 'requires-python': ['>=3'] }, 'WP-ENTRY-MALFORMED'],
    ['core-metadata as text', { 'core-metadata': 'yes' }, 'WP-ENTRY-MALFORMED'],
    ['upload-time as words', { 'upload-time': 'yesterday' }, 'WP-ENTRY-MALFORMED'],
    ['gpg-sig as text', { 'gpg-sig': 'true' }, 'WP-ENTRY-MALFORMED'],
    ['provenance elsewhere than on the web', { provenance: 'file:///a' }, 'WP-ENTRY-MALFORMED'],
    [
      'a version that is none',
      { filename: 'good-x-py3-none-any.whl', url: 'good-x-py3-none-any.whl' },
      'WP-ENTRY-MALFORMED',
    ],
    ['D11 a file address', { url: `file:///tmp/${WHEEL}` }, 'WP-SCHEME'],
    ['D11 a data address', { url: 'data:application/zip;base64,AAAA' }, 'WP-SCHEME'],
    ['D10 plain http', { url: `http://files.index.example/${WHEEL}` }, 'WP-PLAIN-HTTP'],
    ['B09 punycode', { url: `https://xn--ndex-75d.test/${WHEEL}` }, 'WP-HOST-LOOKALIKE'],
    [
      'B13 another name',
      { url: 'https://files.index.example/good-2.0-py3-none-any.whl' },
      'WP-URL-NAME',
    ],
    ['B13 a query', { url: `${WHEEL}?x=/evil-2.0.tar.gz` }, 'WP-URL-NAME'],
    ['B14 a way out', { filename: `../${WHEEL}`, url: `..%2f${WHEEL}` }, 'WP-URL-NAME'],
    [
      'B08 a zero-width letter',
      { filename: 'go\u200bod-1.0.zip', url: 'go%E2%80%8Bod-1.0.zip' },
      'WP-URL-NAME',
    ],
    ['a foreign file', { filename: 'evil-1.0.zip', url: 'evil-1.0.zip' }, 'WP-FOREIGN-NAME'],
    [
      'a longer name',
      { filename: 'good-extra-1.0.zip', url: 'good-extra-1.0.zip' },
      'WP-FOREIGN-NAME',
    ],
  ])('%s', (_, fields, code) => {
    const sound = jsonFile({ filename: 'good-9.0.tar.gz', url: 'good-9.0.tar.gz' });
    const page = parseText(jsonPage([jsonFile(fields), sound]));
    expect(page.refused.map((entry) => entry.code)).toEqual([code]);
    expect(page.files.map(({ filename }) => filename)).toEqual(['good-9.0.tar.gz']);
  });

  test.each([null, 1, 'x', [], {}, { filename: WHEEL }, { url: WHEEL }, { filename: 1, url: 2 }])(
    'the entry %j',
    (entry) => {
      const page = parseText(jsonPage([entry, jsonFile()]));
      expect(page.refused.map(({ code }) => code)).toEqual(['WP-ENTRY-MALFORMED']);
      expect(page.files).toHaveLength(1);
    },
  );
});

describe('what a policy may overlook', () => {
  test('keeps the file when it is the only fault', () => {
    const weak = { hashes: { md5: '0'.repeat(32) }, size: 7 };
    expect(parseText(jsonPage([jsonFile(weak)])).refused[0]?.file).toMatchObject(weak);
    const plain = { url: `http://files.index.example/${WHEEL}` };
    expect(parseText(jsonPage([jsonFile(plain)])).refused[0]?.file).toMatchObject(plain);
    expect(parseText(jsonPage([jsonFile({ ...weak, ...plain })])).refused[0]?.file).toBeNull();
    expect(parseText(jsonPage([jsonFile({ ...weak, size: -1 })])).refused[0]?.file).toBeNull();
  });

  test('plain http passes where the policy names the host', () => {
    const page = parsePage({
      body: Buffer.from(anchor(WHEEL + HASH)),
      contentType: 'text/html',
      url: 'http://index.corp/simple/good/',
      project: 'good',
      allowPlainHttp: (host) => host === 'index.corp',
    });
    expect(page.files).toHaveLength(1);
  });
});

describe('A21: ways to write a hash', () => {
  test.each([
    ['upper-case', `${WHEEL}#sha256=${SHA256.toUpperCase()}`],
    ['percent-encoded', `${WHEEL}#sha256%3D%61${SHA256.slice(1)}`],
    ['beside md5', `${WHEEL}#md5=${'0'.repeat(32)}&amp;sha256=${SHA256}`],
    ['as an entity', `${WHEEL}&#35;sha256=${SHA256}`],
  ])('%s', (_, href) => {
    expect(parseText(anchor(href)).files[0]?.hashes).toMatchObject({ sha256: SHA256 });
  });

  test.each([`${HASH}%20`, `${HASH} `, `#sha256=${SHA256.slice(2)}`, `${HASH}%2500`])(
    'not %j',
    (fragment) => {
      expect(refusals(parseText(anchor(WHEEL + fragment)))).toEqual([
        `${WHEEL}: WP-HASH-MALFORMED`,
      ]);
    },
  );
});

describe('A14: one file name twice', () => {
  const other = '0'.repeat(64);

  test.each([
    ['two hashes', [{}, { hashes: { sha256: other } }]],
    ['one of them weak', [{ hashes: { sha256: SHA256 } }, { hashes: { md5: '0'.repeat(32) } }]],
    ['one without any', [{}, { hashes: {}, url: `https://other.test/${WHEEL}` }]],
    ['the third differs', [{}, {}, { hashes: { sha256: other } }]],
  ])('%s: none is left', (_, entries) => {
    const page = parseText(jsonPage(entries.map(jsonFile)));
    expect(page.files).toEqual([]);
    expect(new Set(page.refused.map(({ code }) => code))).toEqual(new Set(['WP-LISTING-CONFLICT']));
    expect(page.refused).toHaveLength(entries.length);
    expect(page.refused[0]?.message).toContain(SHA256);
  });

  test.each([
    ['the same twice', [{}, {}]],
    ['from two places', [{}, { url: `https://mirror.test/${WHEEL}` }]],
    ['one says more', [{}, { hashes: { sha256: SHA256, md5: '0'.repeat(32) } }]],
  ])('%s: one is left', (_, entries) => {
    const page = parseText(jsonPage(entries.map(jsonFile)));
    expect(page.files).toHaveLength(1);
    expect(page.refused).toEqual([]);
  });
});

describe('what the page says of itself', () => {
  test('B07: one project, however it is spelt', () => {
    const page = parseText(
      jsonPage([jsonFile({ filename: 'GO.od-1.0.zip', url: 'GO.od-1.0.zip' })], { name: 'Go_Od' }),
      'go.od',
    );
    expect(page.project).toBe('go-od');
    expect(page.files).toHaveLength(1);
  });

  test.each(['evil', 'good-extra'])('B15: the page of %s', (name) => {
    expect(() => parseText(jsonPage([], { name }))).toThrow(
      expect.objectContaining({ code: 'WP-PAGE-PROJECT' }),
    );
  });

  test.each(['g\u043eod', '', 1, ['good'], 'go od'])('a name that is none: %j', (name) => {
    expect(() => parseText(jsonPage([], { name }))).toThrow(
      expect.objectContaining({ code: 'WP-PAGE-MALFORMED' }),
    );
  });

  test.each(['2.0', '0.9', '1', '1.0.0', '', 'x', 1.4, null])('B15: API version %j', (version) => {
    expect(() => parseText(jsonPage([], { meta: { 'api-version': version } }))).toThrow(
      expect.objectContaining({ code: 'WP-PAGE-VERSION' }),
    );
  });

  test('a newer minor version is read, none is 1.0', () => {
    expect(parseText(jsonPage([], { meta: { 'api-version': '1.99' } })).apiVersion).toBe('1.99');
    expect(parseText(jsonPage([], { meta: {} })).apiVersion).toBe('1.0');
    expect(parseText('<html>').apiVersion).toBe('1.0');
  });

  test('HTML of an unknown major version is refused, wherever it says so', () => {
    const meta = '<meta name="pypi:repository-version" content="2.0">';
    for (const html of [meta, `${anchor(WHEEL + HASH)}${meta}`]) {
      expect(() => parseText(html)).toThrow(expect.objectContaining({ code: 'WP-PAGE-VERSION' }));
    }
  });

  test('the project status', () => {
    const status = { status: 'quarantined', reason: 'malware' };
    const expected = { status: 'quarantined', statusReason: 'malware' };
    expect(parseText(jsonPage([], { 'project-status': status }))).toMatchObject(expected);
    expect(parseText(jsonPage([], { meta: { 'project-status': status } }))).toMatchObject(expected);
    const html =
      '<meta name="PYPI:project-status" content="quarantined"><meta content=malware name="pypi:project-status-reason">';
    expect(parseText(html)).toMatchObject(expected);
    expect(parseText(jsonPage([], { 'project-status': { status: 'asleep' } }))).toMatchObject({
      status: 'active',
      statusReason: 'unknown status asleep',
    });
  });

  test.each([{ status: 1 }, { reason: [] }, 'archived', []])('a status %j is refused', (status) => {
    expect(() => parseText(jsonPage([], { 'project-status': status }))).toThrow(
      expect.objectContaining({ code: 'WP-PAGE-MALFORMED' }),
    );
  });

  test('a flat page lists files of any project', () => {
    const html = [anchor(`a-1.0.zip${HASH}`), anchor(`b-1.0.zip${HASH}`)].join('');
    const page = parseText(html, null);
    expect(page.project).toBeNull();
    expect(page.files.map(({ filename }) => filename)).toEqual(['a-1.0.zip', 'b-1.0.zip']);
  });
});

describe('what is nothing to us', () => {
  test('links to other things are passed over', () => {
    const links = [
      '../',
      '/docs/',
      'a.html',
      'good-1.0.zip.asc',
      `${WHEEL}.metadata`,
      'good-1.0.egg',
      'good-1.0.exe',
    ];
    const page = parseText(links.map((link) => anchor(link)).join(''));
    expect([...page.files, ...page.refused]).toEqual([]);
    const filenames = ['good-1.0.egg', 'good-1.0.exe', 'good-1.0.rpm'];
    const json = parseText(
      jsonPage(filenames.map((filename) => jsonFile({ filename, url: filename }))),
    );
    expect([...json.files, ...json.refused]).toEqual([]);
  });

  test('a list of projects has no files', () => {
    expect(
      parseText('{"meta":{"api-version":"1.0"},"projects":[{"name":"good"}]}', null).files,
    ).toEqual([]);
  });
});

test('an address keeps neither fragment nor credentials, and follows the page', () => {
  const file = jsonFile({ url: `//user:secret@files.index.example/a/../${WHEEL}?a=b${HASH}` });
  expect(parseText(jsonPage([file])).files[0]?.url).toBe(
    `https://files.index.example/${WHEEL}?a=b`,
  );
  expect(parseText(jsonPage([jsonFile({ url: WHEEL })])).files[0]?.url).toBe(`${PAGE_URL}${WHEEL}`);
});

test('what a refusal shows is one safe line', () => {
  const filename = `good-1.0\u202e\n${'x'.repeat(9000)}.zip`;
  const [entry] = parseText(jsonPage([jsonFile({ filename })])).refused;
  expect(entry?.message).not.toMatch(/[\n\u202e]/u);
  expect(entry?.message.length).toBeLessThan(1000);
});

// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { jsonForm } from './json-form.ts';
import type { PageForm } from './page-form.ts';
import { PAGE_URL, SHA256 } from './page-samples.test-support.ts';
import { type PageSource, parsePageAs } from './parse-page.ts';

const generalForm: PageForm = { ...jsonForm, readUsual: () => null };
const FILES = 'https://files.index.example';

/** The page, or why there is none. */
function outcomeOf(form: PageForm, bytes: Uint8Array, skip?: PageSource['skip']): unknown {
  const options = skip === undefined ? {} : { skip };
  const source = { body: bytes, contentType: null, url: PAGE_URL, project: 'good', ...options };
  try {
    return parsePageAs(form, source);
  } catch (thrown) {
    if (thrown instanceof Refusal) return { code: thrown.code, message: thrown.message };
    throw thrown;
  }
}

/** Whether the quick way read the page to its end. */
function isMet(bytes: Uint8Array): boolean {
  let general = 0;
  const form: PageForm = {
    ...jsonForm,
    read: (...given) => {
      general += 1;
      return jsonForm.read(...given);
    },
  };
  outcomeOf(form, bytes);
  return general === 0;
}

const someSkip = { has: (filename: string): boolean => filename.includes('win') };

function expectSame(text: string | Uint8Array): void {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  for (const skip of [undefined, someSkip]) {
    const general = outcomeOf(generalForm, bytes, skip);
    expect(outcomeOf(jsonForm, bytes, skip)).toStrictEqual(general);
  }
}

/** As nearly every entry of a public index is written. */
function entry(version: string, others: Record<string, unknown> = {}): Record<string, unknown> {
  const filename = `good-${version}-py3-none-any.whl`;
  return {
    'core-metadata': { sha256: SHA256 },
    'data-dist-info-metadata': { sha256: SHA256 },
    filename,
    hashes: { sha256: SHA256 },
    provenance: null,
    'requires-python': '>=3.9',
    size: 12,
    'upload-time': '2026-01-31T12:00:00.000000Z',
    url: `${FILES}/packages/a1/${filename}`,
    yanked: false,
    ...others,
  };
}

function page(files: readonly unknown[], others: Record<string, unknown> = {}): string {
  const meta = { '_last-serial': 7, 'api-version': '1.4' };
  return JSON.stringify({ files, meta, name: 'good', versions: ['1.0'], ...others });
}

/** As Python's `json.dumps` spaces it. */
const spaced = (text: string): string =>
  text.replaceAll('":', '": ').replaceAll(/,(?=["{])/gu, ', ');

const ODD: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  '',
  'x',
  'a "quote"',
  'brace } and { bracket ]',
  'é',
  '\u0000',
  '\ud800',
  '\u007f',
  -1,
  1.5,
  1e21,
  2 ** 53,
  [],
  {},
  { sha256: SHA256, md5: 'b' },
  { sha256: SHA256.toUpperCase() },
  { deep: [[[{}]]] },
  '2026-02-29T12:00:00Z',
  '2024-02-29T12:00:00Z',
  '2026-04-31T12:00:00Z',
  '2026-12-31T23:59:59.123456789Z',
  '2026-12-31T23:59:60Z',
  'https://index.example/integrity/good/1.0/provenance',
  'https://INDEX.example/integrity/',
  'https://index.example:443/integrity/',
  'https://index.example/a/../b',
  'https://1/a',
  `${FILES}/packages/a1/good-1.0-py3-none-any.whl#sha256=${SHA256}`,
  `${FILES}/packages/../good-1.0-py3-none-any.whl`,
  `http://files.index.example/good-1.0-py3-none-any.whl`,
  `${FILES}:8443/good-1.0-py3-none-any.whl`,
  'good-1.0-cp311-cp311-win_amd64.whl',
  'good-1.0.tar.gz',
  'other-1.0.tar.gz',
  'good-1..0.tar.gz',
  'good-1.0.egg',
  'good-1.0.exe',
];
const KEYS = [...Object.keys(entry('1.0')), 'gpg-sig', 'dist-info-metadata', '__proto__', 'x'];

const changed = fc
  .tuple(
    fc.nat(4),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...ODD)), { maxLength: 2 }),
  )
  .map(([version, changes]) => {
    const one = entry(`1.${version}`);
    for (const [key, value] of changes) {
      Object.defineProperty(one, key, { value, enumerable: true, configurable: true });
    }
    return one;
  });
const usual = fc.nat(9).map((version) => entry(`2.${version}`));
const shuffled = fc.shuffledSubarray(Object.keys(entry('1.0')), { minLength: 4 });
const heads = fc.constantFrom<Record<string, unknown>>(
  {},
  { 'project-status': { status: 'archived', reason: 'done' } },
  { name: 'other' },
  { name: 3 },
  { meta: { 'api-version': '2.0' } },
  { meta: { files: [entry('9.9')] } },
  { meta: [] },
  { versions: ['}]', '"files":['] },
  { files: null },
  { x: 1e21 },
);
const text = fc
  .tuple(
    fc.array(fc.oneof({ weight: 4, arbitrary: usual }, changed), { maxLength: 6 }),
    fc.option(shuffled),
    heads,
    fc.boolean(),
    fc.boolean(),
  )
  .map(([files, order, others, isSpaced, isFirst]) => {
    const ordered = files.map((file) =>
      order === null ? file : Object.fromEntries(order.map((key) => [key, file[key]])),
    );
    const whole = page(ordered, others);
    const led = isFirst ? whole : `{"alternate-locations":[],${whole.slice(1)}`;
    return isSpaced ? spaced(led) : led;
  });

/** One place of a page is other than it was. */
const damaged = fc
  .tuple(
    text,
    fc.nat(),
    fc.nat(3),
    fc.constantFrom(
      '',
      '"',
      '\\',
      '}',
      '{',
      ']',
      '[',
      ',',
      ':',
      ' ',
      '\n',
      '0',
      'e',
      '-',
      '\u0000',
      'é',
      '\ufeff',
      ',"filename":"x"',
      '"yanked":true,',
      '"files":[],',
      '"__proto__":{},',
      '\\u0061',
      '1e3',
      '}]',
      '{"files":[',
    ),
  )
  .map(([whole, at, cut, put]) => {
    const place = at % (whole.length + 1);
    return whole.slice(0, place) + put + whole.slice(place + cut);
  });

describe('what the quick way reads, the general way reads', () => {
  test('of pages in many forms', () => {
    let met = 0;
    fc.assert(
      fc.property(text, (whole) => {
        expectSame(whole);
        if (isMet(new TextEncoder().encode(whole))) met += 1;
      }),
      { numRuns: 1500 },
    );
    expect(met).toBeGreaterThan(100);
  });

  test('of pages with something wrong in one place', () => {
    fc.assert(fc.property(damaged, expectSame), { numRuns: 3000 });
  });

  test('of bytes that are no text', () => {
    const bytes = new TextEncoder().encode(page([entry('1.0'), entry('1.1')]));
    const place = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(fc.property(place, ([at, byte]) => expectSame(bytes.with(at, byte))));
  });
});

describe('a page', () => {
  const bytesOf = (whole: string): Uint8Array => new TextEncoder().encode(whole);
  const usualPage = page([entry('1.0'), entry('1.1')]);

  test.each([
    ['as indexes write it', usualPage],
    ['with space between tokens', spaced(usualPage)],
    ['with something before its entries', `{"alternate-locations":[],${usualPage.slice(1)}`],
    ['with a reason that holds an escape', page([entry('1.0'), entry('1.1', { yanked: 'a "b"' })])],
    [
      'with files of two kinds',
      page([
        entry('1.0'),
        {
          filename: 'good-1.0.tar.gz',
          url: `${FILES}/good-1.0.tar.gz`,
          hashes: { sha256: SHA256 },
        },
      ]),
    ],
    [
      'with the address of a proof',
      page([entry('1.0', { provenance: 'https://index.example/p' })]),
    ],
  ])('%s: goes the quick way', (_name, whole) => {
    expect(isMet(bytesOf(whole))).toBe(true);
    expectSame(whole);
  });

  const first = JSON.stringify(entry('1.0'));
  test.each([
    ['a member twice', usualPage.replace('"size":12', '"size":12,"size":12')],
    ['a member twice, once escaped', usualPage.replace('"size":12', '"size":12,"s\\u0069ze":13')],
    ['its list twice', usualPage.replace(/\}$/u, ',"files":[]}')],
    ['its list twice, once before', `{"files":[],${usualPage.slice(1)}`],
    ['a list of the same name deeper', `{"meta":{"files":[${first}]},"files":[],"name":"good"}`],
    ['a list of nearly the same name', `{"a\\"files":[${first}],"files":[],"name":"good"}`],
    [
      'a list within a text',
      `{"a":"{\\"files\\":[${first.replaceAll('"', '\\"')}]","name":"good"}`,
    ],
    ['something behind its end', `${usualPage}x`],
    ['a byte order mark', `\ufeff${usualPage}`],
    ['a letter outside ASCII', page([entry('1.0', { yanked: 'é' })])],
    ['an entry that is no object', page([entry('1.0'), 'x'])],
    ['a number in other words', usualPage.replace('"size":12', '"size":1e3')],
    ['a number with a sign', usualPage.replace('"size":12', '"size":-0')],
    ['a number that a double changes', usualPage.replace('"size":12', '"size":9007199254740993')],
    ['nothing between two entries', usualPage.replace('},{"core', '}{"core')],
    ['a comma behind its last entry', usualPage.replace('}],"meta', '},],"meta')],
    ['a list that does not end', usualPage.slice(0, usualPage.indexOf('}],"meta') + 1)],
    ['nothing in its list', page([])],
  ])('%s: goes the general way', (_name, whole) => {
    expect(isMet(bytesOf(whole))).toBe(false);
    expectSame(whole);
  });

  test('an entry with a prototype is read as it stands', () => {
    expectSame(usualPage.replace('"size":12', '"__proto__":{"yanked":true},"size":12'));
  });
});

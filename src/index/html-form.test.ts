// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { MAX_PAGE_ENTRIES } from '../core/limits.ts';
import { parsePage } from './index.ts';
import { PAGE_URL, parseText, refusals, SHA256, WHEEL } from './page-samples.test-support.ts';

const HREF = `${WHEEL}#sha256=${SHA256}`;
const MALFORMED = expect.objectContaining({ code: 'WP-PAGE-MALFORMED' });

describe('reading HTML', () => {
  test.each([
    ['plain', `<a href="${HREF}">x</a>`],
    ['unquoted', `<a href=${HREF}>x</a>`],
    ['single quotes', `<A HREF='${HREF}'>x`],
    ['entities', `<a href="good&#45;1.0-py3-none-any&period;whl#sha256=${SHA256}">`],
    ['attribute before', `<a data-x='>' data-yanked=false href="${HREF}">`],
    ['self-closing', `<a href="${HREF}"/>`],
    ['line breaks', `<a\n\thref\n=\n"${HREF}"\n>`],
    ['in a comment after', `<!-- > <a href="good-2.0.zip"> --><a href="${HREF}">`],
    ['after a script', `<script>'<a href="good-2.0.zip">'</script><a href="${HREF}">`],
    ['after a title', `<title><a href="good-2.0.zip"></title><a href="${HREF}">`],
    ['no space between attributes', `<a href="${HREF}"data-requires-python="">`],
  ])('%s', (_, html) => {
    const page = parseText(html);
    expect(refusals(page)).toEqual([]);
    expect(page.files.map(({ url, hashes }) => ({ url, hashes }))).toEqual([
      { url: PAGE_URL + WHEEL, hashes: { sha256: SHA256 } },
    ]);
  });

  test('all attributes', () => {
    const page = parseText(
      `<a href="${HREF}" data-requires-python="&gt;=3.8,&lt;4" data-dist-info-metadata="sha256=${'0'.repeat(64)}" ` +
        `data-core-metadata="sha256=${SHA256}" data-yanked="a &quot;reason&quot;" data-gpg-sig="false" ` +
        `data-provenance="https://index.example/p">x</a><!--SERIAL 42-->`,
    );
    expect(page.lastSerial).toBe(42);
    expect(page.files[0]).toMatchObject({
      requiresPython: '>=3.8,<4',
      coreMetadata: { sha256: SHA256 },
      yanked: 'a "reason"',
      gpgSig: false,
      provenance: 'https://index.example/p',
    });
  });

  test.each([
    ['data-core-metadata="true"', {}],
    ['data-dist-info-metadata="true"', {}],
    [`data-dist-info-metadata="sha256=${SHA256}"`, { sha256: SHA256 }],
    ['data-core-metadata="false"', false],
    ['', false],
  ])('the sidecar of %s', (attribute, expected) => {
    expect(parseText(`<a href="${HREF}" ${attribute}>`).files[0]?.coreMetadata).toEqual(expected);
  });

  test.each([
    ['data-yanked', ''],
    ['data-yanked=""', ''],
    ['data-yanked="bad"', 'bad'],
    ['', false],
  ])('yanked by %s', (attribute, expected) => {
    expect(parseText(`<a href="${HREF}" ${attribute}>`).files[0]?.yanked).toBe(expected);
  });
});

describe('what is refused of one link', () => {
  test.each([
    ['one attribute twice', `<a href="${HREF}" href="good-2.0.zip">`, WHEEL],
    ['a yank mark twice', `<a href="${HREF}" data-yanked="" DATA-YANKED="x">`, WHEEL],
    ['a sidecar that is none', `<a href="${HREF}" data-core-metadata="maybe">`, WHEEL],
    [
      'too many attributes',
      `<a href="${HREF}" ${Array.from({ length: 100 }, (_, i) => `a${i}`).join(' ')}>`,
      WHEEL,
    ],
    ['an endless attribute', `<a href="${HREF}" data-yanked="${'x'.repeat(20_000)}">`, WHEEL],
  ])('%s', (_, html, filename) => {
    const page = parseText(`${html}</a><a href="good-9.0.zip#sha256=${SHA256}">`);
    expect(refusals(page)).toEqual([`${filename}: WP-ENTRY-MALFORMED`]);
    expect(page.files).toHaveLength(1);
  });

  test.each([
    [`${WHEEL}?x=/evil-2.0.tar.gz`, WHEEL],
    [`${WHEEL};a=b`, `${WHEEL};a=b`],
    [`${WHEEL}%20`, `${WHEEL} `],
    [`${WHEEL}.`, `${WHEEL}.`],
    [`${WHEEL}/`, WHEEL],
    [`${WHEEL}#egg=other`, WHEEL],
    [`..%2f..%2f${WHEEL}`, `../../${WHEEL}`],
    [`%252e%252e%252f${WHEEL}`, `%2e%2e%2f${WHEEL}`],
    [`%ff-${WHEEL}`, `%ff-${WHEEL}`],
    [`download.php?file=${WHEEL}`, 'download.php'],
  ])('B13, B14: %s', (href, filename) => {
    const page = parseText(`<a href="${href}">${WHEEL}</a>`);
    expect(refusals(page)).toEqual([`${filename}: WP-URL-NAME`]);
  });
});

describe('the base address', () => {
  test.each(['../../packages/', 'https://index.example/packages/', '/packages/x'])('%s', (base) => {
    const page = parseText(`<head><base href="${base}"></head><a href="${HREF}">`);
    expect(page.files[0]?.url).toBe(`https://index.example/packages/${WHEEL}`);
  });

  test.each([
    ['http://files.test/', 'WP-PLAIN-HTTP'],
    ['file:///packages/', 'WP-SCHEME'],
    ['https://xn--ndex-75d.test/', 'WP-HOST-LOOKALIKE'],
    ['https://index.example@evil.test/', 'WP-HOST-LOOKALIKE'],
  ])('%s is judged by what it leads to', (base, code) => {
    const page = parseText(`<base href="${base}"><a href="${HREF}">`);
    expect(refusals(page)).toEqual([`${WHEEL}: ${code}`]);
  });

  test.each([
    ['two of them', `<base href="/a/"><base href="/b/"><a href="${HREF}">`],
    ['after a link', `<a href="${HREF}"><base href="/a/">`],
    ['no address', `<base href="https://[/"><a href="${HREF}">`],
  ])('%s: no page', (_, html) => {
    expect(() => parseText(html)).toThrow(MALFORMED);
  });
});

describe('hostile HTML', () => {
  test('is UTF-8, or no page', () => {
    const body = Buffer.concat([Buffer.from('<p>'), Buffer.of(0xe9), Buffer.from('</p>')]);
    const parse = () =>
      parsePage({ body, contentType: 'text/html', url: PAGE_URL, project: 'good' });
    expect(parse).toThrow(MALFORMED);
  });

  test('a link across the parts that a page is read in', () => {
    for (const length of [131_072 - 200, 131_072 - 60, 131_072 - 10, 131_072 - 3]) {
      const page = parseText(
        `<p>${'é'.repeat(5)}${' '.repeat(length - 13)}<a href="${HREF}" data-yanked="é">`,
      );
      expect(page.files[0]).toMatchObject({
        filename: WHEEL,
        yanked: 'é',
        hashes: { sha256: SHA256 },
      });
    }
  });

  test('deep, wide and unclosed pages are read in one go', () => {
    const noise = ['<b>', '</x>', '<a>', '<p x>', '&amp;', '<!--', '<form>', '<svg>'];
    for (const piece of noise) {
      const html = `<a href="${HREF}"></a>${piece.repeat(200_000)}`;
      expect(parseText(html).files).toHaveLength(1);
    }
  });

  test('more links than are allowed', () => {
    const html = '<a href=a.egg>'.repeat(MAX_PAGE_ENTRIES + 1);
    expect(() => parseText(html)).toThrow(expect.objectContaining({ code: 'WP-LIMIT-SIZE' }));
  });

  test('a status that is said twice', () => {
    const meta = (status: string): string =>
      `<meta name="pypi:project-status" content="${status}">`;
    expect(() => parseText(meta('active') + meta('quarantined'))).toThrow(MALFORMED);
    expect(parseText(meta('archived') + meta('archived')).status).toBe('archived');
  });
});

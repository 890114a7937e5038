// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KnownPage } from '../core/known-page.ts';
import { bareListing } from '../core/listed-file.ts';
import { KnownPageStore } from './known-page-store.ts';

const ASK = { url: 'https://index.test/simple/good/', credentials: {} };
const RAW = { body: Buffer.from('a page'), gzip: false, contentType: 'text/html' };
const FILENAME = 'good-1.0-py3-none-any.whl';
const PAGE: KnownPage = {
  index: 'https://index.test/simple/',
  project: 'good',
  form: 'html',
  listings: 'a'.repeat(64),
  listed: 1,
  offered: ['1.0'],
  withdrawn: [],
  places: [`https://files.test/${FILENAME}`],
  example: {
    index: 'https://index.test/simple/',
    project: 'good',
    version: '1.0',
    filename: FILENAME,
    kind: 'wheel',
    url: `https://files.test/${FILENAME}`,
    listedBy: ASK.url,
    listed: bareListing(FILENAME, `https://files.test/${FILENAME}`),
  },
  special: [],
  releases: [],
  tag: 'html-1',
};

const texts = new Map<string, string>();
const cache = {
  recall: async (key: string) => texts.get(key) ?? null,
  keep: async (key: string, text: string) => void texts.set(key, text),
  close: async () => {},
};
const of = (toolVersion = '1', policyDigest = 'p') =>
  new KnownPageStore({ cache, toolVersion, policyDigest });

test('comes back as it was kept, for the same bytes, asked for and judged alike', async () => {
  await of().keep(ASK, RAW, PAGE);
  expect(await of().recall(ASK, RAW)).toStrictEqual(PAGE);
  const has = (): boolean => false;
  const others = [
    of('2').recall(ASK, RAW),
    of('1', 'q').recall(ASK, RAW),
    of().recall({ ...ASK, url: `${ASK.url}x` }, RAW),
    of().recall({ ...ASK, skip: { key: 'cp312', has } }, RAW),
    of().recall(ASK, { ...RAW, body: Buffer.from('a Page') }),
    of().recall(ASK, { ...RAW, gzip: true }),
    of().recall(ASK, { ...RAW, contentType: null }),
  ];
  expect(await Promise.all(others)).toStrictEqual(others.map(() => null));
});

test('what no run wrote counts as never kept', async () => {
  await of().keep(ASK, RAW, PAGE);
  const [[key = '', text = ''] = []] = texts;
  const head = text.slice(0, text.indexOf('\n') + 1);
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (body) => {
      texts.set(key, head + body);
      expect(await of().recall(ASK, RAW)).toBeNull();
    }),
  );
  texts.set(key, text.replace('"listed":1', '"listed":"1"'));
  expect(await of().recall(ASK, RAW)).toBeNull();
});

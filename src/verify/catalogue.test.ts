// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Artifact } from '../core/artifact.ts';
import { reason } from '../core/errors.ts';
import { Catalogue } from './catalogue.ts';

const URL = 'https://files.test/good-1.0.tar.gz';
const WHY = [reason('WP-HOST-NOT-ALLOWED', 'elsewhere')];

function listing(index: string): Artifact {
  return {
    index,
    project: 'good',
    version: '1.0',
    filename: 'good-1.0.tar.gz',
    kind: 'sdist',
    url: URL,
    listed: null,
  };
}

describe('an address that two indexes list', () => {
  const a = listing('https://a.test/simple/');
  const b = listing('https://b.test/simple/');

  test.each([
    ['the refusal first', true],
    ['the offer first', false],
  ])('is offered where one of them offers it: %s', (_, refusedFirst) => {
    const catalogue = new Catalogue();
    if (refusedFirst) catalogue.refuse(a, WHY);
    catalogue.list(b);
    if (!refusedFirst) catalogue.refuse(a, WHY);
    expect(catalogue.refusalAt(URL)).toBeNull();
    expect(catalogue.artifactAt(URL)).toBe(b);
    expect(catalogue.offered()).toEqual(new Map([['good', ['1.0']]]));
  });

  test('is refused where both refuse it, as the first one said', () => {
    const catalogue = new Catalogue();
    catalogue.refuse(a, WHY);
    catalogue.refuse(b, [reason('WP-QUARANTINED', 'dangerous')]);
    expect(catalogue.refusalAt(URL)).toBe(WHY);
    expect(catalogue.artifactAt(URL)).toBe(a);
    expect(catalogue.offered().size).toBe(0);
  });

  test('one index’s refusal stands against its own later word', () => {
    const catalogue = new Catalogue();
    catalogue.refuse(a, WHY);
    catalogue.list({ ...a });
    expect(catalogue.refusalAt(URL)).toBe(WHY);
  });
});

test.each([
  ['its name', 'good-1.0.tar.gz', 'https://files.test/a/good-1.0.tar.gz'],
  ['a longer name', 'good-1.0.tar.gz', 'https://files.test/a/xgood-1.0.tar.gz'],
  ['a quoted letter', 'good-1.0.tar.gz', 'https://files.test/a/go%6fd-1.0.tar.gz'],
  ['a quoted sign in its name', 'good%2D1.0.tar.gz', 'https://files.test/a/good%2D1.0.tar.gz'],
  ['a sign that pip quotes', 'good-1.0+l.tar.gz', 'https://files.test/a/good-1.0+l.tar.gz'],
  ['a query', 'good-1.0.tar.gz', 'https://files.test/a?b=/good-1.0.tar.gz'],
  ['another query', 'good-1.0.tar.gz', 'https://files.test/a/good-1.0.tar.gz?b=1'],
])('an address that ends in %s is found however it is asked', (_, filename, url) => {
  const catalogue = new Catalogue();
  const artifact = { ...listing('https://a.test/simple/'), filename, url };
  catalogue.list(artifact);
  const spellings = [url, url.replace('+', '%2B'), url.replace('/a/', '/%61/')];
  for (const spelling of [...spellings, url.replace('https://files', 'https://FILES')]) {
    expect(catalogue.artifactAt(spelling)).toBe(artifact);
  }
  expect(catalogue.artifactAt(url.replace('/a', '/b'))).toBeNull();
  catalogue.refuse({ ...artifact, url: url.replace('/a/', '/%61/') }, WHY);
  expect(catalogue.refusalAt(url)).toBe(WHY);
});

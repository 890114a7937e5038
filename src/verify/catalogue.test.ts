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

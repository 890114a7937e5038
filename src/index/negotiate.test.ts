// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { negotiateForm } from './negotiate.ts';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HTML_TYPE = 'application/vnd.pypi.simple.v1+html';

describe('negotiateForm', () => {
  test.each([
    [undefined, 'text/html'],
    [null, 'text/html'],
    ['', 'text/html'],
    ['*/*', 'text/html'],
    ['text/*', 'text/html'],
    ['application/*', JSON_TYPE],
    ['image/png', 'text/html'],
    [`${JSON_TYPE}, ${HTML_TYPE}; q=0.1, text/html; q=0.01`, JSON_TYPE],
    [`${JSON_TYPE}, ${HTML_TYPE};q=0.2, text/html;q=0.01`, JSON_TYPE],
    [`${HTML_TYPE}, ${JSON_TYPE};q=0.9`, HTML_TYPE],
    [`text/html, ${JSON_TYPE};q=0.5`, 'text/html'],
    [`${HTML_TYPE},${JSON_TYPE}`, JSON_TYPE],
    ['application/vnd.pypi.simple.latest+json', JSON_TYPE],
    ['application/vnd.pypi.simple.latest+html', HTML_TYPE],
    [`${JSON_TYPE};q=0, text/html`, 'text/html'],
    [`${JSON_TYPE};q=0`, 'text/html'],
    ['application/vnd.pypi.simple.v2+json', 'text/html'],
    [JSON_TYPE.toUpperCase(), JSON_TYPE],
    [`${JSON_TYPE};q=nonsense, text/html;q=0.1`, 'text/html'],
  ])('%s gets %s', (accept, contentType) => {
    const found = negotiateForm(accept);
    expect(found.contentType).toBe(contentType);
    expect(found.form).toBe(contentType.endsWith('json') ? 'json' : 'html');
  });

  test('answers to anything', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (accept) => {
        expect(['json', 'html']).toContain(negotiateForm(accept).form);
      }),
    );
  });
});

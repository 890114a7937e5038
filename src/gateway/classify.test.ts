// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify, filenameOf, type RequestKind } from './classify.ts';

const SIMPLE = 'application/vnd.pypi.simple.v1+json';
const WHEEL = 'https://files.index.example/p/demo-1.0-py3-none-any.whl';

function kindOf(address: string, more: Partial<Parameters<typeof classify>[0]> = {}): RequestKind {
  return classify({
    url: new URL(address),
    method: 'GET',
    accept: '*/*',
    knownIndex: false,
    ...more,
  });
}

describe('classify', () => {
  test.each<[string, RequestKind]>([
    [WHEEL, 'file'],
    [`${WHEEL}?token=1`, 'file'],
    [`${WHEEL}/`, 'file'],
    ['https://files.index.example/p/demo-1.0.tar.gz', 'file'],
    ['https://files.index.example/p/demo-1.0-py3-none-any%2Ewhl', 'file'],
    ['https://files.index.example/p/x%2Fdemo-1.0-py3-none-any.whl', 'file'],
    ['https://files.index.example/p/demo-1.0-py3-none-any.WHL', 'file'],
    ['https://git.example/a/b/archive/main.zip', 'file'],
    [`${WHEEL}.metadata`, 'sidecar'],
    [`${WHEEL}.asc`, 'signature'],
    [`${WHEEL}.sig`, 'signature'],
    [`${WHEEL}.provenance`, 'signature'],
    ['https://wheelproof-refusals.invalid/refused/00/demo.whl', 'refusal'],
    ['https://x.example/?file=demo-1.0-py3-none-any.whl', 'other'],
    ['https://x.example/demo-1.0-py3-none-any.whl/info', 'other'],
    ['https://x.example/download#demo-1.0-py3-none-any.whl', 'other'],
    ['https://notwheelproof-refusals.invalid/refused/00/demo', 'other'],
    ['https://git.example/a/b.git/info/refs?service=git-upload-pack', 'other'],
  ])('%s is %s', (address, kind) => {
    expect(kindOf(address)).toBe(kind);
  });

  test('a page is known by what the client accepts, or by the index it lies under', () => {
    const page = 'https://index.example/simple/demo/';
    expect(kindOf(page)).toBe('other');
    expect(kindOf(page, { accept: `text/html;q=0.1, ${SIMPLE}; q=0.9` })).toBe('page');
    expect(kindOf(page, { knownIndex: true })).toBe('page');
    expect(kindOf(page, { knownIndex: true, method: 'HEAD' })).toBe('page');
    expect(kindOf(page, { knownIndex: true, method: 'POST' })).toBe('other');
    expect(kindOf(page, { accept: 'text/html, x/application/vnd.pypi.simple.v1+json' })).toBe(
      'other',
    );
  });

  test('no Accept header makes a file anything else', () => {
    expect(kindOf(WHEEL, { accept: SIMPLE, knownIndex: true })).toBe('file');
  });

  test('a distribution under any address in any spelling is a file', () => {
    const escaped = fc.constantFrom('demo', '%64emo', '%2E%2e', 'a%20b', '%ff', ';v=1');
    fc.assert(
      fc.property(
        fc.array(escaped),
        fc.constantFrom('.whl', '%2ewhl', '.tar.gz', '.zip/'),
        (path, end) => {
          expect(kindOf(`https://x.example/${path.join('/')}/demo-1.0${end}`)).toBe('file');
        },
      ),
    );
  });

  test('any address has one kind, in no time', () => {
    const piece = fc.oneof(
      fc.constantFrom('%', '%2', '%2f', '%00', '.whl', '.metadata', ';', '/', '.', '%25', '%252F'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const url = URL.parse(`https://x.example/${pieces.join('')}`);
        if (url === null) return;
        expect(kindOf(url.href)).toMatch(/^(?:file|sidecar|signature|page|other|refusal)$/u);
        expect(filenameOf(url)).not.toContain('/');
      }),
    );
  });

  test('an address made to be slow is not', () => {
    const started = performance.now();
    kindOf(`https://x.example/${'.zip;'.repeat(800)}${'.'.repeat(4000)}%252Fb`);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

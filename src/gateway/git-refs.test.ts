// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { beginsLikeRefs, readRefs } from './git-refs.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const LONG = 'c'.repeat(64);
const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
const read = (text: string) =>
  Object.fromEntries(
    readRefs(Buffer.from(text), 'https://git.test/x').map(({ name, commit }) => [name, commit]),
  );

describe('references are read', () => {
  test.each<[string, string, Record<string, string>]>([
    [
      'from an advertisement of version 0',
      `${line('# service=git-upload-pack\n')}0000${line(`${A} HEAD\0side-band symref=HEAD:refs/heads/main\n`)}${line(`${A} refs/heads/main\n`)}${line(`${A} refs/tags/v1\n`)}${line(`${B} refs/tags/v1^{}\n`)}0000`,
      { HEAD: A, 'refs/heads/main': A, 'refs/tags/v1': B },
    ],
    [
      'from version 1',
      `${line('# service=git-upload-pack\n')}0000${line('version 1\n')}${line(`${A} HEAD\0\n`)}0000`,
      { HEAD: A },
    ],
    [
      'none from the capabilities of version 2',
      `${line('# service=git-upload-pack\n')}0000${line('version 2\n')}${line('ls-refs=unborn\n')}0000`,
      {},
    ],
    [
      'from an answer to ls-refs',
      `${line(`${A} HEAD symref-target:refs/heads/main\n`)}${line(`${A} refs/tags/v1 peeled:${B}\n`)}${line(`${LONG} refs/heads/long`)}${line('unborn HEAD\n')}0000`,
      { HEAD: A, 'refs/tags/v1': B, 'refs/heads/long': LONG },
    ],
    [
      'from a plain list',
      `${A}\trefs/heads/main\n${A}\trefs/tags/v1\n${B}\trefs/tags/v1^{}\n`,
      { 'refs/heads/main': A, 'refs/tags/v1': B },
    ],
    ['of an empty repository', `${line(`${'0'.repeat(40)} capabilities^{}\0x\n`)}0000`, {}],
    ['in capitals', `${A.toUpperCase()}\trefs/heads/main\n`, { 'refs/heads/main': A }],
    ['none from a page', '<p>not found</p>\n', {}],
  ])('%s', (_, text, refs) => {
    expect(read(text)).toStrictEqual(refs);
  });

  test('both ways where an answer can be read in two', () => {
    const text = `${line(`${A} refs/tags/v1\n`)}${line(`x\n${B}\trefs/tags/v1\n`)}0000`;
    const commits = readRefs(Buffer.from(text), 'x').map(({ commit }) => commit);
    expect(commits.toSorted()).toStrictEqual([A, B]);
  });

  test.each(['0003', '00zz', `${line(`${A} HEAD\n`)}00ff`, '001'])(
    'never beyond a broken packet: %s',
    (text) => {
      const broken = `${line(`${A} HEAD\n`)}${text}`;
      expect(() => read(broken)).toThrow(Refusal);
    },
  );

  test('or refused, whatever is sent', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.string({ maxLength: 60 }).map(line)).map((lines) => Buffer.from(lines.join(''))),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        try {
          return readRefs(bytes, 'x').every(({ commit }) => /^[0-9a-f]{40,64}$/u.test(commit));
        } catch (thrown) {
          return thrown instanceof Refusal;
        }
      }),
    );
  });
});

test.each([
  [line(`${A} HEAD\n`), true],
  [line(`${LONG} HEAD\n`), true],
  [line('unborn HEAD symref-target:refs/heads/main\n'), true],
  [line('packfile\n'), false],
  [line('acknowledgments\n'), false],
  [line('NAK\n'), false],
  ['0000', false],
])('what lists references begins so: %j %s', (text, is) => {
  expect(beginsLikeRefs(Buffer.from(text))).toBe(is);
});

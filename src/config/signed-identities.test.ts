// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { signedPublisherRules } from '../policy/index.ts';
import { readSignedIdentities } from './signed-identities.ts';

const PUBLISHER = { kind: 'github', repository: 'acme/core', workflow: 'release.yml' };
const text = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const read = (value: unknown) => readSignedIdentities(text(value), 'the identities');
const entry = (name: string, publishers: readonly unknown[] = [PUBLISHER]) => ({
  name,
  publishers,
});

test('says who may release what, the first match deciding', () => {
  const other = { ...PUBLISHER, repository: 'acme/rest', versions: '>=2' };
  const found = read({ version: 1, projects: [entry('Acme_Core'), entry('acme-*', [other])] });
  const rules = (project: string, version: string) =>
    signedPublisherRules(found, { project, version }, 'x')?.rules.map(
      ({ repository }) => repository,
    );
  expect(rules('acme-core', '1.0')).toEqual(['acme/core']);
  expect(rules('acme-web', '2.1')).toEqual(['acme/rest']);
  expect(rules('acme-web', '1.0')).toBeUndefined();
  expect(rules('other', '1.0')).toBeUndefined();
});

test.each([
  ['another version', { version: 2, projects: [] }],
  ['an unknown key', { version: 1, projects: [], more: 1 }],
  [
    'an unknown key of a publisher',
    { version: 1, projects: [entry('a', [{ ...PUBLISHER, x: 1 }])] },
  ],
  ['an unknown kind', { version: 1, projects: [entry('a', [{ ...PUBLISHER, kind: 'ed25519' }])] }],
  [
    'a forge without workflow',
    { version: 1, projects: [entry('a', [{ kind: 'github', owner: 'acme' }])] },
  ],
  ['nobody', { version: 1, projects: [entry('a', [])] }],
  ['no name', { version: 1, projects: [entry('')] }],
  ['a list', []],
])('%s is refused', (_name, value) => {
  expect(() => read(value)).toThrow(expect.objectContaining({ code: 'WP-TUF-MALFORMED' }));
});

test.each([
  '{"version":1,"version":1,"projects":[]}',
  '\ufeff{"version":1,"projects":[]}',
  '{',
  '',
])('text that two readers could read differently is refused: %j', (written) => {
  expect(() => readSignedIdentities(Buffer.from(written), 'x')).toThrow(
    expect.objectContaining({ code: 'WP-TUF-MALFORMED' }),
  );
});

test('any bytes are read or refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json().map((one) => Buffer.from(one)),
        fc.uint8Array(),
      ),
      (bytes) => {
        try {
          readSignedIdentities(bytes, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      },
    ),
  );
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { readStatement, requireSubject, type Statement } from './statement.ts';

const PUBLISH = ['https://docs.py', 'pi.org/attestations/publish/v1'].join('');
const SHA256 = 'a'.repeat(64);

const statement = (over: Record<string, unknown> = {}): Buffer =>
  Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'good-1.0.tar.gz', digest: { sha256: SHA256 } }],
      predicateType: PUBLISH,
      predicate: null,
      ...over,
    }),
  );

const subject = (name: string, sha256: string | null = SHA256): Statement => ({
  predicate: 'publish',
  predicateType: PUBLISH,
  subject: name,
  sha256,
});
const file = (filename: string) => ({ filename, project: 'good', sha256: SHA256 });
const malformed = expect.objectContaining({ code: 'WP-ATTESTATION-MALFORMED' });

describe('a statement', () => {
  test('has one subject and a type that is understood, or says nothing', () => {
    expect(readStatement(statement())).toMatchObject({ predicate: 'publish', sha256: SHA256 });
    expect(
      readStatement(
        statement({ predicateType: 'https://slsa.dev/provenance/v1', predicate: { a: 1 } }),
      ),
    ).toMatchObject({ predicate: 'slsa' });
    expect(readStatement(statement({ predicateType: 'https://other.test/v1' }))).toMatchObject({
      predicate: null,
    });
    expect(readStatement(statement({ predicate: {} }))).toMatchObject({ predicate: 'publish' });
  });

  const one = { name: 'good-1.0.tar.gz', digest: { sha256: SHA256 } };
  test.each([
    ['no subject', statement({ subject: [] })],
    ['two subjects', statement({ subject: [one, one] })],
    ['a subject without digest', statement({ subject: [{ name: 'x' }] })],
    [
      'a digest in capitals',
      statement({ subject: [{ ...one, digest: { sha256: 'A'.repeat(64) } }] }),
    ],
    ['a digest that is a number', statement({ subject: [{ ...one, digest: { sha256: 1.5 } }] })],
    ['another statement type', statement({ _type: 'https://in-toto.io/Statement/v0.1' })],
    ['a predicate where none belongs', statement({ predicate: { a: 1 } })],
    ['garbage', Buffer.from('garbage')],
    ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), statement()])],
    ['bytes behind it', Buffer.concat([statement(), Buffer.from('}')])],
    ['the subject twice', Buffer.from(statement().toString().replace('{', '{"subject":[],'))],
  ])('with %s is refused (H17)', (_, payload) => {
    expect(() => readStatement(payload)).toThrow(malformed);
  });
});

describe('a subject', () => {
  test.each([
    ['good-1.0.tar.gz', 'good-1.0.tar.gz'],
    ['Good-1.0.0.tar.gz', 'good-1.0.tar.gz'],
    [
      'good-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
      'good-1.0-cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    ],
    ['good-1.0-1-py3-none-any.whl', 'good-1.0-1-py3-none-any.whl'],
  ])('%s is the file %s (B25)', (name, filename) => {
    expect(() => requireSubject(subject(name), file(filename))).not.toThrow();
  });

  test.each([
    ['good-1.0.zip', 'good-1.0.tar.gz'],
    ['good-1.0.tar.gz', 'good-1.0-py3-none-any.whl'],
    ['good-1.1.tar.gz', 'good-1.0.tar.gz'],
    ['evil-1.0.tar.gz', 'good-1.0.tar.gz'],
    ['good-1.0-py3-none-any.whl', 'good-1.0-2-py3-none-any.whl'],
    ['good-1.0-py3-none-any.whl', 'good-1.0-py2.py3-none-any.whl'],
    ['../good-1.0.tar.gz', 'good-1.0.tar.gz'],
    ['', 'good-1.0.tar.gz'],
  ])('%j is not the file %s (H12)', (name, filename) => {
    expect(() => requireSubject(subject(name), file(filename))).toThrow(
      expect.objectContaining({ code: 'WP-ATTESTATION-SUBJECT' }),
    );
  });

  test.each([null, 'b'.repeat(64), 'a'.repeat(128)])(
    'with the digest %s is refused (H14)',
    (sha256) => {
      expect(() =>
        requireSubject(subject('good-1.0.tar.gz', sha256), file('good-1.0.tar.gz')),
      ).toThrow(expect.objectContaining({ code: 'WP-ATTESTATION-DIGEST' }));
    },
  );
});

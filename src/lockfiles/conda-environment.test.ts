// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { readAmong, SHA_A, SHA_B } from './reading.test-support.ts';

test('a pip part is what pip reads: files drawn in, hashes, constraints, indexes, and its own lines', async () => {
  const text = `# six is not meant here
name: env
dependencies:
  - python=3.12
  - six
  - pip:
    - --extra-index-url https://more.example/simple/
    - -r more/wanted.txt
    - "-c bounds.txt"
    - six  # why
    - 'good==1.0 --hash=sha256:${SHA_A}'
    - -e ./here
`;
  const reading = await readAmong(
    {
      'environment.yml': text,
      'more/wanted.txt': `other==2.0 --hash=sha256:${SHA_B}\n`,
      'bounds.txt': 'six==1.16.0\n',
    },
    'environment.yml',
  );
  expect(reading.packages.map(({ name, version, where }) => [name, version, where])).toEqual([
    ['other', '2.0', 'more/wanted.txt:1'],
    ['six', null, 'environment.yml:10'],
    ['good', '1.0', 'environment.yml:11'],
  ]);
  expect(reading.wishes.map(({ project, specifier }) => project + specifier)).toEqual([
    'other==2.0',
    'six==1.16.0',
    'six',
    'good==1.0',
  ]);
  expect(reading.options).toEqual([
    {
      name: '--extra-index-url',
      value: 'https://more.example/simple/',
      where: 'environment.yml:7',
    },
  ]);
  expect(reading.urls).toMatchObject([{ kind: 'local', url: './here' }]);
});

test.each([
  ['a pip part that is no list of texts', 'dependencies:\n- pip:\n  - {a: 1}\n'],
  ['dependencies that are no list', 'dependencies: six\n'],
  ['a file that is not there', 'dependencies:\n- pip:\n  - -r gone.txt\n'],
  ['a bad hash', 'dependencies:\n- pip:\n  - six==1 --hash=sha256:zz\n'],
])('%s is refused', async (_, text) => {
  await expect(readAmong({ 'environment.yml': text }, 'environment.yml')).rejects.toMatchObject({
    code: 'WP-LOCKFILE-INVALID',
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { parseIdentityWord } from './identity-word.ts';

describe('a publisher in one word', () => {
  test.each<[string, object]>([
    [
      'github:pypa/sampleproject?workflow=release.yml&environment=pypi&owner-id=1',
      {
        kind: 'github',
        issuer: 'https://token.actions.githubusercontent.com',
        repository: 'pypa/sampleproject',
        workflow: 'release.yml',
        environment: 'pypi',
        ownerId: '1',
        ref: null,
      },
    ],
    [
      'gitlab:group/sub/name?workflow=.gitlab-ci.yml&tag=v{version}&issuer=https://git.corp.test',
      {
        issuer: 'https://git.corp.test',
        repository: 'group/sub/name',
        ref: 'refs/tags/v{version}',
      },
    ],
    ['google:a@b.test', { kind: 'google', email: 'a@b.test' }],
    ['email:a@b.test?issuer=https://id.test', { issuer: 'https://id.test', email: 'a@b.test' }],
    [
      'circleci:p-1?pipeline-definition-id=d-1',
      { builder: 'https://circleci.com/api/v2/projects/p-1/pipeline-definitions/d-1' },
    ],
  ])('%s', (word, rule) => {
    expect(parseIdentityWord(word)).toMatchObject(rule);
  });

  test.each([
    [''],
    ['pypa/sampleproject'],
    ['forge:a/b'],
    ['constructor:a/b'],
    ['github:'],
    ['github:pypa/sampleproject'],
    ['github:pypa/*?workflow=release.yml'],
    ['github:pypa/sampleproject?workflow=release.yml&workflow=other.yml'],
    ['github:pypa/sampleproject?workflow=release.yml&repository=other/one'],
    ['github:pypa/sampleproject?workflow=release.yml&kind=google'],
    ['github:pypa/sampleproject?workflow=release.yml&branch=main'],
    ['github:pypa/sampleproject?workflow=release.yml&tag=v1&ref=refs/tags/v1'],
    ['google:nobody'],
    ['email:a@b.test'],
    ['circleci:p-1'],
  ])('refuses %j', (word) => {
    expect(() => parseIdentityWord(word)).toThrow(expect.objectContaining({ code: 'WP-USAGE' }));
  });
});

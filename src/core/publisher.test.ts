// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { github } from '../../test/world/publishers.ts';
import { parsePublisherNotation, publisherNotation } from './publisher-notation.ts';
import { publisherShape, publisherText, readPublisher } from './publisher-text.ts';
import { exactWords, isSamePublisher, publisherWords, type Publisher } from './publisher.ts';

const alice = github({});
const gitlab: Publisher = {
  ...alice,
  kind: 'GitLab',
  issuer: 'https://git.corp.example',
  repository: 'https://git.corp.example/group/sub/demo',
  workflow: '.gitlab-ci.yml',
};
const mail: Publisher = {
  ...alice,
  kind: 'Google',
  issuer: 'https://accounts.google.com',
  name: "o'neil@good.test",
  isEmail: true,
  repository: null,
  repositoryId: null,
  ownerId: null,
  workflow: null,
};
const circle: Publisher = {
  ...alice,
  kind: 'CircleCI',
  issuer: 'https://oidc.circleci.com',
  name: 'https://circleci.com/api/v2/projects/p/pipeline-definitions/d',
  builder: 'https://circleci.com/api/v2/projects/p/pipeline-definitions/d',
  workflow: null,
};
const stranger: Publisher = {
  ...alice,
  kind: 'other',
  issuer: 'https://forge.example',
  name: 'https://forge.example/x/y@refs/tags/v1',
  repository: null,
  repositoryId: null,
  ownerId: null,
  workflow: null,
};
const elsewhere: Publisher = { ...alice, root: 'corp' };
const ALL = [alice, elsewhere, gitlab, mail, circle, stranger];

describe('the same publisher', () => {
  test.each([
    ['another tag', { ref: 'refs/tags/v2.0' }, true],
    ['another environment and runner', { environment: 'x', runner: 'self-hosted' }, true],
    ['a renamed repository', { repository: 'alice/new-name' }, true],
    ['a transferred repository', { repository: 'bob/demo', ownerId: '22' }, false],
    ['a repository made anew under the old name', { repositoryId: '2' }, false],
    ['an owner name that somebody else took', { repositoryId: '2', ownerId: '22' }, false],
    ['another workflow', { workflow: 'evil.yml' }, false],
    ['another trusted root', { root: 'corp' }, false],
    ['a workflow of another case', { workflow: 'Release.yml' }, false],
    ['another issuer', { issuer: 'https://token.actions.githubusercontent.com.evil.test' }, false],
  ] as const)('%s', (_name, over, same) => {
    expect(isSamePublisher(alice, github(over))).toBe(same);
    expect(isSamePublisher(github(over), alice)).toBe(same);
  });

  test('without numbers the names decide', () => {
    const old = { repositoryId: null, ownerId: null };
    expect(isSamePublisher(github(old), alice)).toBe(true);
    expect(isSamePublisher(github({ ...old, repository: 'Alice/demo' }), alice)).toBe(false);
    expect(isSamePublisher(github({ repositoryId: null, ownerId: '22' }), alice)).toBe(false);
  });

  test('kinds are told apart by what they have', () => {
    for (const one of ALL) {
      for (const other of ALL) expect(isSamePublisher(one, other)).toBe(one === other);
    }
    expect(isSamePublisher(mail, { ...mail, name: 'other@good.test' })).toBe(false);
    expect(isSamePublisher(circle, { ...circle, builder: 'x' })).toBe(false);
    expect(isSamePublisher(stranger, { ...stranger, name: 'https://forge.example/x/y@v2' })).toBe(
      true,
    );
    expect(isSamePublisher(stranger, { ...stranger, name: 'https://forge.example/x/z' })).toBe(
      false,
    );
  });
});

describe('words', () => {
  test('a person reads who it is', () => {
    expect(publisherWords(alice)).toBe('GitHub alice/demo, workflow release.yml, tag v1.0');
    expect(publisherWords(gitlab)).toBe(
      'GitLab (https://git.corp.example) group/sub/demo, pipeline .gitlab-ci.yml, tag v1.0',
    );
    expect(publisherWords(mail)).toBe("Google o'neil@good.test");
    expect(exactWords(alice)).toContain('(repository id 1, owner id 11)');
  });
});

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((one) => !one.includes('\0'));
const orNull = fc.option(text);
const anyPublisher: fc.Arbitrary<Publisher> = fc.record({
  root: text,
  kind: fc.constantFrom('GitHub', 'GitLab', 'Google', 'CircleCI', 'other'),
  issuer: text,
  name: text,
  isEmail: fc.boolean(),
  repository: orNull,
  repositoryId: orNull,
  ownerId: orNull,
  workflow: orNull,
  builder: orNull,
  environment: orNull,
  ref: orNull,
  runner: orNull,
});

describe('as JSON', () => {
  test('what is written is read again, and nothing else is', () => {
    fc.assert(
      fc.property(anyPublisher, fc.anything(), (publisher, junk) => {
        expect(readPublisher(JSON.parse(publisherText(publisher)))).toEqual(publisher);
        expect(readPublisher(junk)).toBeNull();
        expect(readPublisher({ ...publisherShape(publisher), more: 1 })).toBeNull();
      }),
    );
  });
});

describe('in one word', () => {
  test('it names the same publisher, and holds nothing that a shell acts on', () => {
    for (const one of ALL) {
      const word = publisherNotation(one);
      expect(word).toMatch(/^[\w:/@.?=&%+*!()~-]+$/u);
      const parsed = parsePublisherNotation(word);
      expect(parsed === null ? null : isSamePublisher(one, parsed), word).toBe(true);
      expect(ALL.filter((other) => parsed !== null && isSamePublisher(other, parsed))).toEqual([
        one,
      ]);
    }
    expect(publisherNotation(alice)).toBe(
      'github:alice/demo?workflow=release.yml&repository-id=1&owner-id=11',
    );
  });

  test('hostile names do not break out of it', () => {
    fc.assert(
      fc.property(text, text, (name, workflow) => {
        const hostile = github({ repository: name, workflow });
        const word = publisherNotation(hostile);
        expect(word).not.toMatch(/['"\s\\$`;|<>]/u);
        const parsed = parsePublisherNotation(word);
        expect(parsed === null ? null : isSamePublisher(hostile, parsed), word).toBe(true);
      }),
    );
  });

  test.each([
    '',
    'github:',
    'nobody:x',
    'github:a/b?x=1',
    'other:x',
    'github:%',
    'github:a?workflow=a&workflow=b',
  ])('%s is none', (word) => {
    expect(parsePublisherNotation(word)).toBeNull();
  });
});

// SPDX-License-Identifier: Apache-2.0
import type { Publisher } from '../../src/core/publisher.ts';
import type { PublisherRule } from '../../src/policy/index.ts';

/** A publisher on GitHub as his certificate shows him; `repository` is `owner/name`. */
export function github(over: Partial<Publisher>): Publisher {
  const repository = `https://github.com/${over.repository ?? 'alice/demo'}`;
  const workflow = over.workflow ?? 'release.yml';
  const ref = over.ref === undefined ? 'refs/tags/v1.0' : over.ref;
  return {
    root: 'public-good',
    kind: 'GitHub',
    issuer: 'https://token.actions.githubusercontent.com',
    name: `${repository}/.github/workflows/${workflow}@${ref ?? ''}`,
    isEmail: false,
    repositoryId: '1',
    ownerId: '11',
    builder: null,
    environment: null,
    runner: 'github-hosted',
    ...over,
    repository,
    workflow,
    ref,
  };
}

/** A rule of a policy that {@link github} meets. */
export function githubRule(over: Partial<PublisherRule> = {}): PublisherRule {
  return {
    kind: 'github',
    issuer: 'https://token.actions.githubusercontent.com',
    repository: 'alice/demo',
    owner: null,
    workflow: 'release.yml',
    environment: null,
    ref: null,
    repositoryId: null,
    ownerId: null,
    runner: null,
    builder: null,
    email: null,
    predicate: null,
    versions: null,
    ...over,
  };
}

// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot';

/* `[[project.publisher]]`: who may release, by what his signing certificate must show. */

const field = (pattern: RegExp, expected: string, description: string) =>
  v.optional(
    v.pipe(
      v.string(),
      v.maxLength(500, 'at most 500 characters'),
      v.regex(pattern, expected),
      v.description(description),
    ),
  );

const PLAIN = /^[^\s*]+$/u;

export const publisherTable = v.strictObject({
  kind: v.pipe(
    v.picklist(['github', 'gitlab', 'google', 'circleci', 'email']),
    v.description('What certifies the publisher.'),
  ),
  issuer: field(
    /^https:\/\/[^\s?#@]+[^\s?#@/]$/u,
    'an address that begins with https:// and ends without /',
    'The OpenID Connect issuer, of a forge of your own or of an address of e-mail.',
  ),
  repository: field(
    PLAIN,
    'a repository such as "owner/name", without *',
    'The source repository: "owner/name", or its whole address.',
  ),
  owner: field(
    /^[^\s*]*[^\s*/]$/u,
    'an owner such as "pypa", without *',
    'Instead of one repository: any of this owner or group.',
  ),
  workflow: field(
    PLAIN,
    'a file such as "release.yml", without *',
    'The workflow or pipeline file; of GitHub below .github/workflows.',
  ),
  environment: field(/\S/u, 'a name', 'The deployment environment.'),
  tag: field(
    PLAIN,
    'a tag such as "v{version}"',
    'The tag that it is built from; {version} stands for the version of the file.',
  ),
  ref: field(
    /^refs\/[^\s*]+$/u,
    'a whole ref such as "refs/heads/main"',
    'The whole ref that it is built from; {version} stands for the version of the file.',
  ),
  'repository-id': field(/^\d{1,20}$/u, 'digits', "The forge's own number of the repository."),
  'owner-id': field(/^\d{1,20}$/u, 'digits', "The forge's own number of the owner."),
  runner: field(
    /^[a-z-]+$/u,
    '"github-hosted", "self-hosted" or the like',
    'What kind of machine it was built on.',
  ),
  'project-id': field(PLAIN, 'an identifier', 'CircleCI: the project.'),
  'pipeline-definition-id': field(PLAIN, 'an identifier', 'CircleCI: the pipeline definition.'),
  email: field(/^[^\s@]+@[^\s@]+$/u, 'an address of e-mail', 'The address of e-mail.'),
  attestation: v.optional(
    v.pipe(
      v.picklist(['publish', 'slsa']),
      v.description('Which attestation it must be; any where absent.'),
    ),
  ),
  versions: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(500, 'at most 500 characters'),
      v.description('Version specifiers (PEP 440): for which releases it speaks.'),
    ),
  ),
});

export type PublisherTable = v.InferOutput<typeof publisherTable>;

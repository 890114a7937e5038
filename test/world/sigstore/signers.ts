// SPDX-License-Identifier: Apache-2.0
import { implicit, sequence, utf8 } from '../der.ts';
import { extension } from '../x509.ts';

/*
 * Who asks for a certificate, as the authority saw the token: what becomes of it are extensions
 * (fulcio, docs/oid-info.md).
 */

/** By the last arc of the OID; `null` where the authority says nothing. */
export type Claims = Readonly<Record<number, string | null>>;

export interface Signer {
  readonly name: { readonly kind: 'uri' | 'email'; readonly text: string };
  readonly claims: Claims;
  /** What an honest index says of this publisher, unsigned (PEP 740). */
  readonly publisher: Readonly<Record<string, unknown>>;
}

const FULCIO = '1.3.6.1.4.1.57264.1';
/** Deprecated ones are text as it is; the others are UTF8Strings. */
const LAST_RAW_ARC = 6;

/** The extensions that tell who the signer is. */
export function identityExtensions({ name, claims }: Signer): readonly Buffer[] {
  const tag = name.kind === 'uri' ? 6 : 1;
  const names = extension('2.5.29.17', sequence(implicit(tag, Buffer.from(name.text))), true);
  const said = Object.entries(claims).flatMap(([arc, value]) =>
    value === null ? [] : [extension(`${FULCIO}.${arc}`, claimValue(Number(arc), value))],
  );
  return [names, ...said];
}

const claimValue = (arc: number, value: string): Buffer =>
  arc <= LAST_RAW_ARC ? Buffer.from(value) : utf8(value);

/** The same signer, with these claims laid over. */
export const claiming = (signer: Signer, claims: Claims): Signer => ({
  ...signer,
  claims: { ...signer.claims, ...claims },
});

const COMMIT = 'a'.repeat(40);

export interface GitHubWish {
  /** `owner/name` */
  readonly repository?: string;
  readonly workflow?: string;
  readonly ref?: string;
  readonly environment?: string | null;
  readonly repositoryId?: string;
  readonly ownerId?: string;
  readonly runner?: string;
  readonly trigger?: string;
  readonly issuer?: string;
  /** Where the job is defined, in a workflow that others call; the workflow itself where absent. */
  readonly builder?: string;
}

export const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';

export function gitHub(wish: GitHubWish = {}): Signer {
  const { repository = 'good-people/good', workflow = 'release.yml' } = wish;
  const { ref = 'refs/tags/v1.0', environment = 'release', issuer = GITHUB_ISSUER } = wish;
  const { repositoryId = '1001', ownerId = '2002', trigger = 'push' } = wish;
  const source = `https://github.com/${repository}`;
  const configuration = `${source}/.github/workflows/${workflow}@${ref}`;
  const builder = wish.builder ?? configuration;
  return {
    name: { kind: 'uri', text: builder },
    claims: {
      1: issuer,
      2: trigger,
      3: COMMIT,
      4: 'release',
      5: repository,
      6: ref,
      8: issuer,
      9: builder,
      10: COMMIT,
      11: wish.runner ?? 'github-hosted',
      12: source,
      13: COMMIT,
      14: ref,
      15: repositoryId,
      16: `https://github.com/${repository.split('/')[0]}`,
      17: ownerId,
      18: configuration,
      19: COMMIT,
      20: trigger,
      21: `${source}/actions/runs/1/attempts/1`,
      22: 'public',
      23: environment,
      24: `repo:${repository}:${environment === null ? `ref:${ref}` : `environment:${environment}`}`,
    },
    publisher: { kind: 'GitHub', repository, workflow, environment, claims: null },
  };
}

export interface GitLabWish {
  readonly repository?: string;
  readonly pipeline?: string;
  readonly ref?: string;
  /** Of a self-managed instance where it is not the public one. */
  readonly instance?: string;
}

export function gitLab(wish: GitLabWish = {}): Signer {
  const { repository = 'good-people/tools/good', pipeline = '.gitlab-ci.yml' } = wish;
  const { ref = 'refs/tags/v1.0', instance = 'https://gitlab.com' } = wish;
  const source = `${instance}/${repository}`;
  const configuration = `${source}//${pipeline}@${ref}`;
  return {
    name: { kind: 'uri', text: configuration },
    claims: {
      1: instance,
      8: instance,
      9: configuration,
      10: COMMIT,
      11: 'gitlab-hosted',
      12: source,
      13: COMMIT,
      14: ref,
      15: '3003',
      16: `${instance}/${repository.split('/')[0]}`,
      17: '4004',
      18: configuration,
      19: COMMIT,
      20: 'push',
      21: `${source}/-/jobs/1`,
      22: 'public',
    },
    publisher: {
      kind: 'GitLab',
      repository,
      workflow_filepath: pipeline,
      environment: null,
      claims: null,
    },
  };
}

export function google(email = 'release@good.test'): Signer {
  const issuer = 'https://accounts.google.com';
  return person(email, issuer, { kind: 'Google', email, claims: null });
}

export function circleCi(
  project = '00000000-0000-4000-8000-000000000001',
  definition = '00000000-0000-4000-8000-000000000002',
): Signer {
  const issuer = 'https://oidc.circleci.com';
  const builder = `https://circleci.com/api/v2/projects/${project}/pipeline-definitions/${definition}`;
  return {
    name: { kind: 'uri', text: builder },
    claims: {
      8: issuer,
      9: builder,
      11: '',
      12: 'https://github.com/good-people/good',
      14: 'refs/tags/v1.0',
    },
    publisher: {
      kind: 'CircleCI',
      project_id: project,
      pipeline_definition_id: definition,
      claims: null,
    },
  };
}

/** Somebody known by an e-mail address alone. */
export function person(
  email: string,
  issuer = 'https://github.com/login/oauth',
  publisher: Readonly<Record<string, unknown>> = { kind: 'Google', email },
): Signer {
  return { name: { kind: 'email', text: email }, claims: { 1: issuer, 8: issuer }, publisher };
}

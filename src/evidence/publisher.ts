// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Publisher, PublisherKind } from '../core/publisher.ts';
import { PUBLIC_GOOD } from '../core/trusted-roots.ts';
import { fields, type JsonObject, type SignerIdentity } from '../crypto/index.ts';

/** Kinds of publisher whose identity is known to be told by a certificate's fields. */
type KnownKind = Exclude<PublisherKind, 'other'>;

const ISSUERS: Readonly<Record<KnownKind, string>> = {
  GitHub: 'https://token.actions.githubusercontent.com',
  GitLab: 'https://gitlab.com',
  Google: 'https://accounts.google.com',
  CircleCI: 'https://oidc.circleci.com',
};

const WHAT = 'the publisher';

/** Which kind the certificate's issuer makes it; issuers are compared whole (attack H08). */
function publisherKind(identity: SignerIdentity): KnownKind | null {
  const { issuer, fields: said } = identity;
  const found = Object.entries(ISSUERS).find(([, known]) => known === issuer)?.[0];
  if (found !== undefined && isKind(found)) return found;
  // A GitLab of one's own issues as the public one does, for projects below its own address.
  const isOwn = said.sourceUri?.startsWith(`${issuer}/`) === true;
  return isOwn && pipelineOf(identity) !== null ? 'GitLab' : null;
}

function isKind(text: string): text is KnownKind {
  return Object.hasOwn(ISSUERS, text);
}

/** Who signed, as his certificate alone says it. */
export function publisherOf(identity: SignerIdentity, root: string = PUBLIC_GOOD): Publisher {
  const { issuer, name, nameKind, fields: said } = identity;
  const kind = publisherKind(identity) ?? 'other';
  return {
    root,
    kind,
    issuer,
    name,
    isEmail: nameKind === 'email',
    repository: said.sourceUri ?? null,
    repositoryId: said.sourceId ?? null,
    ownerId: said.sourceOwnerId ?? null,
    workflow: kind === 'GitHub' ? workflowOf(identity) : pipelineOf(identity),
    builder: said.buildSignerUri ?? null,
    environment: said.environment ?? null,
    ref: said.sourceRef ?? null,
    runner: said.runnerEnvironment ?? null,
  };
}

const after = (text: string | undefined, start: string): string =>
  text?.startsWith(start) ? text.slice(start.length) : (text ?? '');

/** The build configuration behind a prefix, at the very ref or commit of the source. */
function configuration({ fields: said }: SignerIdentity, folder: string): string | null {
  const { buildConfigUri = '', sourceUri, sourceRef, sourceDigest } = said;
  for (const at of [sourceRef, sourceDigest]) {
    const start = `${sourceUri}${folder}`;
    const end = `@${at}`;
    if (!sourceUri || !at || !buildConfigUri.startsWith(start)) continue;
    if (buildConfigUri.endsWith(end)) return buildConfigUri.slice(start.length, -end.length);
  }
  return null;
}

const workflowOf = (identity: SignerIdentity): string | null =>
  configuration(identity, '/.github/workflows/');
const pipelineOf = (identity: SignerIdentity): string | null => configuration(identity, '//');

/**
 * Compares what the unsigned provenance object says of its publisher with the certificate. Whole
 * texts only: no prefix, no case folding (attacks H07, H11).
 * @param root under which the certificate holds: under one of your own, a GitLab of your own may issue
 * @returns `false` where the kind is not known, so that nothing can be said
 * @throws Refusal `WP-ATTESTATION-PUBLISHER`, `WP-ATTESTATION-MALFORMED`
 */
export function agrees(
  publisher: JsonObject,
  identity: SignerIdentity,
  root: string = PUBLIC_GOOD,
): boolean {
  const kind = fields.stringOf(publisher, 'kind', WHAT);
  if (!isKind(kind)) return false;
  const isOwn = kind === 'GitLab' && root !== PUBLIC_GOOD && publisherKind(identity) === 'GitLab';
  compare('issuer', isOwn ? identity.issuer : ISSUERS[kind], identity.issuer);
  for (const [name, expected, found] of CLAIMS[kind](publisher, identity)) {
    compare(name, expected, found);
  }
  return true;
}

type Claim = readonly [name: string, expected: string, found: string | null | undefined];
type Claims = (publisher: JsonObject, identity: SignerIdentity) => readonly Claim[];

const text = (publisher: JsonObject, field: string): string =>
  fields.stringOf(publisher, field, WHAT);

/** What each kind claims, and where the certificate tells it (protocol: PEP 740's implementations). */
const CLAIMS: Readonly<Record<KnownKind, Claims>> = {
  GitHub: (publisher, identity) => [
    [
      'repository',
      `https://github.com/${text(publisher, 'repository')}`,
      identity.fields.sourceUri,
    ],
    ['workflow', text(publisher, 'workflow'), workflowOf(identity)],
    ...environmentClaim(publisher, identity),
  ],
  GitLab: (publisher, identity) => [
    [
      'repository',
      `${identity.issuer}/${text(publisher, 'repository')}`,
      identity.fields.sourceUri,
    ],
    ['workflow_filepath', text(publisher, 'workflow_filepath'), pipelineOf(identity)],
    ...environmentClaim(publisher, identity),
  ],
  Google: (publisher, { name, nameKind }) => [
    ['email', text(publisher, 'email'), nameKind === 'email' ? name : null],
  ],
  CircleCI: (publisher, { fields: said }) => [
    [
      'pipeline',
      `https://circleci.com/api/v2/projects/${text(publisher, 'project_id')}/pipeline-definitions/${text(publisher, 'pipeline_definition_id')}`,
      said.buildSignerUri,
    ],
    ...optionalClaim(publisher, 'vcs_origin', after(said.sourceUri, 'https://')),
    ...optionalClaim(publisher, 'vcs_ref', said.sourceRef),
  ],
};

/**
 * Certificates tell of environments only since 2026: one that says nothing is not contradicted here
 * (attack H10 is a rule's). Forges compare their names without case, and indexes fold it.
 */
function environmentClaim(publisher: JsonObject, { fields: said }: SignerIdentity): Claim[] {
  const found = said.environment?.toLowerCase();
  return found === undefined
    ? []
    : optionalClaim(publisher, 'environment', found).map(([name, expected]) => [
        name,
        expected.toLowerCase(),
        found,
      ]);
}

function optionalClaim(publisher: JsonObject, name: string, found: string | undefined): Claim[] {
  const expected = fields.memberOf(publisher, name);
  return typeof expected === 'string' && expected !== '' ? [[name, expected, found]] : [];
}

function compare(name: string, expected: string, found: string | null | undefined): void {
  if (expected === found) return;
  throw new Refusal('WP-ATTESTATION-PUBLISHER', {
    message: `${name}: the index says ${expected}, the certificate says ${found ?? 'nothing'}`,
  });
}

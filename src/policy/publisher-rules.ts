// SPDX-License-Identifier: Apache-2.0
import { repositoryWords, type Attested, type Predicate } from '../core/publisher.ts';
import { compareVersions, normaliseVersion, satisfies } from '../core/version.ts';
import { matchesGlob } from './glob.ts';
import type { Policy } from './policy.ts';

export type PublisherRuleKind = 'github' | 'gitlab' | 'google' | 'circleci' | 'email';

/** A `[[project.publisher]]` table: what a certificate must show. `null`: whatever it shows. */
export interface PublisherRule {
  readonly kind: PublisherRuleKind;
  /** The OpenID Connect issuer. */
  readonly issuer: string;
  /** `owner/name`, or a whole address. */
  readonly repository: string | null;
  /** Instead of one repository: any of this owner's. */
  readonly owner: string | null;
  readonly workflow: string | null;
  readonly environment: string | null;
  /** The whole ref, or of a tag what follows `refs/tags/`; `{version}` stands for the file's own. */
  readonly ref: string | null;
  readonly repositoryId: string | null;
  readonly ownerId: string | null;
  readonly runner: string | null;
  /** CircleCI: the build signer's address. */
  readonly builder: string | null;
  readonly email: string | null;
  readonly predicate: Predicate | null;
  /** PEP 440 specifiers: for which releases it speaks; `null`: for all. */
  readonly versions: string | null;
}

/** Who may release a version of a project, and where that is written. */
export interface PublisherRules {
  readonly rules: readonly PublisherRule[];
  readonly from: string;
}

/** A field that a certificate does not show as the rule wants it. */
export interface PublisherMiss {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

/**
 * Who may release this version: the first `[[project]]` table that matches and names publishers, as
 * it is with owners of names, so that no later file takes a project from whoever may release it.
 * Of a file that does not tell its version every rule may be meant.
 * @returns `null` where no rule speaks
 */
export function publisherRulesFor(
  policy: Policy,
  project: string,
  version: string | null,
): PublisherRules | null {
  const table = policy.projects.find(
    ({ name, publishers }) => publishers !== undefined && matchesGlob(name, project),
  );
  if (table === undefined) return null;
  const { publishers = [], source } = table;
  return publisherRulesAmong(publishers, version, source);
}

/** Of these rules, the ones that speak for the version; `null`: none does. */
function publisherRulesAmong(
  publishers: readonly PublisherRule[],
  version: string | null,
  from: string,
): PublisherRules | null {
  const rules = publishers.filter(
    ({ versions }) =>
      versions === null || version === null || version === '' || satisfies(version, versions),
  );
  return rules.length === 0 ? null : { rules, from };
}

/** Who may release a project, as the holders of a signed index say it (`policy/identities.v1.json`). */
export interface SignedIdentity {
  /** Glob over normalised names. */
  readonly name: string;
  readonly publishers: readonly PublisherRule[];
}

/** As {@link publisherRulesFor}: the first entry that matches the project decides. */
export function signedPublisherRules(
  identities: readonly SignedIdentity[],
  { project, version }: { readonly project: string; readonly version: string },
  from: string,
): PublisherRules | null {
  const entry = identities.find(({ name }) => matchesGlob(name, project));
  return entry === undefined ? null : publisherRulesAmong(entry.publishers, version, from);
}

/** Issuers of forges of one's own, which certify as that forge does. */
export function namedIssuers(policy: Policy, kind: PublisherRuleKind): ReadonlySet<string> {
  const rules = policy.projects.flatMap(({ publishers = [] }) => publishers);
  return new Set(rules.filter((rule) => rule.kind === kind).map(({ issuer }) => issuer));
}

/** What keeps an attestation from meeting a rule; empty: it does. */
export function missesOf(
  rule: PublisherRule,
  { publisher, predicate }: Attested,
  version: string,
): readonly PublisherMiss[] {
  const misses: PublisherMiss[] = [];
  const want = (field: string, expected: string | null, found: string | null): void => {
    if (expected === null || expected === found) return;
    misses.push({ field, expected, found: found === null || found === '' ? 'nothing' : found });
  };
  want('issuer', rule.issuer, publisher.issuer);
  const { repository, owner } = rule;
  const short = repositoryWords(publisher);
  want('repository', repository, repository?.includes('://') ? publisher.repository : short);
  if (owner !== null && !isOwnedBy(owner, short)) {
    misses.push({ field: 'owner', expected: owner, found: short || 'nothing' });
  }
  want('workflow', rule.workflow, publisher.workflow);
  want('pipeline', rule.builder, publisher.builder);
  want('email', rule.email, publisher.isEmail ? publisher.name : null);
  // Forges compare the names of environments without case.
  const lower = (text: string | null): string | null => text?.toLowerCase() ?? null;
  want('environment', lower(rule.environment), lower(publisher.environment));
  want('repository-id', rule.repositoryId, publisher.repositoryId);
  want('owner-id', rule.ownerId, publisher.ownerId);
  want('runner', rule.runner, publisher.runner);
  if (rule.ref !== null && !fitsRef(rule.ref, publisher.ref, version)) {
    const expected = rule.ref.replace('{version}', version);
    misses.push({ field: 'ref', expected, found: publisher.ref ?? 'nothing' });
  }
  want('attestation', rule.predicate, predicate);
  return misses;
}

/** Below the owner's name something must follow: the owner alone is no repository. */
function isOwnedBy(owner: string, repository: string): boolean {
  return repository.startsWith(`${owner}/`) && repository.length > owner.length + 1;
}

/** Whole, but for the version, which may be spelled in another way: `v4.0` is the tag of 4.0.0. */
function fitsRef(wanted: string, found: string | null, version: string): boolean {
  const [before = '', after, ...more] = wanted.split('{version}');
  if (found === null || after === undefined || more.length > 0) return wanted === found;
  const isAround = found.startsWith(before) && found.endsWith(after);
  if (!isAround || found.length < before.length + after.length) return false;
  const told = found.slice(before.length, found.length - after.length);
  return normaliseVersion(told) !== null && compareVersions(told, version) === 0;
}

/** A rule in words: `GitHub pypa/sampleproject, workflow release.yml, owner-id 647025`. */
export function publisherRuleWords(rule: PublisherRule): string {
  const fields: readonly (readonly [string, string | null])[] = [
    ['repository', rule.repository],
    ['any repository of', rule.owner],
    ['workflow', rule.workflow],
    ['pipeline', rule.builder],
    ['email', rule.email],
    ['environment', rule.environment],
    ['ref', rule.ref],
    ['repository-id', rule.repositoryId],
    ['owner-id', rule.ownerId],
    ['runner', rule.runner],
    ['attestation', rule.predicate],
    ['versions', rule.versions],
  ];
  const told = fields.flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]));
  return `${rule.kind} (${rule.issuer}): ${told.join(', ')}`;
}

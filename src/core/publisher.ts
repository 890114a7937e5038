// SPDX-License-Identifier: Apache-2.0
import { PUBLIC_GOOD } from './trusted-roots.ts';

/** Who published, by the issuer that certified him; `other`: an issuer that nobody has described here. */
export type PublisherKind = 'GitHub' | 'GitLab' | 'Google' | 'CircleCI' | 'other';

/**
 * A publisher as a signing certificate shows him (protocol: Fulcio, docs/oid-info.md), and never as
 * anything beside the certificate claims. What a certificate does not say is `null`.
 */
export interface Publisher {
  /** The trusted root that his certificate was verified under: another one may certify anybody. */
  readonly root: string;
  readonly kind: PublisherKind;
  /** The OpenID Connect issuer whose token the authority saw. */
  readonly issuer: string;
  /** The certificate's subject alternative name: an address of e-mail, or a workflow's URI. */
  readonly name: string;
  readonly isEmail: boolean;
  /** The source repository's whole address. */
  readonly repository: string | null;
  /** The forge's own numbers: they stay where a name is given to somebody else. */
  readonly repositoryId: string | null;
  readonly ownerId: string | null;
  /** The workflow's or pipeline's file, below its forge's folder for them. */
  readonly workflow: string | null;
  /** Build signer: of CircleCI its project and pipeline definition. */
  readonly builder: string | null;
  readonly environment: string | null;
  readonly ref: string | null;
  /** `github-hosted`, `self-hosted`, … */
  readonly runner: string | null;
}

/** What the publisher's attestation says: that he published the file, or how he built it. */
export type Predicate = 'publish' | 'slsa';

/** One attestation that holds for a file: by whom, and what of. */
export interface Attested {
  readonly publisher: Publisher;
  /** `null`: it was proved once, and of what is not remembered. */
  readonly predicate: Predicate | null;
}

/** A repository without its forge's address: `pypa/sampleproject`. */
export function repositoryWords({ kind, issuer, repository }: Publisher): string {
  const base = { GitHub: 'https://github.com/', GitLab: `${issuer}/`, CircleCI: 'https://' };
  const start = kind === 'Google' || kind === 'other' ? '' : base[kind];
  if (repository === null) return '';
  return repository.startsWith(start) ? repository.slice(start.length) : repository;
}

/** Who, in words a person reads: `GitHub pypa/sampleproject, workflow release.yml, tag v4.0.0`. */
export function publisherWords(publisher: Publisher): string {
  const { root } = publisher;
  return root === PUBLIC_GOOD ? wordsOf(publisher) : `${wordsOf(publisher)} (under ${root})`;
}

function wordsOf(publisher: Publisher): string {
  const { kind, name, issuer, workflow } = publisher;
  const circumstances = `${refWords(publisher.ref)}${environmentWords(publisher)}`;
  const forge = kind === 'GitLab' && issuer !== 'https://gitlab.com' ? `GitLab (${issuer})` : kind;
  switch (kind) {
    case 'GitHub':
      return `GitHub ${repositoryWords(publisher)}, workflow ${workflow ?? '?'}${circumstances}`;
    case 'GitLab':
      return `${forge} ${repositoryWords(publisher)}, pipeline ${workflow ?? '?'}${circumstances}`;
    case 'CircleCI':
      return `CircleCI ${repositoryWords(publisher) || name}${circumstances}`;
    case 'Google':
      return `Google ${name}`;
    case 'other':
      return `${name} (${issuer})`;
    default:
      return kind satisfies never;
  }
}

/** With the forge's numbers, where somebody compares two. */
export function exactWords(publisher: Publisher): string {
  const { repositoryId, ownerId } = publisher;
  const numbers = [
    ...(repositoryId === null ? [] : [`repository id ${repositoryId}`]),
    ...(ownerId === null ? [] : [`owner id ${ownerId}`]),
  ];
  const words = publisherWords(publisher);
  return numbers.length === 0 ? words : `${words} (${numbers.join(', ')})`;
}

/**
 * Whether two certificates show the same publisher, under one trusted root. Tag, branch, environment and runner may differ
 * from release to release. Where both show the forge's numbers, these decide, not the names: a
 * renamed repository stays itself, and one that was made anew under an old name does not become it.
 */
export function isSamePublisher(one: Publisher, other: Publisher): boolean {
  if (one.root !== other.root) return false;
  if (one.issuer !== other.issuer || one.isEmail !== other.isEmail) return false;
  if (one.isEmail) return one.name === other.name;
  if (one.workflow !== other.workflow) return false;
  if (one.kind === 'CircleCI' && one.builder !== other.builder) return false;
  if (one.repository === null || other.repository === null) {
    return one.repository === other.repository && withoutRef(one.name) === withoutRef(other.name);
  }
  const numbered = [one, other].every((each) => each.repositoryId !== null);
  if (numbered) return one.repositoryId === other.repositoryId && one.ownerId === other.ownerId;
  return one.repository === other.repository && agree(one.ownerId, other.ownerId);
}

const agree = (one: string | null, other: string | null): boolean =>
  one === null || other === null || one === other;

const withoutRef = (name: string): string => name.replace(/@[^@]*$/u, '');

function refWords(ref: string | null): string {
  if (ref === null) return '';
  if (ref.startsWith('refs/tags/')) return `, tag ${ref.slice('refs/tags/'.length)}`;
  if (ref.startsWith('refs/heads/')) return `, branch ${ref.slice('refs/heads/'.length)}`;
  return `, ref ${ref}`;
}

function environmentWords({ environment }: Publisher): string {
  return environment === null || environment === '' ? '' : `, environment ${environment}`;
}

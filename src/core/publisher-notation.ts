// SPDX-License-Identifier: Apache-2.0
import { PUBLIC_GOOD } from './trusted-roots.ts';
import { repositoryWords, type Publisher, type PublisherKind } from './publisher.ts';

const KINDS = {
  github: 'GitHub',
  gitlab: 'GitLab',
  google: 'Google',
  circleci: 'CircleCI',
  other: 'other',
} as const satisfies Record<string, PublisherKind>;

const ISSUERS: Readonly<Partial<Record<PublisherKind, string>>> = {
  GitHub: 'https://token.actions.githubusercontent.com',
  GitLab: 'https://gitlab.com',
  Google: 'https://accounts.google.com',
  CircleCI: 'https://oidc.circleci.com',
};

const FIELDS = {
  workflow: 'workflow',
  'repository-id': 'repositoryId',
  'owner-id': 'ownerId',
  builder: 'builder',
  repository: 'repository',
} as const;

/**
 * A publisher in one word for a command line, as far as publishers are told apart
 * (`isSamePublisher`): `github:pypa/sampleproject?workflow=release.yml&repository-id=1`. It holds
 * nothing that a shell would act on between single quotes.
 */
export function publisherNotation(publisher: Publisher): string {
  const { kind, name, issuer, isEmail, repository } = publisher;
  const isForge = !isEmail && repository !== null && kind !== 'CircleCI' && kind !== 'other';
  const subject = isForge ? repositoryWords(publisher) : isEmail ? name : withoutRef(name);
  const told = new URLSearchParams();
  if (publisher.root !== PUBLIC_GOOD) told.set('root', publisher.root);
  if (ISSUERS[kind] !== issuer) told.set('issuer', issuer);
  for (const [key, field] of Object.entries(FIELDS)) {
    const value = publisher[field];
    const isTold = field === 'repository' ? !isForge : field !== 'builder' || kind === 'CircleCI';
    if (value !== null && isTold) told.set(key, value);
  }
  const query = told.toString().replaceAll("'", '%27');
  const word = encodeURIComponent(subject).replaceAll("'", '%27').replaceAll('%2F', '/');
  return `${kind.toLowerCase()}:${word.replaceAll('%40', '@').replaceAll('%3A', ':')}${query === '' ? '' : `?${query}`}`;
}

/** @returns `null` for what is no publisher's notation. */
export function parsePublisherNotation(text: string): Publisher | null {
  const [, kindName = '', word = '', query = ''] =
    /^([a-z]+):([^?]+)(?:\?(.*))?$/u.exec(text) ?? [];
  const kind = Object.entries(KINDS).find(([name]) => name === kindName)?.[1];
  const subject = decoded(word);
  const told = new URLSearchParams(query);
  const isKnown = [...told.keys()].every(
    (key) => key === 'issuer' || key === 'root' || Object.hasOwn(FIELDS, key),
  );
  const isOnce = new Set(told.keys()).size === [...told.keys()].length;
  const issuer = told.get('issuer') ?? (kind === undefined ? null : (ISSUERS[kind] ?? null));
  if (kind === undefined || subject === null || issuer === null || !isKnown || !isOnce) return null;
  const isEmail = kind === 'Google' || (kind === 'other' && /^[^/\s]+@[^/\s]+$/u.test(subject));
  const isForge = kind === 'GitHub' || kind === 'GitLab';
  return {
    root: told.get('root') ?? PUBLIC_GOOD,
    kind,
    issuer,
    name: isForge ? '' : subject,
    isEmail,
    repository: isForge ? `${baseOf(kind, issuer)}${subject}` : told.get('repository'),
    repositoryId: told.get('repository-id'),
    ownerId: told.get('owner-id'),
    workflow: told.get('workflow'),
    builder: told.get('builder'),
    environment: null,
    ref: null,
    runner: null,
  };
}

function baseOf(kind: PublisherKind, issuer: string): string {
  return kind === 'GitHub' ? 'https://github.com/' : `${issuer}/`;
}

const withoutRef = (name: string): string => name.replace(/@[^@]*$/u, '');

function decoded(word: string): string | null {
  try {
    const text = decodeURIComponent(word);
    return text === '' || !text.isWellFormed() || text.includes('\0') ? null : text;
  } catch {
    return null; // a percent sign that begins nothing
  }
}

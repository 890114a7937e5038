// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from './canonical-json.ts';
import type { Publisher, PublisherKind } from './publisher.ts';

const KINDS: readonly PublisherKind[] = ['GitHub', 'GitLab', 'Google', 'CircleCI', 'other'];

const TEXTS = ['root', 'issuer', 'name'] as const;
const OPTIONAL = [
  'repository',
  'repository_id',
  'owner_id',
  'workflow',
  'builder',
  'environment',
  'ref',
  'runner',
] as const;
const MEMBERS: ReadonlySet<string> = new Set(['kind', 'email', ...TEXTS, ...OPTIONAL]);

/** How a publisher is written in JSON: in reports, in the trust store and in exported documents. */
export interface PublisherShape {
  readonly root: string;
  readonly kind: PublisherKind;
  readonly issuer: string;
  readonly name: string;
  readonly email: boolean;
  readonly repository: string | null;
  readonly repository_id: string | null;
  readonly owner_id: string | null;
  readonly workflow: string | null;
  readonly builder: string | null;
  readonly environment: string | null;
  readonly ref: string | null;
  readonly runner: string | null;
}

export function publisherShape(publisher: Publisher): PublisherShape {
  const { root, kind, issuer, name, isEmail, repository, workflow, builder } = publisher;
  return {
    root,
    kind,
    issuer,
    name,
    email: isEmail,
    repository,
    repository_id: publisher.repositoryId,
    owner_id: publisher.ownerId,
    workflow,
    builder,
    environment: publisher.environment,
    ref: publisher.ref,
    runner: publisher.runner,
  };
}

/** The one spelling of a publisher: equal publishers have equal texts. */
export function publisherText(publisher: Publisher): string {
  return canonicalJson(publisherShape(publisher));
}

/** @returns `null` for whatever is not exactly a publisher's shape. */
export function readPublisher(value: unknown): Publisher | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const members = new Map<string, unknown>(Object.entries(value));
  const kind = KINDS.find((one) => one === members.get('kind'));
  const isEmail = members.get('email');
  const isWhole =
    members.size === MEMBERS.size && [...members.keys()].every((name) => MEMBERS.has(name));
  if (kind === undefined || typeof isEmail !== 'boolean' || !isWhole) return null;
  const isText = (name: string): boolean => isKeepable(members.get(name));
  if (!TEXTS.every(isText)) return null;
  if (!OPTIONAL.every((name) => members.get(name) === null || isText(name))) return null;
  const textOf = (name: string): string => String(members.get(name));
  const orNull = (name: string): string | null =>
    members.get(name) === null ? null : textOf(name);
  return {
    root: textOf('root'),
    kind,
    isEmail,
    issuer: textOf('issuer'),
    name: textOf('name'),
    repository: orNull('repository'),
    repositoryId: orNull('repository_id'),
    ownerId: orNull('owner_id'),
    workflow: orNull('workflow'),
    builder: orNull('builder'),
    environment: orNull('environment'),
    ref: orNull('ref'),
    runner: orNull('runner'),
  };
}

function isKeepable(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

// SPDX-License-Identifier: Apache-2.0
import { isSpecifier } from '../core/version.ts';
import type { PublisherRule, PublisherRuleKind } from '../policy/index.ts';
import type { ReadDocument } from './document.ts';
import type { KeyPath } from './location.ts';
import type { PublisherTable } from './publisher-schema.ts';

type Key = keyof PublisherTable;

interface Form {
  readonly issuer: string | null;
  /** Of each group one must be there. */
  readonly required: readonly (readonly Key[])[];
  readonly optional: readonly Key[];
}

const ALWAYS: readonly Key[] = ['kind', 'issuer', 'attestation', 'versions'];
const FORGE: Pick<Form, 'required' | 'optional'> = {
  required: [['repository', 'owner'], ['workflow']],
  optional: ['environment', 'tag', 'ref', 'repository-id', 'owner-id', 'runner'],
};

/** What each kind of publisher must and may show. */
const FORMS: Readonly<Record<PublisherRuleKind, Form>> = {
  github: { issuer: 'https://token.actions.githubusercontent.com', ...FORGE },
  gitlab: { issuer: 'https://gitlab.com', ...FORGE },
  google: { issuer: 'https://accounts.google.com', required: [['email']], optional: [] },
  circleci: {
    issuer: 'https://oidc.circleci.com',
    required: [['project-id'], ['pipeline-definition-id']],
    optional: ['repository', 'tag', 'ref'],
  },
  email: { issuer: null, required: [['email'], ['issuer']], optional: [] },
};

/** Who may release, of one `[[project]]` table. @throws Refusal `WP-POLICY-INVALID` */
export function readPublisherTables(
  document: Pick<ReadDocument, 'fail'>,
  tables: readonly PublisherTable[],
  at: KeyPath,
): readonly PublisherRule[] {
  if (tables.length === 0) document.fail(at, 'at least one publisher', 'none');
  return tables.map((table, place) => readPublisher(document, table, [...at, place]));
}

function readPublisher(
  document: Pick<ReadDocument, 'fail'>,
  table: PublisherTable,
  at: KeyPath,
): PublisherRule {
  const form = FORMS[table.kind];
  requireForm(document, table, { form, at });
  const { versions = null, tag } = table;
  if (versions !== null && !(isSpecifier(versions) && versions.trim() !== '')) {
    document.fail([...at, 'versions'], 'version specifiers such as ">=1,<2"', `"${versions}"`);
  }
  return {
    kind: table.kind,
    issuer: table.issuer ?? form.issuer ?? '',
    repository: table.repository ?? null,
    owner: table.owner ?? null,
    workflow: table.workflow ?? null,
    environment: table.environment ?? null,
    ref: tag === undefined ? (table.ref ?? null) : `refs/tags/${tag}`,
    repositoryId: table['repository-id'] ?? null,
    ownerId: table['owner-id'] ?? null,
    runner: table.runner ?? null,
    builder: builderOf(table),
    email: table.email ?? null,
    predicate: table.attestation ?? null,
    versions,
  };
}

/** A key that its kind does not know would be read as a check that is made. */
function requireForm(
  document: Pick<ReadDocument, 'fail'>,
  table: PublisherTable,
  { form, at }: { readonly form: Form; readonly at: KeyPath },
): void {
  const known = new Set<string>([...ALWAYS, ...form.required.flat(), ...form.optional]);
  for (const key of Object.keys(table)) {
    if (known.has(key)) continue;
    const names = [...known].join(', ');
    document.fail([...at, key], `for kind = "${table.kind}" one of ${names}`, `"${key}"`);
  }
  for (const group of form.required) {
    const found = group.filter((key) => table[key] !== undefined);
    if (found.length === 1) continue;
    const names = group.map((key) => `"${key}"`).join(' or ');
    const [second] = found.slice(1);
    if (second !== undefined) document.fail([...at, second], `either ${names}`, 'both');
    document.fail(at, `for kind = "${table.kind}" the key ${names}`, 'none');
  }
  if (table.tag !== undefined && table.ref !== undefined) {
    document.fail([...at, 'ref'], 'either "tag" or "ref"', 'both');
  }
  for (const key of ['tag', 'ref'] as const) {
    const times = (table[key] ?? '').split('{version}').length - 1;
    if (times > 1) document.fail([...at, key], '{version} at most once', `"${table[key]}"`);
  }
}

function builderOf(table: PublisherTable): string | null {
  const { 'project-id': project, 'pipeline-definition-id': pipeline } = table;
  if (project === undefined || pipeline === undefined) return null;
  return `https://circleci.com/api/v2/projects/${project}/pipeline-definitions/${pipeline}`;
}

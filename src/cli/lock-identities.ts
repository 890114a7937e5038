// SPDX-License-Identifier: Apache-2.0
import { repositoryWords, type Publisher } from '../core/publisher.ts';
import { reason, type Reason } from '../core/errors.ts';
import type { LockedPackage } from '../core/lockfile.ts';
import type { Receipt } from '../core/verification.ts';

type Identity = Readonly<Record<string, string>>;

/**
 * Who was proved to have attested a release's files, as PEP 751 writes it: the kinds and fields of
 * PEP 740's publishers, taken from the certificates. What those kinds do not know is left out.
 */
export function identitiesIn(receipts: readonly Receipt[]): readonly Identity[] {
  const publishers = receipts.flatMap(({ decision }) =>
    decision.findings.flatMap(({ state, attested = [] }) =>
      state === 'vouched' ? attested.map(({ publisher }) => publisher) : [],
    ),
  );
  const tables = publishers.map(identityOf).filter((table) => table !== null);
  const texts = new Map(tables.map((table) => [JSON.stringify(table), table]));
  return [...texts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, table]) => table);
}

function identityOf(publisher: Publisher): Identity | null {
  const { kind, workflow, environment, name, isEmail } = publisher;
  const place = environment === null || environment === '' ? {} : { environment };
  const repository = repositoryWords(publisher);
  switch (kind) {
    case 'GitHub':
      return workflow === null ? null : { kind, repository, workflow, ...place };
    case 'GitLab':
      return workflow === null ? null : { kind, repository, workflow_filepath: workflow, ...place };
    case 'Google':
      return isEmail ? { kind, email: name } : null;
    case 'CircleCI':
    case 'other':
      return null;
    default:
      return kind satisfies never;
  }
}

/** Where a lock says who attested a release, and it is somebody else who does. */
export function strangersTo(
  packages: readonly LockedPackage[],
  receipts: readonly Receipt[],
): readonly (Reason & { readonly subject: string })[] {
  const releases = Map.groupBy(receipts, ({ artifact }) =>
    releaseKey(artifact.project, artifact.version),
  );
  return packages.flatMap(({ name, version, identities, where }) => {
    const found = identitiesIn(releases.get(releaseKey(name, version)) ?? []);
    const stranger = found.find((one) => !identities.some((locked) => isSame(locked, one)));
    if (identities.length === 0 || stranger === undefined) return [];
    const release = `${name} ${version ?? ''}`.trim();
    const was = identities.map(words).join(' or ');
    const message = `${where}: ${release}: locked as attested by ${was}; it is by ${words(stranger)}`;
    return [{ ...reason('WP-PUBLISHER-CHANGED', message), subject: release }];
  });
}

const releaseKey = (project: string, version: string | null): string =>
  `${project} ${version ?? ''}`;

/** A lock may say less than a certificate: what it says must hold. */
function isSame(locked: Identity, found: Identity): boolean {
  return Object.entries(locked).every(
    ([key, value]) => found[key] === value || (value === '' && found[key] === undefined),
  );
}

const words = (identity: Identity): string =>
  Object.entries(identity)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');

// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { Refusal } from '../core/errors.ts';
import { NO_RELEASE, type EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { Located, TufClient } from '../tuf/index.ts';
import type { SignedIndex } from './signed-index.ts';
import type { SignedIndexes } from './signed-indexes.ts';

const repository = { kind: 'tuf', class: 'repository', identity: null } as const;
const developer = { kind: 'developer', class: 'publisher', identity: null } as const;

const UNSIGNED: Finding = {
  ...repository,
  state: 'absent',
  detail: 'no policy pins a TUF root of its index',
  code: null,
};
const NO_DEVELOPERS: Finding = { ...UNSIGNED, ...developer };

type Signed = Located & { readonly client: TufClient };
type Indexes = Pick<SignedIndexes<unknown>, 'of'>;

function pathOf({ project, filename }: Artifact): string {
  return `packages/${project}/${filename}`;
}

/**
 * The index under its pinned root (PEP 458): targets `packages/PROJECT/FILENAME` with length and
 * hash. A file that such an index offers and does not name has failed.
 */
export function tufEvidence(indexes: Indexes): EvidenceKind {
  return {
    kind: repository.kind,
    class: repository.class,
    foresee: (artifact) => (indexes.of(artifact) === null ? UNSIGNED : null),
    foreseeable: () => NO_RELEASE,
    begin(artifact, credentials) {
      const index = indexes.of(artifact);
      index?.useCredentials(credentials, artifact.url);
      index?.locate(pathOf(artifact)).catch(() => undefined); // told when the bytes are there
    },
    async examine(artifact, bytes) {
      const index = indexes.of(artifact);
      if (index === null) return UNSIGNED;
      return await findingOf(repository, async () =>
        vouchedBy(index, await find(index, artifact), bytes),
      );
    },
  };
}

/**
 * The developers' own keys (PEP 480): targets that the holders of the root leave to whoever has
 * claimed the project. A claim that only the server's own key bears out is told, and counts for
 * nothing until the holders have signed it.
 */
export function developerEvidence(indexes: Indexes): EvidenceKind {
  return {
    kind: developer.kind,
    class: developer.class,
    foresee: (artifact) => (indexes.of(artifact) === null ? NO_DEVELOPERS : null),
    foreseeable: () => NO_RELEASE,
    async examine(artifact, bytes) {
      const index = indexes.of(artifact);
      if (index === null) return NO_DEVELOPERS;
      const finding = await findingOf(developer, async () => {
        const signed = await find(index, artifact);
        requireSame(index.url, signed, bytes);
        return claimOf(artifact, signed);
      });
      // That the file is another one than was signed is for `tuf` to say, once.
      return finding.state === 'failed' ? { ...finding, state: 'absent', code: null } : finding;
    },
  };
}

async function find(index: SignedIndex<unknown>, artifact: Artifact): Promise<Signed> {
  const path = pathOf(artifact);
  const signed = await index.locate(path);
  if (signed !== null) return signed;
  throw new Refusal('WP-TUF-NOT-FOUND', {
    message: `${index.url}: nobody who may speak for ${path} names it`,
  });
}

function vouchedBy(index: SignedIndex<unknown>, signed: Signed, bytes: HeldBytes): Finding {
  requireSame(index.url, signed, bytes);
  const { roles, client } = signed;
  const way = roles.map(({ name }) => name).join(', ');
  const detail = `sha256 ${bytes.digests.sha256} is named by ${way}, under root version ${client.rootVersion}`;
  return { ...repository, state: 'vouched', identity: index.url, detail, code: null };
}

/** @throws Refusal `WP-TUF-MISMATCH` */
function requireSame(url: string, { target }: Signed, { size, digests }: HeldBytes): void {
  const wrong = (what: string): Refusal =>
    new Refusal('WP-TUF-MISMATCH', { message: `${url}: ${target.path}: ${what}` });
  if (size !== target.length) throw wrong(`${size} bytes, expected ${target.length}`);
  const expected = target.hashes['sha256'];
  if (expected === undefined) throw wrong('expected a sha256 in the metadata, found none');
  if (digests.sha256 !== expected)
    throw wrong(`expected sha256 ${expected}, found ${digests.sha256}`);
}

/** How a claim is made: by which role, and the developers' role below it (PEP 480). */
function claimOf({ project }: Artifact, { roles, client }: Signed): Finding {
  const [, first, ...below] = roles;
  const own = roles.at(-1);
  const isGrouped = first?.name === 'claimed' || first?.name === 'recently-claimed';
  const isClaim = isGrouped ? below.length > 0 : first?.name.startsWith('claimed-') === true;
  if (own === undefined || !isClaim)
    return { ...developer, state: 'absent', detail: `nobody has claimed ${project}`, code: null };
  const online = client.onlineKeyids;
  const isOnline = roles.some(({ keyids }) => [...keyids].some((one) => online.has(one)));
  const keys = [...own.keyids].map((keyid) => `key ${keyid.slice(0, 16)}`).join(', ');
  const identity = own.keyids.size === 1 ? keys : `${own.threshold} of ${keys}`;
  const claimed = { ...developer, state: 'vouched', identity, code: null } as const;
  if (isOnline || first?.name === 'recently-claimed') {
    const detail = 'claimed lately, under the key of the server alone';
    return { ...claimed, detail, unconfirmed: true };
  }
  const detail = `named by ${own.name}, to which the holders of the root have left ${project}`;
  return { ...claimed, authorities: [...own.keyids].slice(0, own.threshold), detail };
}

type Base = typeof repository | typeof developer;

/** What cannot be had leaves the question open; everything else contradicts. */
async function findingOf(base: Base, work: () => Promise<Finding>): Promise<Finding> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    const { code, message } = thrown;
    const isOpen = ['E-UPSTREAM', 'E-SOURCE', 'E-AUTH'].includes(thrown.class);
    return { ...base, state: isOpen ? 'unreachable' : 'failed', detail: message, code };
  }
}

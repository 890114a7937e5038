// SPDX-License-Identifier: Apache-2.0
import { asRefusal, Refusal } from '../core/errors.ts';
import { TufClient, type MetadataStore } from './client.ts';
import { binName } from './delegations.ts';
import { BINS } from './documents.ts';
import { Fields } from './fields.ts';
import { verifyTarget } from './hashes.ts';
import { openEnvelope, readTargets } from './metadata.ts';
import { hashedPath } from './target-path.ts';

/** More bins than any client can hold a snapshot of. */
const MAX_WALKED_BITS = 16;

/** Everything that a repository serves. */
export interface Served {
  metadata(name: string): Promise<Uint8Array | null>;
  /** By the path with the hash in it. */
  target(path: string): Promise<Uint8Array | null>;
}

export interface Checked {
  readonly bins: number;
  readonly targets: number;
  readonly problems: readonly Refusal[];
}

/**
 * Looks at all that is served as a client would that asked for everything: the chain of roots from
 * the first (or `trustedRoot`), timestamp, snapshot, each bin, each target's bytes. It shares
 * nothing with the writer, and goes on after a problem where something more can be looked at.
 */
export async function checkRepository(
  served: Served,
  trustedRoot: Uint8Array | null,
  now: number,
): Promise<Checked> {
  const store = memoryStore();
  const root = trustedRoot ?? (await served.metadata('1.root.json'));
  if (root !== null) await store.save('root', root);
  const problems: Refusal[] = [];
  const found = { bins: 0, targets: 0, problems };
  const source = { fetch: async (name: string) => await served.metadata(name) };
  let client: TufClient;
  let binsByName: ReadonlyMap<string, string>;
  try {
    client = await TufClient.open({ source, store, now });
    await client.refresh();
    await client.findTarget('the bins'); // any path: so that the role "bins" is had
    binsByName = pathsIntoBins(store);
  } catch (error) {
    problems.push(asRefusal(error, 'the repository'));
    return found;
  }
  for (const [name, path] of new Map([...binsByName, ...pathsIntoClaims(store)])) {
    try {
      // Nobody has to name the path: asking for it makes the client verify the bin.
      await client.findTarget(path);
      if (binsByName.has(name)) found.bins++;
    } catch (error) {
      problems.push(asRefusal(error, name));
      continue;
    }
    const bytes = await store.load(name);
    if (bytes === null) continue;
    const bin = readTargets(openEnvelope(bytes, name));
    for (const [target] of bin.entries()) {
      found.targets++;
      await checkTarget(served, client, target).catch((error: unknown) =>
        problems.push(asRefusal(error, target)),
      );
    }
  }
  return found;
}

async function checkTarget(served: Served, client: TufClient, path: string): Promise<void> {
  const target = await client.findTarget(path);
  if (target === null)
    throw new Refusal('WP-TUF-NOT-FOUND', { message: `${path} lies in a bin where nobody looks` });
  const where = hashedPath(path, target.hashes['sha256'] ?? '');
  const bytes = await served.target(where);
  if (bytes === null)
    throw new Refusal('WP-TUF-UNREACHABLE', { message: `${where} is signed and not there` });
  verifyTarget(bytes, target);
}

/** A path for each bin that is delegated to: the client is asked for paths, not for bins. */
function pathsIntoBins(store: ReturnType<typeof memoryStore>): ReadonlyMap<string, string> {
  const meta = fieldsOf(store.peek('snapshot'), 'snapshot').object('meta');
  const document = fieldsOf(store.peek(BINS), BINS);
  const succinct = document.object('delegations').object('succinct_roles');
  const bits = succinct.integer('bit_length', 1, MAX_WALKED_BITS);
  const prefix = succinct.text('name_prefix');
  const paths = new Map<string, string>();
  for (let number = 0; paths.size < 2 ** bits; number++) {
    const name = binName(prefix, bits, `${number}`);
    if (!meta.has(`${name}.json`))
      throw new Refusal('WP-TUF-ROLLBACK', { message: `the snapshot does not name ${name}` });
    if (!paths.has(name)) paths.set(name, `${number}`);
  }
  return paths;
}

/** The same for projects that their developers have claimed. */
function pathsIntoClaims(store: ReturnType<typeof memoryStore>): ReadonlyMap<string, string> {
  const meta = fieldsOf(store.peek('snapshot'), 'snapshot').object('meta');
  const paths = new Map<string, string>();
  for (const [name] of meta.entries()) {
    const [, project] = /^claimed-(.+)\.json$/u.exec(name) ?? [];
    if (project !== undefined) paths.set(`claimed-${project}`, `packages/${project}/x`);
  }
  return paths;
}

function fieldsOf(bytes: Uint8Array | null, what: string): Fields {
  if (bytes === null) throw new Refusal('WP-TUF-UNREACHABLE', { message: `there is no ${what}` });
  return new Fields(openEnvelope(bytes, what).signed, what);
}

function memoryStore(): MetadataStore & { peek(role: string): Uint8Array | null } {
  const kept = new Map<string, Uint8Array>();
  return {
    peek: (role) => kept.get(role) ?? null,
    load: (role) => Promise.resolve(kept.get(role) ?? null),
    save: (role, bytes) => Promise.resolve(void kept.set(role, bytes)),
    remove: (role) => Promise.resolve(void kept.delete(role)),
  };
}

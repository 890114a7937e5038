// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { FoundPolicyFile, PolicyFiles } from '../core/policy-files.ts';

/** A file whose policy counts, still unread. */
export interface PolicySource {
  readonly path: string;
  readonly file: FoundPolicyFile;
  /** In `pyproject.toml` the policy is the table `[tool.wheelproof]`; elsewhere it is the whole file. */
  readonly table: 'whole' | 'tool.wheelproof';
}

const OWN_FILE = 'wheelproof.toml';
const SHARED_FILE = 'pyproject.toml';

export interface Places {
  readonly directory: string;
  readonly configDirectory: string;
  readonly explicitFile: string | null;
}

/** The files whose policies are laid over each other: the user's own first, then the project's. */
export async function findSources(
  places: Places,
  files: PolicyFiles,
): Promise<readonly PolicySource[]> {
  const own = await readOwn(path.join(places.configDirectory, OWN_FILE), files);
  const project =
    places.explicitFile === null
      ? await searchUpward(path.resolve(places.directory), files)
      : await readExplicit(path.resolve(places.directory, places.explicitFile), files);
  return [own, project.path === own?.path ? null : project.source].filter((one) => one !== null);
}

interface Found {
  readonly path: string | null;
  readonly source: PolicySource | null;
}

async function searchUpward(directory: string, files: PolicyFiles): Promise<Found> {
  for (let at = directory; ; at = path.dirname(at)) {
    const own = await readOwn(path.join(at, OWN_FILE), files);
    const shared = await readShared(path.join(at, SHARED_FILE), files);
    if (own !== null && shared !== null) {
      throw new Refusal('WP-POLICY-INVALID', {
        message: `${at}: expected one policy, found ${OWN_FILE} and [tool.wheelproof] in ${SHARED_FILE}`,
        hint: 'Keep one of the two.',
      });
    }
    const source = own ?? shared;
    if (source !== null) return { path: source.path, source };
    if (path.dirname(at) === at) return { path: null, source: null };
  }
}

async function readExplicit(file: string, files: PolicyFiles): Promise<Found> {
  const source =
    path.basename(file) === SHARED_FILE
      ? await readShared(file, files)
      : await readOwn(file, files);
  if (source !== null) return { path: file, source };
  throw new Refusal('WP-POLICY-INVALID', {
    message: `${file}: expected a policy there, found none`,
    hint: 'Check the path given.',
  });
}

async function readOwn(file: string, files: PolicyFiles): Promise<PolicySource | null> {
  const found = await files.read(file);
  return found === null ? null : { path: file, file: found, table: 'whole' };
}

/** A `pyproject.toml` counts only if it says something to us; one that never names us is not parsed. */
async function readShared(file: string, files: PolicyFiles): Promise<PolicySource | null> {
  const found = await files.read(file);
  if (found === null || !Buffer.from(found.bytes).includes('wheelproof')) return null;
  const { hasOwnTable } = await import('./document.ts');
  return hasOwnTable(file, found.bytes)
    ? { path: file, file: found, table: 'tool.wheelproof' }
    : null;
}

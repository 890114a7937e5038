// SPDX-License-Identifier: Apache-2.0
import { openGitServer, type GitRepository, type GitServer } from '../world/git-server.ts';
import type { Stage } from './stage.ts';

export const FORGE = 'git.test';

/** A project `good` whose build needs nothing; every run of it leaves its word. */
export function sourceOf(word: string): Readonly<Record<string, string>> {
  return {
    'pyproject.toml': `[build-system]
requires = []
build-backend = "own"
backend-path = ["."]
`,
    'own.py': `import os, zipfile
WORD = ${JSON.stringify(word)}
with open(os.environ.get('TEST_CANARY', os.devnull), 'a') as canary:
    canary.write(WORD)
def build_wheel(directory, settings=None, metadata=None):
    name = 'good-1.0-py3-none-any.whl'
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as out:
        out.writestr('good/__init__.py', 'WORD = "%s"\\n' % WORD)
        out.writestr('good-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: good\\nVersion: 1.0\\n')
        out.writestr('good-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        out.writestr('good-1.0.dist-info/RECORD', 'good/__init__.py,,\\ngood-1.0.dist-info/METADATA,,\\ngood-1.0.dist-info/WHEEL,,\\ngood-1.0.dist-info/RECORD,,\\n')
    return name
`,
  };
}

export interface Forge {
  readonly server: GitServer;
  readonly good: GitRepository;
  /** The commit of the good code. */
  readonly first: string;
}

const FORGES = new WeakMap<Stage, Forge>();

/** A forge with the good code of `good`, under the tag v1.0 and on the branch main. */
export async function openForge(stage: Stage, host = FORGE): Promise<Forge> {
  const { world, environment } = stage;
  // For the installers alone: git itself believes no authority of the world's.
  environment.setVariables({ GIT_SSL_CAINFO: world.authority.caFile });
  const server = await openGitServer(world.host(host), environment.root);
  const good = await server.create('good', sourceOf('GOOD'));
  const first = await good.git('rev-parse', 'HEAD');
  await good.git('tag', 'v1.0');
  await good.git('push', '--quiet', 'origin', 'v1.0');
  const forge = { server, good, first };
  FORGES.set(stage, forge);
  return forge;
}

/** @throws where {@link openForge} was not called */
export function forgeOf(stage: Stage): Forge {
  const forge = FORGES.get(stage);
  if (forge === undefined) throw new Error('no forge was opened');
  return forge;
}

/** `git+https://git.test:PORT/good.git`, as a requirement names it. */
export function repositoryAt(stage: Stage, revision = '', host = FORGE): string {
  const at = revision === '' ? '' : `@${revision}`;
  return `git+${stage.world.origin(host)}/good.git${at}`;
}

/** The evil code, as one more commit. @returns its id */
export async function commitEvil(stage: Stage): Promise<string> {
  return await forgeOf(stage).good.commit(sourceOf('EVIL'));
}

/** Makes the tag name the last commit. */
export async function moveTag(stage: Stage, ...how: readonly string[]): Promise<void> {
  const { good } = forgeOf(stage);
  await good.git('tag', '--force', ...how, 'v1.0');
  await good.git('push', '--quiet', '--force', 'origin', 'refs/tags/v1.0');
}

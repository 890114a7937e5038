// SPDX-License-Identifier: Apache-2.0
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runProgram } from '../world/programs.ts';
import { pathsBelow } from '../world/tree-hash.ts';
import { makeSdist, makeWheel, type BuiltFile, type Word } from '../world/wheel.ts';
import { EVIL, GOOD, type Stage } from '../attacks/stage.ts';
import { PUBLIC, publicIndex, uploadTo } from '../attacks/two-indexes.ts';

/** One way in which files come to an installer. */
export type CaseName =
  'install' | 'lock' | 'url' | 'vcs' | 'build' | 'index' | 'recorded' | 'cache';

export const CASES: Readonly<Record<CaseName, string>> = {
  install: 'plain install',
  lock: 'add, lock, sync',
  url: 'direct URL',
  vcs: 'VCS',
  build: 'build dependency',
  index: 'extra index in its own configuration',
  recorded: 'lock with recorded file URLs',
  cache: 'poisoned cache',
};

/** What is asked for, whichever tool asks. */
export interface Wanted {
  readonly requirement: string;
  /** The index that is configured as the only or first one. */
  readonly index: string;
  /** One more, in the tool's own configuration. */
  readonly extra: string | null;
}

/** Makes the world good or bad for a case. @returns what is to be asked for */
export async function mountCase(stage: Stage, name: CaseName, word: Word): Promise<Wanted> {
  const { world } = stage;
  const wanted = { requirement: 'good', index: world.index, extra: null };
  stage.honest();
  switch (name) {
    case 'install':
    case 'lock':
    case 'recorded':
      if (word === 'EVIL') tamper(stage, GOOD, EVIL);
      return wanted;
    case 'url':
      if (word === 'EVIL') tamper(stage, GOOD, OTHER);
      return { ...wanted, requirement: `good @ ${stage.packages}${GOOD.filename}` };
    case 'vcs':
      offerHelper(stage, word);
      return { ...wanted, requirement: `good @ ${await hostGood(stage)}` };
    case 'build':
      stage.listOnly(NEEDING, { sidecar: false });
      offerHelper(stage, word);
      return wanted;
    case 'index':
      world.project('good').files = [];
      uploadTo(stage, PUBLIC, GOOD);
      if (word === 'EVIL') world.host(PUBLIC).files.set(`/packages/${GOOD.filename}`, EVIL.bytes);
      return { ...wanted, extra: publicIndex(stage) };
    case 'cache':
      return wanted;
  }
  throw new Error(name satisfies never);
}

/** Other bytes under the name and hash of a file. */
function tamper({ world }: Stage, { filename }: BuiltFile, { bytes }: BuiltFile): void {
  world.host('files.test').files.set(`/packages/${filename}`, bytes);
}

/** A file of another project under that name. */
const OTHER = makeWheel({
  name: 'good',
  version: '1.0',
  word: 'EVIL',
  metadata: { name: 'other' },
});

const PROJECT =
  '[build-system]\nrequires = ["helper"]\nbuild-backend = "backend"\nbackend-path = ["."]\n';
const NEEDING = makeSdist({ name: 'good', version: '1.0', files: { 'pyproject.toml': PROJECT } });
const HELPER = makeWheel({ name: 'helper', version: '2.0' });
const EVIL_HELPER = makeWheel({ name: 'helper', version: '2.0', word: 'EVIL' });

function offerHelper(stage: Stage, word: Word): void {
  stage.world.project('helper').files = [];
  stage.world.publish(HELPER);
  if (word === 'EVIL') tamper(stage, HELPER, EVIL_HELPER);
}

const BACKEND = `import base64, os
METADATA = "Metadata-Version: 2.1\\nName: good\\nVersion: 1.0\\n"
def get_requires_for_build_wheel(settings=None): return []
def prepare_metadata_for_build_wheel(directory, settings=None):
    folder = os.path.join(directory, 'good-1.0.dist-info')
    os.mkdir(folder)
    open(os.path.join(folder, 'METADATA'), 'w').write(METADATA)
    return 'good-1.0.dist-info'
def build_wheel(directory, settings=None, metadata=None):
    with open(os.path.join(directory, '${GOOD.filename}'), 'wb') as out:
        out.write(base64.b64decode('${GOOD.bytes.toString('base64')}'))
    return '${GOOD.filename}'
`;

/** `good` as a repository, served as plain files. @returns its address, with the commit */
async function hostGood({ world, environment }: Stage): Promise<string> {
  const source = join(environment.root, 'repository');
  const bare = join(environment.root, 'repository.git');
  const git = async (...words: readonly string[]): Promise<string> => {
    const { PATH = '' } = environment.variables;
    const start = { environment: { PATH, HOME: environment.root }, directory: environment.root };
    const ended = await runProgram(['git', ...words], start);
    if (ended.exit !== 0) throw new Error(`git ${words.join(' ')}: ${ended.stderr}`);
    return ended.stdout.trim();
  };
  if ((await stat(source).catch(() => null)) === null) {
    await mkdir(source);
    const me = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com'];
    const named = `[project]\nname = "good"\nversion = "1.0"\n${PROJECT}`;
    await writeFile(join(source, 'pyproject.toml'), named);
    await writeFile(join(source, 'backend.py'), BACKEND);
    await git('init', '--quiet', '--initial-branch=main', source);
    await git('-C', source, 'add', '.');
    await git('-C', source, ...me, 'commit', '--quiet', '-m', 'first');
    await git('clone', '--quiet', '--bare', source, bare);
    await git('-C', bare, 'update-server-info');
  }
  for (const path of await pathsBelow(bare)) {
    if (!(await stat(path)).isFile()) continue;
    world.host('git.test').files.set(`/good.git/${relative(bare, path)}`, await readFile(path));
  }
  const commit = await git('-C', source, 'rev-parse', 'HEAD');
  return `git+${world.origin('git.test')}/good.git@${commit}`;
}

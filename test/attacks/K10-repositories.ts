// SPDX-License-Identifier: Apache-2.0
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  BOTH_INSTALL,
  refused,
  type Attack,
  type Form,
  type Scene,
  type Witness,
} from './attack.ts';
import { runGuarded, type Knock } from './door.ts';
import {
  commitEvil,
  FORGE,
  forgeOf,
  moveTag,
  openForge,
  repositoryAt,
  sourceOf,
} from './repository.ts';
import type { Stage } from './stage.ts';

const tagged = (stage: Stage): readonly string[] => [`good @ ${repositoryAt(stage, 'v1.0')}`];

const AN_INSTALL_OF_THE_TAG: NonNullable<Scene['after']> = {
  ask: tagged,
  set: (stage) => openForge(stage),
};

/** The tag is what it was. */
async function restoreTag(stage: Stage): Promise<void> {
  const { good, first } = forgeOf(stage);
  await good.git('tag', '--force', 'v1.0', first);
  await good.git('push', '--quiet', '--force', 'origin', 'refs/tags/v1.0');
}

function movedTag(name: string, ...how: readonly string[]): Form {
  return {
    name,
    after: AN_INSTALL_OF_THE_TAG,
    mount: async (stage) => {
      await commitEvil(stage);
      await moveTag(stage, ...how);
    },
    ask: tagged,
    expect: refused('E-FRESH', 'WP-TAG-MOVED', {
      says: (stage) => [forgeOf(stage).first, 'v1.0', 'trust forget'],
    }),
    plain: BOTH_INSTALL,
    defence: 'repositories',
    stop: restoreTag,
  };
}

/** What is stated of the one commit that was taken, with these words on standard error. */
function took(
  verdict: string,
  over: Readonly<Record<string, unknown>> = {},
  words: readonly string[] = [],
): Witness {
  return (stage, { report, stderr }) => {
    const [receipt, ...others] = report?.commits ?? [];
    if (receipt === undefined || others.length > 0)
      return [`${others.length + (receipt ? 1 : 0)} commits in the report`];
    const { first } = forgeOf(stage);
    const wanted = { project: 'good', version: '1.0', commit: first, verdict, ...over };
    const wrong = Object.entries(wanted).filter(
      ([name, value]) => Object.entries(receipt).find(([key]) => key === name)?.[1] !== value,
    );
    const faults = wrong.map(([name]) => `${name} is not as it was: ${JSON.stringify(receipt)}`);
    const untold = [first, ...words].filter((word) => !stderr.includes(word));
    return [...faults, ...untold.map((word) => `${word} is not told`)];
  };
}

export const K10: Attack = {
  id: 'K10',
  title: 'requirements that name a repository',
  forms: [
    movedTag('a tag moved to another commit'),
    {
      ...movedTag('an annotated tag put in its place', '--annotate', '--message', 'again'),
      installers: ['pip', 'uv'],
    },
    {
      name: 'a branch of the same name as the tag',
      installers: ['pip'],
      after: AN_INSTALL_OF_THE_TAG,
      mount: async (stage) => {
        await commitEvil(stage);
        await forgeOf(stage).good.git('push', '--quiet', 'origin', 'HEAD:refs/heads/v1.0');
      },
      ask: tagged,
      expect: refused('E-FRESH', 'WP-TAG-MOVED', { says: () => ['the branch v1.0'] }),
      plain: { pip: 'installs', uv: 'installs' },
      defence: 'repositories',
      stop: async (stage) => {
        await forgeOf(stage).good.git('push', '--quiet', 'origin', ':refs/heads/v1.0');
      },
    },
    {
      name: 'a branch that bears the name of the pinned commit',
      installers: ['pip', 'pipenv'],
      mount: async (stage) => {
        const { good, first } = await openForge(stage);
        await commitEvil(stage);
        await good.git('push', '--quiet', 'origin', `HEAD:refs/heads/${first}`);
      },
      ask: (stage) => [`good @ ${repositoryAt(stage, forgeOf(stage).first)}`],
      expect: refused('E-BYTES', 'WP-COMMIT-MISMATCH', {
        says: (stage) => [forgeOf(stage).first],
      }),
      plain: { pip: 'installs', uv: 'installs' },
      defence: 'repositories',
      stop: async (stage) => {
        const { good, first } = forgeOf(stage);
        await good.git('push', '--quiet', 'origin', `:refs/heads/${first}`);
      },
    },
    {
      name: 'a branch, where the policy wants commits or tags',
      mount: (stage) => openForge(stage),
      ask: (stage) => [`good @ ${repositoryAt(stage, 'main')}`],
      policy: 'git-branches = "refuse"\n',
      expect: refused('E-MISSING', 'WP-COMMIT-UNPINNED', { says: () => ['the branch main'] }),
      plain: BOTH_INSTALL,
      defence: 'repositories',
      lasting: true,
    },
    {
      name: 'another repository by insteadOf of git’s configuration',
      installers: ['pip', 'uv'],
      after: AN_INSTALL_OF_THE_TAG,
      mount: async (stage) => {
        await openForge(stage, 'evil.test');
        await writeGitConfig(stage, `${stage.world.origin('evil.test')}/`);
        await commitEvil(stage);
        await moveTag(stage);
      },
      ask: tagged,
      expect: refused('E-FRESH', 'WP-TAG-MOVED', { says: () => ['evil.test'] }),
      plain: BOTH_INSTALL,
      defence: 'repositories',
      stop: ({ environment }) => rm(join(environment.home, '.gitconfig')),
    },
    {
      name: 'a folder of this machine by insteadOf',
      installers: ['pip', 'uv'],
      mount: async (stage) => {
        const { good } = await openForge(stage);
        await commitEvil(stage);
        await moveTag(stage);
        const folder = dirname(await good.git('remote', 'get-url', 'origin'));
        await writeGitConfig(stage, `${folder}/`);
      },
      ask: tagged,
      expect: refused('E-BYPASS', 'WP-BYPASS-CONFIG', { says: () => ['insteadOf'] }),
      plain: null,
      defence: 'configuration',
      lasting: true,
    },
  ],
  twins: [
    {
      name: 'a tag, for the first time',
      mount: (stage) => openForge(stage),
      ask: tagged,
      witness: took('first-seen', { ref: 'refs/tags/v1.0', moves: false, seen: true }),
    },
    {
      name: 'the same tag once more, while others came',
      after: AN_INSTALL_OF_THE_TAG,
      mount: async (stage) => {
        const { good } = forgeOf(stage);
        await commitEvil(stage);
        await good.git('tag', 'v2.0');
        await good.git('push', '--quiet', 'origin', 'v2.0');
      },
      ask: tagged,
      witness: took('remembered', { ref: 'refs/tags/v1.0' }),
    },
    {
      name: 'the tag signed anew over the same commit',
      installers: ['pip', 'uv'],
      after: AN_INSTALL_OF_THE_TAG,
      mount: (stage) => moveTag(stage, '--annotate', '--message', 'signed anew'),
      ask: tagged,
      witness: took('remembered'),
    },
    {
      name: 'a pinned commit',
      mount: async (stage) => {
        await openForge(stage);
        await commitEvil(stage);
      },
      ask: (stage) => [`good @ ${repositoryAt(stage, forgeOf(stage).first)}`],
      witness: took('vouched', { moves: false }),
    },
    {
      name: 'a branch, told that nobody vouches for it',
      mount: (stage) => openForge(stage),
      ask: (stage) => [`good @ ${repositoryAt(stage, 'main')}`],
      witness: took('first-seen', { ref: 'refs/heads/main', moves: true }, ['nobody vouches']),
    },
    {
      name: 'a branch that moved',
      installers: ['pip', 'uv'],
      after: {
        ask: (stage) => [`good @ ${repositoryAt(stage, 'main')}`],
        set: (s) => openForge(s),
      },
      mount: async (stage) => {
        await forgeOf(stage).good.commit({ 'README.md': 'more\n' });
      },
      ask: (stage) => [`good @ ${repositoryAt(stage, 'main')}`],
    },
    {
      name: 'a mirror by insteadOf with the same commits',
      installers: ['pip', 'uv'],
      after: AN_INSTALL_OF_THE_TAG,
      mount: async (stage) => {
        stage.world.host('mirror.test').through((request, response) => {
          stage.world.host(FORGE).answer(request, response, 'https');
        });
        await writeGitConfig(stage, `${stage.world.origin('mirror.test')}/`);
      },
      ask: tagged,
      witness: took('remembered', {}, ['mirror.test']),
    },
    {
      name: 'a submodule on another host',
      installers: ['pip', 'uv'],
      mount: async (stage) => {
        const { server } = await openForge(stage);
        const part = await server.create('part', { 'part.txt': 'part\n' });
        stage.world.host('parts.test').through((request, response) => {
          stage.world.host(FORGE).answer(request, response, 'https');
        });
        const address = `${stage.world.origin('parts.test')}${part.path}`;
        await addSubmodule(stage, address, await part.git('rev-parse', 'HEAD'));
      },
      ask: (stage) => [`good @ ${repositoryAt(stage, 'main')}`],
      witness: ({ world }) =>
        world.host('parts.test').seen.length > 0 ? [] : ['the submodule was not asked for'],
    },
    {
      name: 'a moved tag, once it was forgotten',
      installers: ['pip', 'uv'],
      after: AN_INSTALL_OF_THE_TAG,
      mount: async (stage) => {
        await forgeOf(stage).good.commit({ 'README.md': 'a new key in the signature\n' });
        await moveTag(stage);
      },
      ask: tagged,
      run: async (stage, knock) => {
        const word = repositoryAt(stage, 'v1.0');
        const words = ['trust', 'forget', word, '--reason', 'the project told why'];
        const forgotten = await runGuarded({ ...knock, bare: true, words });
        return forgotten.exit === 0 ? await runGuarded(knock) : forgotten;
      },
    },
    {
      name: 'a branch that moved, where the tool’s own lock holds it',
      installers: ['poetry', 'pdm'],
      mount: (stage) => openForge(stage),
      ask: (stage) => [`good @ ${repositoryAt(stage, 'main')}`],
      run: installTwice,
      witness: took('vouched', { moves: false }, ['.lock']),
    },
    {
      name: 'a branch that moved, where uv.lock holds it',
      installers: ['uv'],
      mount: async (stage) => {
        await openForge(stage);
        const dependency = JSON.stringify(`good @ ${repositoryAt(stage, 'main')}`);
        const project = `name = "app"\nversion = "1"\nrequires-python = ">=3.9"`;
        await stage.write(
          'pyproject.toml',
          `[project]\n${project}\ndependencies = [${dependency}]\n`,
        );
      },
      words: ({ world }) => ['uv', 'sync', '--active', '--default-index', world.index],
      run: installTwice,
      witness: took('vouched', { moves: false }, ['uv.lock']),
    },
  ],
};

/** One more commit on the branch between two runs of the same command, the second in a new environment. */
async function installTwice(stage: Stage, knock: Knock): ReturnType<typeof runGuarded> {
  const first = await runGuarded(knock);
  if (first.exit !== 0) return first;
  await commitEvil(stage);
  await stage.environment.renewTarget();
  return await runGuarded(knock);
}

/** `part`, without which the code does not build. */
async function addSubmodule(stage: Stage, address: string, commit: string): Promise<void> {
  const { good } = forgeOf(stage);
  const source = sourceOf('GOOD');
  await good.git('update-index', '--add', '--cacheinfo', `160000,${commit},part`);
  await good.git('commit', '--quiet', '--message', 'part');
  await mkdir(join(await good.git('rev-parse', '--show-toplevel'), 'part'));
  await good.commit({
    ...source,
    'own.py': `open('part/part.txt').close()\n${source['own.py'] ?? ''}`,
    '.gitmodules': `[submodule "part"]\n\tpath = part\n\turl = ${address}\n`,
  });
}

async function writeGitConfig(stage: Stage, base: string): Promise<void> {
  const from = `${stage.world.origin(FORGE)}/`;
  const text = `[url "${base}"]\n\tinsteadOf = ${from}\n`;
  await writeFile(join(stage.environment.home, '.gitconfig'), text);
}

// SPDX-License-Identifier: Apache-2.0
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALLERS, type InstallerName } from '../world/installer-versions.ts';
import { makeWheel, type BuiltFile } from '../world/wheel.ts';
import { INDEX, FILES } from '../world/world.ts';
import {
  AN_HONEST_INSTALL,
  BOTH_INSTALL,
  refused,
  type Attack,
  type Form,
  type Witness,
} from './attack.ts';
import { runGuarded, type Knock } from './door.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

const HOUSE = 'wheelhouse';
const NEWER_EVIL = makeWheel({ name: 'good', version: '1.1', word: 'EVIL' });
const ANOTHER = makeWheel({ name: 'another', version: '1.0', word: 'EVIL' });

/** These files and no others, and nobody outside answers. */
async function fill({ environment, world }: Stage, ...files: readonly BuiltFile[]): Promise<void> {
  const house = join(environment.directory, HOUSE);
  await rm(house, { recursive: true, force: true });
  await mkdir(house);
  for (const { filename, bytes } of files) await writeFile(join(house, filename), bytes);
  for (const name of [INDEX, FILES]) {
    const host = world.host(name);
    host.seen.length = 0;
    host.through((_request, response) => {
      response.writeHead(503);
      response.end();
    });
  }
}

const install =
  (...links: readonly string[]) =>
  ({ environment }: Stage): readonly string[] => [
    ...(environment.installer === 'pip' ? ['pip'] : ['uv', 'pip']),
    'install',
    '--no-index',
    ...(links.length > 0 ? links : ['--find-links', `./${HOUSE}`]),
    'good',
  ];

const asksNobody: Witness = ({ world }) =>
  [INDEX, FILES].flatMap((name) =>
    world.host(name).seen.length === 0 ? [] : [`${name} was asked although there is no network`],
  );

const covered: Witness = async (stage, guarded) => {
  const found = guarded.report?.installed.find(({ name }) => name === 'good');
  const [file] = guarded.report?.files ?? [];
  const isRight = found?.receipt === GOOD.sha256 && file?.sha256 === GOOD.sha256;
  return [
    ...(isRight ? [] : [`no receipt of the good file: ${JSON.stringify(found ?? null)}`]),
    ...(await asksNobody(stage, guarded)),
  ];
};

const form = (more: Pick<Form, 'name' | 'mount' | 'expect'> & Partial<Form>): Form => ({
  installers: INSTALLERS,
  after: AN_HONEST_INSTALL,
  words: install(),
  plain: BOTH_INSTALL,
  defence: 'wheelhouses',
  witness: asksNobody,
  stop: (stage) => fill(stage, GOOD),
  ...more,
});

/** What the machine knows is taken to one that knows nothing. */
async function moveHouse(stage: Stage, knock: Knock): ReturnType<typeof runGuarded> {
  const { environment } = stage;
  const file = join(environment.root, 'trust.json');
  const bare = { environment, bare: true };
  const told = await runGuarded({ ...bare, words: ['trust', 'export', file] });
  await rm(join(environment.home, '.local'), { recursive: true });
  await rm(join(environment.home, '.cache'), { recursive: true, force: true });
  const taken = await runGuarded({ ...bare, words: ['trust', 'import', file] });
  if (told.exit !== 0 || taken.exit !== 0) throw new Error(told.stderr + taken.stderr);
  return await runGuarded(knock);
}

/** What pip itself downloads into a folder, through the gate. */
async function download(stage: Stage, knock: Knock): ReturnType<typeof runGuarded> {
  const { environment, world } = stage;
  const words = ['pip', 'download', '--dest', HOUSE, '--index-url', world.index, 'good'];
  const ended = await runGuarded({ environment, words });
  if (ended.exit !== 0) throw new Error(ended.stderr);
  for (const name of [INDEX, FILES]) world.host(name).reset();
  return await runGuarded(knock);
}

const of = (name: InstallerName): readonly InstallerName[] => [name];

export const K27: Attack = {
  id: 'K27',
  title: 'download first, install without a network',
  forms: [
    form({
      name: 'a wheel swapped in the folder',
      mount: (stage) => fill(stage, EVIL),
      expect: refused('E-BYTES', 'WP-NAME-REUSED', { says: () => [GOOD.sha256, EVIL.filename] }),
    }),
    form({
      name: 'a newer wheel laid beside it',
      mount: (stage) => fill(stage, GOOD, NEWER_EVIL),
      expect: refused('E-MISSING', 'WP-FIRST-USE', {
        says: () => [NEWER_EVIL.filename, HOUSE],
        steeredTo: '1.0',
      }),
    }),
    form({
      name: 'a folder that never passed the gate',
      after: {
        ask: ['another'],
        set: ({ world }) => void world.publish(makeWheel({ name: 'another', version: '1.0' })),
      },
      mount: (stage) => fill(stage, EVIL),
      expect: refused('E-MISSING', 'WP-FIRST-USE', { says: () => [EVIL.filename] }),
      lasting: true,
    }),
    form({
      name: 'another wheel than the requirement pins',
      after: {
        ask: ['another'],
        set: ({ world }) => void world.publish(makeWheel({ name: 'another', version: '1.0' })),
      },
      mount: async (stage) => {
        await fill(stage, EVIL);
        await stage.write('requirements.txt', `good==1.0 --hash=sha256:${GOOD.sha256}\n`);
      },
      words: (stage) => [...install()(stage).slice(0, -1), '-r', 'requirements.txt'],
      expect: refused('E-BYTES', 'WP-PIN-MISMATCH', { says: () => [GOOD.sha256.slice(0, 12)] }),
      plain: { pip: 'refuses', uv: 'refuses' },
    }),
  ],
  twins: [
    ...[['--find-links', `./${HOUSE}`], [`--find-links=${HOUSE}`], ['-f', HOUSE]].map((links) => ({
      name: `the same files as online, by ${links[0]?.replace(/=.*/u, '=') ?? ''}`,
      installers: INSTALLERS,
      after: AN_HONEST_INSTALL,
      mount: (stage: Stage) => fill(stage, GOOD),
      words: install(...links),
      witness: covered,
    })),
    {
      name: 'what pip download left',
      installers: of('pip'),
      mount: () => undefined,
      words: install(),
      run: download,
      witness: covered,
    },
    {
      name: 'a stranger in the folder that nobody wants',
      installers: INSTALLERS,
      after: AN_HONEST_INSTALL,
      mount: (stage) => fill(stage, GOOD, ANOTHER),
      words: install(),
      witness: covered,
    },
    {
      name: 'on another machine, by trust export and import',
      installers: INSTALLERS,
      after: AN_HONEST_INSTALL,
      mount: (stage) => fill(stage, GOOD),
      words: install(),
      run: moveHouse,
      witness: covered,
    },
    {
      name: 'on a machine that knows nothing, pinned by hash',
      installers: INSTALLERS,
      mount: async (stage) => {
        await fill(stage, GOOD);
        await stage.write('requirements.txt', `good==1.0 --hash=sha256:${GOOD.sha256}\n`);
      },
      words: (stage) => [...install()(stage).slice(0, -1), '-r', 'requirements.txt'],
      own: ['--strict', '--jail', 'off'],
      witness: covered,
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PASSED, type Attack, type Form, type Witness } from './attack.ts';
import { runGuarded } from './door.ts';
import type { Stage } from './stage.ts';

const frontOf = ({ environment }: Stage): string => join(environment.root, 'front');

/** Another program called as the installer, before it on PATH; in the end it starts the real one. */
async function shadow(stage: Stage, before: string): Promise<void> {
  const { installer, variables } = stage.environment;
  const folder = frontOf(stage);
  const search = (variables['PATH'] ?? '').replaceAll("'", '');
  await mkdir(folder, { recursive: true });
  const text = `#!/bin/sh\n${before}\nPATH='${search}'\nexec ${installer} "$@"\n`;
  await writeFile(join(folder, installer), text);
  await chmod(join(folder, installer), 0o755);
}

const first = (stage: Stage): Readonly<Record<string, string>> => ({
  PATH: `${frontOf(stage)}:${stage.environment.variables['PATH'] ?? ''}`,
});

/** Goes to the world by itself whenever it is asked to install. */
function wanderer({ world }: Stage): string {
  const { port } = new URL(world.index);
  const probe = `import os, socket; socket.create_connection(("127.0.0.1", ${port}), 3).close(); open(os.environ["TEST_CANARY"], "a").write("EVIL")`;
  return `case "$*" in *install*) python3 -c '${probe}' 2>/dev/null ;; esac`;
}

const wentOut: Witness = async (stage) => [
  ...((await stage.readCanary()).includes('EVIL') ? ['the false installer reached the world'] : []),
  ...(stage.installedWord() === 'GOOD' ? [] : ['not installed']),
];

const isShown: Witness = (stage, { stdout }) => {
  const shown = join(frontOf(stage), stage.environment.installer);
  return [
    ...(stdout.includes(shown) ? [] : ['its path is not shown']),
    ...(stdout.includes(`shadowed by ${shown}`) ? [] : ['what it hides is not shown']),
  ];
};

const looked: Form = {
  name: 'doctor shows what is run, and what it hides',
  mount: (stage) => shadow(stage, ''),
  variables: first,
  run: (_stage, knock) => runGuarded({ ...knock, words: ['doctor', '--no-self-test'], bare: true }),
  expect: PASSED,
  plain: null,
  defence: { because: 'doctor looks, and holds nothing' },
  witness: isShown,
};

export const K23: Attack = {
  id: 'K23',
  title: 'pip or uv is not the real one',
  forms: [
    looked,
    {
      name: 'another program under its name goes out by itself',
      mount: (stage) => shadow(stage, wanderer(stage)),
      variables: first,
      expect: PASSED,
      plain: null,
      defence: 'jail',
      witness: wentOut,
    },
  ],
  twins: [
    {
      name: 'a script that only starts the real one',
      mount: (stage) => shadow(stage, ''),
      variables: first,
    },
  ],
};

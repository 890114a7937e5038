// SPDX-License-Identifier: Apache-2.0
import { basename, join } from 'node:path';
import type { TarEntry } from '../world/tar.ts';
import { pathsBelow } from '../world/tree-hash.ts';
import { makeSdist, makeWheel, type BuiltFile } from '../world/wheel.ts';
import type { ZipEntry } from '../world/zip.ts';
import {
  BOTH_INSTALL,
  BOTH_REFUSE,
  refused,
  type Attack,
  type Form,
  type Witness,
} from './attack.ts';
import type { Stage } from './stage.ts';

const ESCAPED = 'escaped.py';
const SYMBOLIC_LINK = 0o120_777;

const EVIL_WHEEL = { name: 'good', version: '1.0', word: 'EVIL' } as const;

function wheelWith(path: string): BuiltFile {
  return makeWheel({ ...EVIL_WHEEL, files: { [path]: 'x = 1\n' } });
}

function withEntries(...more: readonly ZipEntry[]): BuiltFile {
  return makeWheel({ ...EVIL_WHEEL, bend: (entries) => [...entries, ...more] });
}

function sdistWith(...members: readonly TarEntry[]): BuiltFile {
  return makeSdist({ ...EVIL_WHEEL, members });
}

/** "Installs": what comes of it is found in the environment, also where the tool gives up late. */
const ALL_INSTALL = {
  ...BOTH_INSTALL,
  poetry: 'installs',
  pipenv: 'installs',
  pdm: 'installs',
} as const;
const ALL_REFUSE = {
  ...BOTH_REFUSE,
  poetry: 'refuses',
  pipenv: 'refuses',
  pdm: 'refuses',
} as const;

const data = Buffer.from('x = 1\n');
const none = Buffer.alloc(0);
const link = (linkName: string, type = '2'): TarEntry => ({
  name: 'good-1.0/link',
  data: none,
  type,
  linkName,
});

/** Nothing of that name lies anywhere but where we keep what was refused. */
const nothingEscaped: Witness = async ({ environment }) =>
  (await pathsBelow(environment.root))
    .filter((path) => basename(path) === ESCAPED)
    .map((path) => `written: ${path}`);

const form = (
  name: string,
  file: (stage: Stage) => BuiltFile,
  plain: Form['plain'],
  more: Partial<Form> = {},
): Form => ({
  name,
  mount: (stage) => {
    const listed = file(stage);
    // Of a wheel, the metadata beside it is honest: nothing else looks into it then.
    stage.listOnly(listed, { sidecar: listed.filename.endsWith('.whl') });
  },
  expect: refused('E-ARCHIVE', 'WP-ARCHIVE-MALFORMED', {
    says: (stage) => [file(stage).filename],
  }),
  plain,
  defence: 'contents',
  witness: nothingEscaped,
  ...more,
});

const outside = ({ environment }: Stage): string => join(environment.root, ESCAPED);

export const C12: Attack = {
  id: 'C12',
  title: 'a name or a link in the archive leads out of it',
  forms: [
    form('a wheel, ../', () => wheelWith(`../../../../${ESCAPED}`), ALL_INSTALL),
    form('a wheel, an absolute name', (stage) => wheelWith(outside(stage)), {
      ...ALL_INSTALL,
      poetry: 'refuses',
    }),
    form(
      'a wheel, .data/scripts/../..',
      () => wheelWith(`good-1.0.data/scripts/../../bin/${ESCAPED}`),
      ALL_INSTALL,
    ),
    form(
      'a wheel, a symbolic link',
      () =>
        withEntries(
          { name: 'good/link', data: Buffer.from('../../../../..'), mode: SYMBOLIC_LINK },
          { name: `good/link/${ESCAPED}`, data },
        ),
      { ...ALL_INSTALL, uv: 'refuses' },
    ),
    form('an sdist, ../', () => sdistWith({ name: `good-1.0/../../../${ESCAPED}`, data }), {
      ...ALL_REFUSE,
      pdm: 'installs',
    }),
    form('an sdist, an absolute name', (stage) => sdistWith({ name: outside(stage), data }), {
      ...ALL_REFUSE,
      poetry: 'installs',
    }),
    form(
      'an sdist, a symbolic link',
      () => sdistWith(link('../..'), { name: `good-1.0/link/${ESCAPED}`, data }),
      { ...ALL_REFUSE, pdm: 'installs' },
    ),
    form(
      'an sdist, a hard link',
      (stage) => sdistWith(link(join(stage.environment.home, '.profile'), '1')),
      { ...ALL_REFUSE, pdm: 'installs' },
    ),
  ],
  twins: [
    {
      name: 'a wheel with dots in its names and scripts of its own',
      mount: (stage) =>
        void stage.listOnly(
          makeWheel({
            name: 'good',
            version: '1.0',
            files: {
              'good/..a/b..c.txt': 'x',
              'good-1.0.data/scripts/good-tool': '#!python\n',
              'good-1.0.data/data/share/good.txt': 'x',
            },
          }),
        ),
    },
    {
      name: 'an sdist with a link inside',
      mount: (stage) =>
        void stage.listOnly(
          makeSdist({ name: 'good', version: '1.0', members: [link('PKG-INFO')] }),
          { sidecar: false },
        ),
    },
  ],
};

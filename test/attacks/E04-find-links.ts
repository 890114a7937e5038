// SPDX-License-Identifier: Apache-2.0
import { PROJECT_TOOLS, type AnyInstaller } from '../world/installer-versions.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { servePage } from '../world/host.ts';
import { HTML_TYPE } from '../world/index-model.ts';
import type { BuiltFile } from '../world/wheel.ts';
import {
  BOTH_INSTALL,
  everyTool,
  PASSED,
  refused,
  type Attack,
  type Form,
  type Witness,
} from './attack.ts';
import { GOOD, type Stage } from './stage.ts';
import { HIGHER, owned } from './two-indexes.ts';

const LINKS = 'links.test';
const FOLDER = 'wheels';

/** A folder of this machine with the stranger's file in it. */
async function fillFolder({ environment }: Stage): Promise<string> {
  const folder = join(environment.directory, FOLDER);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, HIGHER.filename), HIGHER.bytes);
  return folder;
}

/** A page of links on another host. */
function openLinks({ world }: Stage, file: BuiltFile, bytes: Uint8Array = file.bytes): string {
  const host = world.host(LINKS);
  const href = `/packages/${file.filename}`;
  host.files.set(href, bytes);
  const anchor = `<a href="${href}#sha256=${file.sha256}">${file.filename}</a>`;
  host.hooks.set(
    '/wheels/',
    servePage(HTML_TYPE, `<!DOCTYPE html><html><body>${anchor}</body></html>`),
  );
  return `${world.origin(LINKS)}/wheels/`;
}

const linksPage = ({ world }: Stage): string => `${world.origin(LINKS)}/wheels/`;
const asVariables = (links: string) => ({ PIP_FIND_LINKS: links, UV_FIND_LINKS: links });

/** Who reads pip's own settings. */
const PIPS: readonly AnyInstaller[] = ['pip', 'pipenv'];
const OF_UV = everyTool('uv alone reads it');

/** By variables, or as a source of the project's. */
const GIVEN: Pick<Form, 'installers' | 'notBy' | 'variables' | 'ask'> = {
  installers: ['pip', 'uv', 'pipenv', 'pdm'],
  notBy: { poetry: 'it knows no pages of links' },
  variables: (stage) => asVariables(linksPage(stage)),
  ask: (stage) =>
    stage.environment.installer === 'pdm' ? ['--find-links', linksPage(stage), 'good'] : ['good'],
};

/** The variable is taken out of the way, which a line tells, and the index alone is asked. */
const isTakenOut: Witness = (stage, { stderr }) => {
  const { installer } = stage.environment;
  const name = PIPS.includes(installer) ? 'PIP_FIND_LINKS' : 'UV_FIND_LINKS';
  return [
    ...(stderr.includes(`${name} was taken out`) ? [] : [`${name} is not named`]),
    ...(stage.installedWord() === 'GOOD' ? [] : ['what is installed is not the index’s file']),
  ];
};

/** Left out, which a note tells; the owner's file is installed. */
const isOwned: Pick<Form, 'policy' | 'expect' | 'plain' | 'defence' | 'witness'> = {
  policy: owned('good'),
  expect: PASSED,
  plain: BOTH_INSTALL,
  defence: 'ownership',
  witness: (stage, { report }) => [
    ...(stage.installedWord() === 'GOOD' ? [] : ['what is installed is not the owner’s file']),
    ...(report?.notes.some((note) => note.includes('WP-INDEX-NOT-ALLOWED')) === true
      ? []
      : ['no note tells what was left out']),
  ],
};

const local = (name: string, links: (folder: string) => string): Form => ({
  name,
  mount: fillFolder,
  variables: ({ environment }) => asVariables(links(join(environment.directory, FOLDER))),
  expect: PASSED,
  plain: BOTH_INSTALL,
  defence: 'configuration',
  witness: isTakenOut,
});

/** What a file says is not neutralised but refused, with its line. */
const stated = (
  name: string,
  more: Partial<Form> & {
    readonly file: string;
    readonly line: number;
    readonly text: (folder: string) => string;
  },
): Form => {
  const { file, line, text, ...rest } = more;
  return {
    name,
    mount: async (stage) => {
      const folder = await fillFolder(stage);
      await stage.write(file, text(folder));
    },
    expect: refused('E-BYPASS', 'WP-BYPASS-CONFIG', { says: () => [`${file}:${line}`] }),
    plain: BOTH_INSTALL,
    defence: 'configuration',
    stop: async (stage) => {
      stage.honest();
      await stage.write(file, file.endsWith('.txt') ? 'good\n' : '');
    },
    ...rest,
  };
};

const configured = ({ environment }: Stage) => ({
  PIP_CONFIG_FILE: join(environment.directory, 'pip.conf'),
});

export const E04: Attack = {
  id: 'E04',
  title: 'a place of links beside the index',
  forms: [
    local('a folder, by variable', (folder) => folder),
    local('a file: address, by variable', (folder) => pathToFileURL(folder).href),
    stated('a folder, in a requirement file', {
      file: 'requirements.txt',
      line: 1,
      text: () => `--find-links ./${FOLDER}\ngood\n`,
      ask: () => ['-r', 'requirements.txt'],
    }),
    stated('a folder, in pip.conf', {
      installers: PIPS,
      notBy: { poetry: 'it reads no pip.conf', pdm: 'it reads no pip.conf' },
      file: 'pip.conf',
      line: 2,
      plain: { ...BOTH_INSTALL, pipenv: 'refuses' },
      text: (folder) => `[global]\nfind-links = ${folder}\n`,
      variables: configured,
    }),
    stated('a folder, in uv.toml', {
      installers: ['uv'],
      notBy: OF_UV,
      file: 'uv.toml',
      line: 1,
      text: () => `find-links = ["./${FOLDER}"]\n`,
    }),
    stated('a folder as a flat index, in uv.toml', {
      installers: ['uv'],
      notBy: OF_UV,
      file: 'uv.toml',
      line: 1,
      text: () => `[[index]]\nname = "links"\nurl = "./${FOLDER}"\nformat = "flat"\n`,
    }),
    {
      name: 'a folder, on the command line',
      mount: fillFolder,
      ask: () => ['--find-links', `./${FOLDER}`, 'good'],
      expect: refused('E-BYPASS', 'WP-BYPASS-CONFIG', { says: () => ['--find-links'] }),
      plain: { ...BOTH_INSTALL, pdm: 'refuses' },
      defence: 'configuration',
      lasting: true,
    },
    {
      name: 'a folder, as the source of a project',
      installers: PROJECT_TOOLS,
      mount: fillFolder,
      index: ({ environment }) => pathToFileURL(join(environment.directory, FOLDER)).href,
      expect: refused('E-BYPASS', 'WP-BYPASS-CONFIG', {
        says: ({ environment }) => [
          environment.installer === 'pipenv' ? 'Pipfile' : 'pyproject.toml',
        ],
      }),
      plain: null,
      defence: { because: 'Poetry and pipenv take no folder for an index themselves' },
      lasting: true,
    },
    {
      name: 'a page elsewhere has other bytes than it says',
      ...GIVEN,
      mount: (stage) => openLinks(stage, HIGHER, GOOD.bytes),
      expect: refused('E-BYTES', 'WP-HASH-MISMATCH', { says: () => [LINKS] }),
      plain: { pip: 'refuses', uv: 'refuses', pipenv: 'refuses', pdm: 'refuses' },
      defence: 'verification',
      // uv ends where a page of links is gone.
      stop: (stage) => void openLinks(stage, HIGHER),
    },
    {
      name: 'a page elsewhere has a name that the index owns',
      ...GIVEN,
      mount: (stage) => openLinks(stage, HIGHER),
      ...isOwned,
    },
    {
      name: 'a flat index elsewhere has a name that the index owns',
      installers: ['uv'],
      notBy: OF_UV,
      mount: async (stage) => {
        const url = openLinks(stage, HIGHER);
        await stage.write('uv.toml', `[[index]]\nurl = "${url}"\nformat = "flat"\n`);
      },
      ...isOwned,
    },
  ],
  twins: [
    {
      name: 'an honest page elsewhere passes the same gate',
      ...GIVEN,
      mount: (stage) => openLinks(stage, HIGHER),
      witness: (_stage, { report }) => {
        const found = report?.files.some(({ filename }) => filename === HIGHER.filename);
        return found === true ? [] : ['there is no receipt for the linked file'];
      },
    },
    {
      name: 'an honest flat index',
      installers: ['uv'],
      notBy: OF_UV,
      mount: async (stage) => {
        const url = openLinks(stage, HIGHER);
        await stage.write('uv.toml', `[[index]]\nurl = "${url}"\nformat = "flat"\n`);
      },
    },
    {
      name: 'an empty variable',
      mount: () => undefined,
      variables: () => asVariables(''),
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { listed } from '../world/index-model.ts';
import { makeWheel, type BuiltFile } from '../world/wheel.ts';
import { INDEX } from '../world/world.ts';
import { PROJECT_TOOLS, type AnyInstaller } from '../world/installer-versions.ts';
import type { Form, Witness } from './attack.ts';
import { GOOD, type Stage } from './stage.ts';

/*
 * The world's own index is private and has `good` 1.0; beside it the user has a public one, where
 * anybody may upload.
 */

export const PUBLIC = 'public.test';

/** What a stranger uploads under the private name. */
export const HIGHER = makeWheel({ name: 'good', version: '99.0', word: 'EVIL' });

export function publicIndex({ world }: Stage): string {
  return `${world.origin(PUBLIC)}/simple/`;
}

/** Puts a file on a host that is index and file host in one. */
export function uploadTo({ world }: Stage, name: string, file: BuiltFile): void {
  const host = world.host(name);
  const project = file.project.toLowerCase().replace(/[-_.]+/gu, '-');
  const known = host.projects.get(project);
  const path = `/packages/${encodeURIComponent(file.filename)}`;
  const entry = listed(file, { base: '', href: `${world.origin(name)}${path}` });
  host.projects.set(project, {
    name: project,
    files: [...(known?.files ?? []), entry],
    apiVersion: '1.1',
    forms: ['json', 'html'],
    raw: {},
  });
  host.files.set(path, file.bytes);
  host.files.set(`${path}.metadata`, file.metadata);
}

/** `[[project]]`: names of this form belong to the private index. */
export function owned(glob: string): (stage: Stage) => string {
  return ({ world }) =>
    `[[project]]\nname = "${glob}"\nindex = "private"\n\n[[index]]\nname = "private"\nurl = "${world.index}"\n`;
}

/** One way of giving an installer both indexes. */
export interface Order {
  readonly name: string;
  readonly installers: readonly AnyInstaller[];
  readonly first: 'private' | 'public';
  readonly words: readonly string[];
  /** Plain, it would take what the public index has. */
  readonly isFooled: boolean;
}

const strategy = (name: string): readonly string[] => ['--index-strategy', name];

/** uv asks extra indexes first, and stops at the first that has the name unless told otherwise. */
export const ORDERS: readonly Order[] = [
  order('the public one comes second', PROJECT_TOOLS, 'private', true),
  order('the private one is the extra', ['pip'], 'public', true),
  order('the public one is the extra', ['pip'], 'private', true),
  order('the public one is the extra', ['uv'], 'private', true),
  order('the private one is the extra', ['uv'], 'public', false),
  ...(['unsafe-first-match', 'unsafe-best-match'] as const).flatMap((name) => [
    order(`${name}, the public one is the extra`, ['uv'], 'private', true, strategy(name)),
    order(
      `${name}, the private one is the extra`,
      ['uv'],
      'public',
      name === 'unsafe-best-match',
      strategy(name),
    ),
  ]),
];

function order(
  name: string,
  installers: readonly AnyInstaller[],
  first: Order['first'],
  isFooled: boolean,
  words: readonly string[] = [],
): Order {
  return { name, installers, first, isFooled, words };
}

/** Whichever installer: the public index as the default one, the private one beside it. */
export const A_PLAIN_ORDER = order(
  'the private one is the extra',
  ['pip', 'uv', 'poetry', 'pdm'], // pipenv asks no second index unless told to for each project
  'public',
  true,
);

const BY_PROJECT = "a project has its own order: 'the public one comes second'";
const FIRST_ALONE = 'it asks its first index alone, unless a package names another';

/** Why tools are not given this order. */
function notIn({ installers }: Order): NonNullable<Form['notBy']> {
  const left = PROJECT_TOOLS.filter((tool) => !installers.includes(tool));
  const why = left.length === PROJECT_TOOLS.length ? BY_PROJECT : FIRST_ALONE;
  return Object.fromEntries(left.map((tool) => [tool, why]));
}

/** The one that tools on a project are given. */
export const OF_PROJECTS: Order = order(
  'the public one comes second',
  PROJECT_TOOLS,
  'private',
  true,
);
/** As A_PLAIN_ORDER, for the one that is not given that. */
export const OF_PIPENV: Order = { ...OF_PROJECTS, installers: ['pipenv'] };

/** The part of a scene that gives the installer both indexes in this order. */
export function inOrder(
  given: Order,
  asked: readonly string[] = ['good'],
): Pick<Form, 'installers' | 'notBy' | 'index' | 'ask'> {
  const { installers, first, words } = given;
  return {
    installers,
    notBy: notIn(given),
    index: (stage) => (first === 'private' ? stage.world.index : publicIndex(stage)),
    ask: (stage) => {
      const extra = first === 'private' ? publicIndex(stage) : stage.world.index;
      return ['--extra-index-url', extra, ...words, ...asked];
    },
  };
}

/** Installed is what the private index has, and the public one never heard the name. */
export const isPrivateAlone: Witness = async (stage) => {
  const versions = await stage.installedVersions();
  const faults = versions.includes(`good-${GOOD.version}`)
    ? []
    : [`installed: ${versions.join(', ') || 'nothing'}, not good-${GOOD.version}`];
  if (stage.installedWord() !== 'GOOD') faults.push('what is installed is not the private file');
  return [...faults, ...(await isUnheardOf('good')(stage))];
};

/** The public index was never asked for this name, in whatever spelling. */
export function isUnheardOf(name: string): (stage: Stage) => Promise<readonly string[]> {
  const spelled = new RegExp(name.replaceAll('-', '[-_.]+'), 'iu');
  return async ({ world }) =>
    [...world.host(PUBLIC).seen, ...world.seenElsewhere()]
      .filter(({ path, headers }) => spelled.test(path) || spelled.test(headers.join('\n')))
      .map(({ host, method, path }) => `${host} was asked: ${method} ${path}`);
}

/** What the private index is: for hooks that replace its answers. */
export const PRIVATE = INDEX;

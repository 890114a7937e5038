// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import type { KeptWheel, KeptWheelList } from '../core/kept-wheel.ts';
import { MAX_KEPT_WHEEL_PROJECTS, MAX_KEPT_WHEELS } from '../core/limits.ts';
import { isObject, parseObject } from './json-object.ts';
import { openVerdictCache } from './verdict-cache.ts';

const SHA256 = /^[0-9a-f]{64}$/u;
/** Below an installer's cache: nothing that leads out of it, or to another project. */
const POINTER =
  /^wheels-v\d{1,4}\/(?:pypi|index\/[0-9a-z]{1,64})\/([a-z0-9-]{1,200})\/[\w.+!-]{1,250}\.http$/u;
const TREE = /^archive-v\d{1,4}\/[\w-]{8,64}$/u;
const FOLDER = /^[0-9a-f]{32}$/u;

/**
 * What is kept below one folder, sealed as proofs are: whoever can only change what is kept cannot
 * make this list agree with it.
 *
 * @throws Refusal as {@link openVerdictCache}
 */
export function openKeptWheelList(directory: string, root: string): KeptWheelList {
  const cache = openVerdictCache(directory, MAX_KEPT_WHEEL_PROJECTS);
  const keyOf = (project: string): string => hash('sha256', `${root}\n${project}`, 'hex');
  return {
    async recall(project) {
      const text = await cache.recall(keyOf(project));
      return text === null ? [] : decodeKeptWheels(text, project);
    },
    async keep(project, wheels) {
      await cache.keep(keyOf(project), JSON.stringify({ wheels }));
    },
    close: async () => await cache.close(),
  };
}

/** Nothing at all where any of it is not as we write it. */
export function decodeKeptWheels(text: string, project: string): readonly KeptWheel[] {
  try {
    const { wheels } = parseObject(text);
    if (!Array.isArray(wheels) || wheels.length > MAX_KEPT_WHEELS) return [];
    const found = wheels.map((one: unknown) => decodeWheel(one, project));
    return found.every((one) => one !== null) ? found : [];
  } catch {
    return []; // of another form
  }
}

function decodeWheel(value: unknown, project: string): KeptWheel | null {
  if (!isObject(value)) return null;
  const text = (name: string): string => {
    const found = value[name];
    return typeof found === 'string' ? found : '';
  };
  const wheel: KeptWheel = {
    index: text('index'),
    project: text('project'),
    filename: text('filename'),
    url: text('url'),
    sha256: text('sha256'),
    pointer: text('pointer'),
    pointerSha256: text('pointerSha256'),
    tree: text('tree'),
    stamp: text('stamp'),
    entries: Number(value['entries']),
    folder: text('folder'),
  };
  const isOurs =
    wheel.index !== '' &&
    URL.canParse(wheel.url) &&
    wheel.project === project &&
    wheel.filename.endsWith('.whl') &&
    [wheel.sha256, wheel.pointerSha256, wheel.stamp].every((digest) => SHA256.test(digest)) &&
    POINTER.exec(wheel.pointer)?.[1] === project &&
    TREE.test(wheel.tree) &&
    FOLDER.test(wheel.folder) &&
    Number.isSafeInteger(value['entries']);
  return isOurs ? wheel : null;
}

/** Whether a list may hold it. */
export function isKeepable(wheel: KeptWheel): boolean {
  return decodeWheel(wheel, wheel.project) !== null;
}

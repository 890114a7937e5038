// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import type { InstallTarget } from '../core/installer.ts';
import type { Environment } from '../core/machine.ts';
import { thisMachine } from './machine.ts';

/** Isolated, so that neither the working directory nor PYTHON* variables decide what runs. */
const QUESTION = `
import json, site, sys, sysconfig
found = [sysconfig.get_path('purelib'), sysconfig.get_path('platlib')]
found += getattr(site, 'getsitepackages', list)()
if sys.prefix == sys.base_prefix:
    found.append(site.getusersitepackages())
print(json.dumps(found))
`;

const LIBRARY_FOLDERS = ['lib', 'lib64', 'local/lib'];
const SITE_FOLDERS = ['site-packages', 'dist-packages'];

/**
 * The folders that hold a target's distributions, whether they exist yet or not. An interpreter is
 * started once for it; its answer stays true for as long as it is not replaced.
 */
export async function sitesOf(
  target: InstallTarget,
  environment: Environment = process.env,
): Promise<readonly string[]> {
  if (target.kind === 'directory') return [resolve(target.path)];
  if (target.kind === 'environment') return await sitesBelow(resolve(target.path));
  if (target.kind === 'environments') return await sitesOfMany(resolve(target.path));
  const answer = await thisMachine.ask(target.path, ['-I', '-c', QUESTION], environment, '/');
  return foldersIn(answer ?? '');
}

/** uv's `environments-v2/<hash>/<hash>`; older ones lack the second level. */
async function sitesOfMany(root: string): Promise<readonly string[]> {
  const first = (await thisMachine.list(root)).map((name) => join(root, name));
  const second = await Promise.all(
    first.map(async (path) => (await thisMachine.list(path)).map((name) => join(path, name))),
  );
  const made: string[] = [];
  for (const path of [...first, ...second.flat()]) {
    if ((await thisMachine.kindOf(join(path, 'pyvenv.cfg'))) === 'file') made.push(path);
  }
  return (await Promise.all(made.map(sitesBelow))).flat();
}

async function sitesBelow(root: string): Promise<readonly string[]> {
  const sites: string[] = [];
  for (const library of LIBRARY_FOLDERS) {
    const folder = join(root, library);
    const versions = (await thisMachine.list(folder)).filter((name) =>
      /^(?:python|pypy)\d/u.test(name),
    );
    for (const version of versions) {
      sites.push(...SITE_FOLDERS.map((site) => join(folder, version, site)));
    }
  }
  return sites;
}

function foldersIn(answer: string): readonly string[] {
  try {
    const found: unknown = JSON.parse(answer);
    if (!Array.isArray(found)) return [];
    return [...new Set(found.filter((folder): folder is string => typeof folder === 'string'))];
  } catch {
    return []; // the interpreter could not answer: it has no folders that we know of
  }
}

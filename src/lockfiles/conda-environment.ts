// SPDX-License-Identifier: Apache-2.0
import { invalid, textOf, type LockFormat } from './format.ts';
import { readRequirementLines } from './requirements.ts';
import { isTable, own } from './tables.ts';
import { parseYaml } from './yaml.ts';

/**
 * environment.yml: its pip part, which conda hands to `pip install -r` line by line (conda.io,
 * "Creating an environment file manually"). conda's own packages are not ours to check.
 */
export const CONDA_ENVIRONMENT: LockFormat = {
  name: 'environment.yml',
  // conda takes any name; no other YAML is a lock file.
  recognises: (filename) => /\.ya?ml$/u.test(filename),
  async read(asked, readText) {
    const text = await textOf(asked, readText);
    const top = await parseYaml(text, asked.path);
    const dependencies: unknown = own(top, 'dependencies') ?? [];
    if (!Array.isArray(dependencies)) throw invalid(asked.path, 'expected a list as dependencies');
    const stated = dependencies.filter(isTable).flatMap((entry) => own(entry, 'pip') ?? []);
    const places = linesOf(text);
    const lines = stated.map((line: unknown, at) => {
      const where = `${asked.path}:dependencies.pip[${at}]`;
      if (typeof line !== 'string') throw invalid(where, 'expected text');
      const number = places.get(line.trim());
      return { text: line, where: number === undefined ? where : `${asked.path}:${number}` };
    });
    return await readRequirementLines(asked, readText, lines);
  },
};

/** On which line each item of the pip part stands: not a comment, nor one of conda's own. */
function linesOf(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let isPip = false;
  for (const [at, line] of text.split('\n').entries()) {
    if (/^\s*-?\s*["']?pip["']?\s*:/u.test(line)) isPip = true;
    else if (isPip && /^\s*-\s/u.test(line)) {
      const item = bareItem(line);
      if (!found.has(item)) found.set(item, at + 1);
    }
  }
  return found;
}

function bareItem(line: string): string {
  const [item = ''] = line.replace(/^\s*-\s+/u, '').split(/\s#/u, 1);
  return item.trim().replace(/^(["'])(.*)\1$/u, '$2');
}

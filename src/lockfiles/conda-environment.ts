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
    const lines = stated.map((line: unknown, at) => {
      const where = `${asked.path}:dependencies.pip[${at}]`;
      if (typeof line !== 'string') throw invalid(where, 'expected text');
      return { text: line, where: lineOf(text, line, asked.path) ?? where };
    });
    return await readRequirementLines(asked, readText, lines);
  },
};

function lineOf(text: string, line: string, file: string): string | null {
  const at = text.indexOf(line);
  return at < 0 ? null : `${file}:${text.slice(0, at).split('\n').length}`;
}

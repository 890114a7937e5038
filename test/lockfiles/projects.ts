// SPDX-License-Identifier: Apache-2.0
import type { Wanted } from './exporters.ts';

/** A project's file (PEP 621), as uv, Poetry and PDM read it. */
export function lockedPyproject(
  { name, dependencies, groups, index }: Wanted,
  table: 'dependency-groups' | 'project.optional-dependencies',
): string {
  const named = groups.map((group) => `${group} = []`).join('\n');
  const source =
    index === null
      ? ''
      : `[[tool.poetry.source]]\nname = "index"\nurl = "${index}"\npriority = "primary"\n`;
  return `[project]
name = "${name}"
version = "0"
requires-python = ">=3.9,<4"
dependencies = [${dependencies.map((one) => JSON.stringify(one)).join(', ')}]
[${table}]
${named}
[tool.poetry]
package-mode = false
${source}[tool.pdm]
distribution = false
`;
}

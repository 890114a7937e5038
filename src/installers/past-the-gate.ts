// SPDX-License-Identifier: Apache-2.0
import { scrub } from './dropped-variables.ts';
import { steersBuilds } from './proxy-environment.ts';

/** Other files and places, which were not looked at beforehand. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'PIP_CONFIG_FILE',
  'PIPENV_EXTRA_PIP_ARGS',
  'PIPENV_PIPFILE',
  'PIPENV_PYPI_MIRROR',
  'UV_CONFIG_FILE',
]);

/** Whether a variable that a project sets for what it starts would undo how that is steered. */
export function leadsPast(name: string): boolean {
  // A folder stands for whatever its value is: lists of links are dropped for what they name.
  const isDropped = !Object.hasOwn(scrub({ [name]: '/' }).environment, name);
  return isDropped || steersBuilds(name) || ELSEWHERE.has(name);
}

// SPDX-License-Identifier: Apache-2.0
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../world/environments.ts';
import { PROJECT_TOOLS, type AnyInstaller, type ProjectTool } from '../world/installer-versions.ts';

/** What cannot be asked of a tool that works on a project. */
export class Unsuitable extends Error {}

export function isProjectTool(installer: AnyInstaller): installer is ProjectTool {
  return PROJECT_TOOLS.some((tool) => tool === installer);
}

export interface Asked {
  /** Names with specifiers, or `name @ address`. */
  readonly requirements: readonly string[];
  /** In the order in which they are asked. */
  readonly indexes: readonly string[];
  /** Pages and folders of links. */
  readonly links: readonly string[];
}

/** What these words ask of pip. @throws Unsuitable where a project cannot say it */
function askedIn(words: readonly string[], index: string): Asked {
  const requirements: string[] = [];
  const extra: string[] = [];
  const links: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--extra-index-url') extra.push(words[(at += 1)] ?? '');
    else if (word === '--find-links') links.push(words[(at += 1)] ?? '');
    else if (word.startsWith('-') || /^\.{0,2}\//u.test(word))
      throw new Unsuitable(`no project says ${word}`);
    else requirements.push(word);
  }
  return { requirements, indexes: [index, ...extra], links };
}

/** Writes a project that wishes for this, without a lock, and gives the words that install it. */
export function projectWords(
  environment: Environment,
  words: readonly string[],
  index: string,
): readonly string[] {
  const { installer, directory } = environment;
  if (!isProjectTool(installer)) throw new Unsuitable(installer);
  const asked = askedIn(words, index);
  if (asked.links.length > 0 && installer !== 'pdm')
    throw new Unsuitable('its project names no links');
  for (const name of LOCKS[installer]) rmSync(join(directory, name), { force: true });
  const { file, text } = PROJECTS[installer](asked);
  writeFileSync(join(directory, file), text);
  return INSTALLS[installer];
}

/** Those of the others stay: they count for whoever works on the project. */
const LOCKS: Readonly<Record<ProjectTool, readonly string[]>> = {
  poetry: ['poetry.lock'],
  pipenv: ['Pipfile.lock'],
  pdm: ['pdm.lock', '.pdm-python'],
};

const INSTALLS: Readonly<Record<ProjectTool, readonly string[]>> = {
  poetry: ['poetry', 'install', '--no-root', '--no-interaction', '--no-ansi'],
  pipenv: ['pipenv', 'install'],
  pdm: ['pdm', '--non-interactive', 'install', '--no-self'],
};

type Project = (asked: Asked) => { readonly file: string; readonly text: string };

const quoted = (text: string): string => JSON.stringify(text);

const PROJECTS: Readonly<Record<ProjectTool, Project>> = {
  poetry: ({ requirements, indexes }) => ({
    file: 'pyproject.toml',
    text: `[project]
name = "project"
version = "1"
requires-python = ">=3.9"
dependencies = [${requirements.map(quoted).join(', ')}]
${indexes
  .map(
    (url, at) => `[[tool.poetry.source]]
name = "index-${at}"
url = ${quoted(url)}
priority = "${at === 0 ? 'primary' : 'supplemental'}"
`,
  )
  .join('')}`,
  }),
  pdm: ({ requirements, indexes, links }) => ({
    file: 'pyproject.toml',
    text: `[project]
name = "project"
version = "1"
requires-python = ">=3.9"
dependencies = [${requirements.map(quoted).join(', ')}]
${indexes
  .map(
    (url, at) => `[[tool.pdm.source]]
name = "${at === 0 ? 'pypi' : `index-${at}`}"
url = ${quoted(url)}
`,
  )
  .join('')}${links
      .map(
        (url, at) => `[[tool.pdm.source]]
name = "links-${at}"
type = "find_links"
url = ${quoted(url)}
`,
      )
      .join('')}`,
  }),
  pipenv: ({ requirements, indexes }) => ({
    file: 'Pipfile',
    text: `${indexes
      .map(
        (url, at) => `[[source]]
name = "index-${at}"
url = ${quoted(url)}
verify_ssl = true
`,
      )
      .join('')}[packages]
${requirements.map((text) => `${pipfileLine(text)}\n`).join('')}`,
  }),
};

function pipfileLine(requirement: string): string {
  const [, name = '', rest = ''] =
    /^([^\s<>=!~@;[]+(?:\[[^\]]*\])?)\s*(.*)$/su.exec(requirement) ?? [];
  if (name === '') throw new Unsuitable(requirement);
  if (!rest.startsWith('@')) return `${quoted(name)} = ${quoted(rest === '' ? '*' : rest)}`;
  const address = rest.slice(1).trim();
  const git = /^git\+(.+?)(?:@([^@/]+))?$/u.exec(address);
  if (git === null) return `${quoted(name)} = {file = ${quoted(address)}}`;
  const ref = git[2] === undefined ? '' : `, ref = ${quoted(git[2])}`;
  return `${quoted(name)} = {git = ${quoted(git[1] ?? '')}${ref}}`;
}

// SPDX-License-Identifier: Apache-2.0
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listed } from '../world/index-model.ts';
import { EVIL as EVIL_HOST } from '../world/world.ts';
import { EVIL, type Stage } from './stage.ts';

/** Makes the attacker's host an index whose only `good` is the evil one. @returns its address. */
export function openEvilIndex({ world }: Stage): string {
  const host = world.host(EVIL_HOST);
  const base = `${world.origin(EVIL_HOST)}/packages/`;
  host.projects.set('good', {
    name: 'good',
    files: [listed(EVIL, { base })],
    apiVersion: '1.1',
    forms: ['json', 'html'],
    raw: {},
  });
  host.files.set(`/packages/${EVIL.filename}`, EVIL.bytes);
  host.files.set(`/packages/${EVIL.filename}.metadata`, EVIL.metadata);
  return `${world.origin(EVIL_HOST)}/simple/`;
}

/** The address of the evil file, which that index lists. */
export function evilFile({ world }: Stage): string {
  return `${world.origin(EVIL_HOST)}/packages/${EVIL.filename}`;
}

/** The same on this machine's disk. @returns its `file:` address. */
export async function writeEvilIndex({ environment }: Stage): Promise<string> {
  const root = join(environment.root, 'evil-index');
  const page = `<!DOCTYPE html><html><body><a href="${EVIL.filename}#sha256=${EVIL.sha256}">${EVIL.filename}</a></body></html>`;
  await mkdir(join(root, 'good'), { recursive: true });
  await writeFile(join(root, 'good', 'index.html'), page);
  await writeFile(join(root, 'good', EVIL.filename), EVIL.bytes);
  return pathToFileURL(`${root}/`).href;
}

/** The installer's own words without an index of ours. */
export function installWords(stage: Stage, ...asked: readonly string[]): readonly string[] {
  const starter = stage.environment.installer === 'pip' ? ['pip'] : ['uv', 'pip'];
  return [...starter, 'install', ...(asked.length === 0 ? ['good'] : asked)];
}

/** Writes a file anywhere below the case's own folder. */
export async function writeBelow(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  return path;
}

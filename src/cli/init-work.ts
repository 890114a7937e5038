// SPDX-License-Identifier: Apache-2.0
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Environment } from '../core/machine.ts';
import type { Policy } from '../policy/index.ts';
import { surveyProject } from './project-survey.ts';
import { startingPolicy } from './starting-policy.ts';

export interface InitContext {
  readonly directory: string;
  readonly environment: Environment;
  readonly load: (file: string) => Promise<Policy>;
  readonly io: { out(text: string): void };
}

const FILE = 'wheelproof.toml';

/**
 * `wheelproof init`: writes a policy to start with, and reads it again.
 * @throws Refusal `WP-USAGE` where the folder has a policy; `WP-STATE-DISK`
 */
export async function writeStartingPolicy(
  { directory, environment, load, io }: InitContext,
  { print }: { readonly print?: true },
): Promise<void> {
  const survey = await surveyProject(directory, environment);
  const text = startingPolicy(survey);
  if (print === true) {
    io.out(text);
    return;
  }
  if (survey.tools.includes('wheelproof')) throw isThere('[tool.wheelproof] in pyproject.toml');
  const file = path.join(directory, FILE);
  await writeAnew(file, text);
  try {
    await load(file);
  } catch (thrown) {
    await rm(file, { force: true });
    throw thrown;
  }
  io.out(
    `Wrote ${FILE}: read it, and change what you want otherwise. \`wheelproof policy check\` says what is in force.\n`,
  );
}

async function writeAnew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o644 });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw isThere(FILE);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal('WP-STATE-DISK', { message: `${FILE} could not be written: ${why}`, cause });
  }
}

function isThere(what: string): Refusal {
  return new Refusal('WP-USAGE', {
    message: `this folder has a policy: ${what}`,
    hint: 'Change it as you like; `wheelproof init --print` shows what would be written.',
  });
}

// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../../test/world/programs.ts';

/** Runs a program with the developer's own settings: packages come as everything else does. */
export async function provision(words: readonly string[], directory: string): Promise<string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && name !== 'PIP_FIND_LINKS') environment[name] = value;
  const ended = await runProgram(words, { environment, directory, patience: 600_000 });
  if (ended.exit !== 0) throw new Error(`${words.join(' ')}: ${lastLines(ended.stderr)}`);
  return ended.stdout;
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ').slice(-300);
}

/** Installs once into the cache; a half-made folder never counts. */
export async function installed(
  folder: string,
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const ready = join(folder, '.ready');
  if (existsSync(ready)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await install(folder);
  const mark = join(folder, '.making');
  mkdirSync(mark);
  renameSync(mark, ready);
  return folder;
}

/** A Python environment with these packages. */
export function pythonPackages(cache: string, packages: readonly string[]): Promise<string> {
  return installed(join(cache, packages[0] ?? ''), async (folder) => {
    await provision(['python3', '-m', 'venv', folder], cache);
    await provision([join(folder, 'bin', 'pip'), 'install', '--quiet', ...packages], cache);
  });
}

export async function pythonVersion(folder: string, name: string): Promise<string> {
  const code = `import importlib.metadata as m; print(m.version(${JSON.stringify(name)}))`;
  return (await provision([join(folder, 'bin', 'python'), '-c', code], folder)).trim();
}

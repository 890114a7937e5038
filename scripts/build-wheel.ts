// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { manifest, root } from './bundle.ts';
import { stageProgram } from './staged-program.ts';

/*
 * Makes FOLDER/wheelproof-VERSION-py3-none-any.whl: a launcher, and the program that npm packs;
 * FOLDER is `dist` where none is named. The same sources give the same bytes: every time in it is
 * SOURCE_DATE_EPOCH, or the commit's.
 */

const python = join(root, 'python');
const out = resolve(process.argv[2] ?? join(root, 'dist'));
const source = join(out, 'python');
const backend = join(out, '.flit');

await stage();
await installBackend();
const wheel = `${manifest.name}-${manifest.version}-py3-none-any.whl`;
await rm(join(out, wheel), { force: true });
const building = ['-m', 'flit_core.wheel', source, '--outdir', out];
execFileSync(join(backend, 'bin', 'python'), building, {
  env: { ...process.env, SOURCE_DATE_EPOCH: sourceDate() },
  stdio: ['ignore', 'ignore', 'inherit'],
});
console.log(join(out, wheel));

/** An ordinary source tree. */
async function stage(): Promise<void> {
  await rm(source, { recursive: true, force: true });
  await mkdir(join(source, 'wheelproof'), { recursive: true });
  const { folder, licence } = await stageProgram(join(source, 'wheelproof', 'program'));
  const project = await readFile(join(python, 'pyproject.toml'), 'utf8');
  const own = `license = "${manifest.license}"`;
  if (!project.includes(own)) throw new Error(`python/pyproject.toml: expected ${own}`);
  await writeFile(join(source, 'pyproject.toml'), project.replace(own, `license = "${licence}"`));
  for (const name of ['__main__.py', 'launcher.py']) {
    await cp(join(python, 'wheelproof', name), join(source, 'wheelproof', name));
  }
  const about = `"""${manifest.description}"""\n\n__version__ = "${manifest.version}"\n`;
  await writeFile(join(source, 'wheelproof', '__init__.py'), about);
  for (const name of ['LICENSE', 'THIRD-PARTY.md']) {
    await cp(join(folder, name), join(source, name));
  }
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  await writeFile(join(source, 'README.md'), withoutRelativeLinks(readme));
}

/** An index shows the README alone: what lies beside it here cannot be reached from there. */
function withoutRelativeLinks(text: string): string {
  return text.replace(/\[([^\]]+)\]\((?!https?:)[^)]*\)/gu, '$1');
}

/** The one package that the build needs, by its hash, in an environment of its own; kept for the next. */
async function installBackend(): Promise<void> {
  const requirements = await readFile(join(python, 'build-requirements.txt'), 'utf8');
  const stamp = join(backend, 'installed.txt');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === requirements) return;
  await rm(backend, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', backend], { stdio: ['ignore', 'ignore', 'inherit'] });
  const wanted = join(python, 'build-requirements.txt');
  const exact = ['--no-deps', '--require-hashes', '--only-binary', ':all:', '-r', wanted];
  const words = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...exact];
  execFileSync(join(backend, 'bin', 'python'), words, { stdio: ['ignore', 'ignore', 'inherit'] });
  await writeFile(stamp, requirements);
}

function sourceDate(): string {
  const stated = process.env['SOURCE_DATE_EPOCH'];
  if (stated !== undefined && stated !== '') return stated;
  return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim();
}

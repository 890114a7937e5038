// SPDX-License-Identifier: Apache-2.0
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openEnvironment, type Environment } from '../world/environments.ts';
import { newest } from '../world/installer-versions.ts';
import { pathsBelow } from '../world/tree-hash.ts';
import type { Word } from '../world/wheel.ts';
import { openWorld } from '../world/world.ts';
import { runGuarded, runPlain, type Guarded } from '../attacks/door.ts';
import { poisonBelow } from '../attacks/poisoned-cache.ts';
import { openStage, type Stage } from '../attacks/stage.ts';
import { mountCase, type CaseName } from './cases.ts';
import type { MatrixTool, Undertaking } from './tools.ts';

export interface Cell {
  /** What is not as it must be. */
  readonly faults: readonly string[];
  /** The tool does not know this way. */
  readonly absent: boolean;
  /** The refusal stands in the tool's own output, not in our report alone. */
  readonly said: boolean;
  /** Everything that was printed. */
  readonly output: string;
}

/** Plays one way with one tool: the good file passes, the bad one is refused, no file is ours. */
export async function playCell(tool: MatrixTool, name: CaseName): Promise<Cell> {
  const good = await play(tool, name, 'GOOD');
  if (good === null) return { faults: [], absent: true, said: false, output: '' };
  const faults = good.faults.map((fault) => `good: ${fault}`);
  // A poisoned cache is bad already; that the good file comes all the same is the proof.
  if (name === 'cache') return { faults, absent: false, said: true, output: good.output };
  const bad = await play(tool, name, 'EVIL');
  faults.push(...(bad?.faults ?? []).map((fault) => `bad: ${fault}`));
  const output = `${good.output}\n${bad?.output ?? ''}`;
  return { faults, absent: false, said: bad?.said ?? false, output };
}

interface Played {
  readonly faults: readonly string[];
  readonly said: boolean;
  readonly output: string;
}

async function play(tool: MatrixTool, name: CaseName, word: Word): Promise<Played | null> {
  // Some ask their default index whatever the project names.
  await using world = await openWorld({ knowsNothingElsewhere: true });
  await using environment = await openEnvironment(world, tool.installer, newest(tool.installer));
  const stage = openStage(world, environment);
  // What a plain run writes beforehand, it writes of an honest world.
  const wanted = await mountCase(stage, name, 'GOOD');
  const undertaking = tool.undertake(name, wanted, environment);
  if (undertaking === null) return null;
  await lay(environment, undertaking);
  const plainly = name === 'cache' ? undertaking.words : (undertaking.beforehand ?? []);
  for (const words of plainly) {
    const ended = await runPlain(environment, words[0] === 'run' ? words.slice(2) : words);
    if (ended.exit !== 0) throw new Error(`${words.join(' ')}: ${ended.stdout}\n${ended.stderr}`);
  }
  if (name === 'cache') await spoil(stage, undertaking);
  else await mountCase(stage, name, word);
  return await judge(stage, undertaking, word);
}

async function lay(
  environment: Environment,
  { files = {}, variables = {} }: Undertaking,
): Promise<void> {
  const { directory } = environment;
  environment.setVariables(variables);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
}

/** Whatever the plain run left in the user's caches says EVIL now; what it installed is gone. */
async function spoil({ environment }: Stage, undertaking: Undertaking): Promise<void> {
  await poisonBelow(join(environment.home, '.cache'));
  const made = ['.venv', '.tox', '.nox', '.hatch', 'poetry.lock', 'pdm.lock', 'Pipfile.lock'];
  for (const name of [...made, 'uv.lock', '.pdm-python'])
    await rm(join(environment.directory, name), { recursive: true, force: true });
  await rm(join(environment.home, '.local', 'share', 'hatch'), { recursive: true, force: true });
  await environment.renewTarget();
  await lay(environment, undertaking);
}

async function judge(stage: Stage, { words }: Undertaking, word: Word): Promise<Played> {
  const { environment } = stage;
  const ends: Guarded[] = [];
  for (const each of words) {
    const ended = await runGuarded({ environment, words: each });
    ends.push(ended);
    if (ended.exit !== 0) break;
  }
  const output = ends.map(({ stdout, stderr }) => `${stdout}\n${stderr}`).join('\n');
  const faults = await polluted(stage);
  const installed = await wordsBelow(environment);
  if (installed.includes('EVIL')) faults.push('the bad file is installed');
  if ((await stage.readCanary()).includes('EVIL')) faults.push('code of the bad file ran');
  const exit = ends.at(-1)?.exit ?? null;
  if (word === 'GOOD') {
    if (exit !== 0) faults.push(`exit ${exit ?? 'by signal'}`);
    else if (!installed.includes('GOOD')) faults.push('the good file is not installed');
  } else {
    const refused = ends.at(-1)?.report?.exit ?? 0;
    if (refused < 10 || refused >= 64) faults.push(`not refused: exit ${exit ?? 'by signal'}`);
    if (installed.includes('GOOD')) faults.push('something was installed all the same');
  }
  return { faults, said: /Blocked\s+by\s+wheelproof/u.test(output), output };
}

/** Of every `good` that lies in an environment, the word that it holds. */
async function wordsBelow({ root, home }: Environment): Promise<readonly string[]> {
  const ours = join(home, '.cache', 'wheelproof');
  const found = (await pathsBelow(root)).filter(
    (path) => /site-packages\/(?:good|helper)\/__init__\.py$/u.test(path) && !path.startsWith(ours),
  );
  const texts = await Promise.all(found.map((path) => readFile(path, 'utf8')));
  return texts.map((text) => /"(\w+)"/u.exec(text)?.[1] ?? '');
}

/** No file of the project holds an address of the gate. */
async function polluted({ environment }: Stage): Promise<string[]> {
  const faults: string[] = [];
  for (const path of await pathsBelow(environment.directory)) {
    if (/\/(?:\.venv|\.tox|\.nox|\.hatch)\//u.test(path)) continue;
    const text = await readFile(path, 'utf8').catch(() => '');
    if (/127\.0\.0\.1|wheelproof/u.test(text)) faults.push(`${path} holds an address of ours`);
  }
  return faults;
}

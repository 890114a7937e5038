// SPDX-License-Identifier: Apache-2.0
import { execFile, execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Updater } from 'tuf-js';
import { openStagedFolder } from '../../../src/storage/index.ts';
import { hashedPath, TufClient, verifyTarget } from '../../../src/tuf/index.ts';

/* TUF clients, ours and other people's, each asked in the same way. */

const run = promisify(execFile);
const PYTHON_TUF = 'tuf==7.0.1';

export interface Question {
  /** Where `metadata` and `targets` are served. */
  readonly url: string;
  /** The root to begin with, where nothing is trusted yet. */
  readonly root: string;
  /** What is trusted, kept from one question to the next. */
  readonly state: string;
  readonly paths: readonly string[];
}

/** For each path a sha256, `absent` or `refused`; `refused` alone for all, with the client's words. */
export interface Answers {
  readonly verdicts: readonly string[];
  readonly said: string;
}

export interface TestedClient {
  readonly name: string;
  ask(question: Question): Promise<Answers>;
}

/** Ours first. @param tell which are not here, and why. */
export function openClients(tell: (line: string) => void): readonly TestedClient[] {
  const clients: TestedClient[] = [
    { name: 'wheelproof', ask: askOurs },
    { name: 'tuf-js', ask: askTufJs },
  ];
  const python = pythonWithTuf();
  if (python === null) tell('python-tuf: skipped, it cannot be installed here');
  else {
    const script = join(import.meta.dirname, 'python_client.py');
    clients.push({ name: 'python-tuf', ask: async (one) => askProgram([python, script], one) });
  }
  const go = goReferee();
  if (go === null) tell('go-tuf: skipped, there is no Go here, or it cannot be built');
  else clients.push({ name: 'go-tuf', ask: async (one) => askProgram([go], one) });
  return clients;
}

function words(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}

async function askOurs({ url, root, state, paths }: Question): Promise<Answers> {
  const folder = await openStagedFolder(state);
  const nameOf = (role: string): string => `${encodeURIComponent(role)}.json`;
  const store = {
    load: async (role: string) => await folder.read(nameOf(role)),
    save: async (role: string, bytes: Uint8Array) => {
      await folder.stage([{ name: nameOf(role), bytes }]);
      await folder.commit([nameOf(role)]);
    },
    remove: async (role: string) => await folder.remove(nameOf(role)),
  };
  if ((await store.load('root')) === null) await store.save('root', readFileSync(root));
  const get = async (path: string, maxBytes: number): Promise<Uint8Array | null> => {
    const answer = await fetch(`${url}/${path}`);
    if (!answer.ok) return null;
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (bytes.length > maxBytes) throw new Error(`${path}: more than ${maxBytes} bytes`);
    return bytes;
  };
  const source = {
    fetch: async (name: string, most: number) => await get(`metadata/${name}`, most),
  };
  const verdicts: string[] = [];
  const said: string[] = [];
  try {
    const client = await TufClient.open({ source, store, now: Date.now() });
    await client.refresh();
    for (const path of paths)
      try {
        const target = await client.findTarget(path);
        const sha256 = target?.hashes['sha256'] ?? '';
        const bytes =
          target === null ? null : await get(`targets/${hashedPath(path, sha256)}`, target.length);
        if (target !== null) verifyTarget(bytes ?? new Uint8Array(), target);
        verdicts.push(bytes === null ? 'absent' : hash('sha256', bytes, 'hex'));
      } catch (error) {
        verdicts.push('refused');
        said.push(words(error));
      }
  } catch (error) {
    return { verdicts: ['refused'], said: words(error) };
  }
  return { verdicts, said: said.join('; ') };
}

async function askTufJs({ url, root, state, paths }: Question): Promise<Answers> {
  const out = join(state, 'out');
  mkdirSync(out, { recursive: true });
  if (!existsSync(join(state, 'root.json'))) copyFileSync(root, join(state, 'root.json'));
  const verdicts: string[] = [];
  const said: string[] = [];
  try {
    const updater = new Updater({
      metadataDir: state,
      metadataBaseUrl: `${url}/metadata`,
      targetDir: out,
      targetBaseUrl: `${url}/targets`,
    });
    await updater.refresh();
    for (const path of paths)
      try {
        const info = await updater.getTargetInfo(path);
        if (info === undefined) verdicts.push('absent');
        else verdicts.push(hash('sha256', readFileSync(await updater.downloadTarget(info)), 'hex'));
      } catch (error) {
        verdicts.push('refused');
        said.push(words(error));
      }
  } catch (error) {
    return { verdicts: ['refused'], said: words(error) };
  }
  return { verdicts, said: said.join('; ') };
}

/** A program that prints one line a path. */
async function askProgram(
  [program = '', ...first]: readonly string[],
  { url, root, state, paths }: Question,
): Promise<Answers> {
  const { stdout } = await run(program, [...first, url, root, state, join(state, 'out'), ...paths]);
  const lines = stdout.trim().split('\n');
  const isAnswer = (line: string): boolean => /^(?:[0-9a-f]{64}|absent)$/u.test(line);
  return {
    verdicts: lines.map((line) => (isAnswer(line) ? line : 'refused')),
    said: lines.filter((line) => !isAnswer(line)).join('; '),
  };
}

/** Where referees are made once. */
export function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? tmpdir(), '.cache');
  return join(cache, 'wheelproof-referees');
}

/** A Python that has python-tuf, made once in the cache; `null` where it cannot be had. */
export function pythonWithTuf(): string | null {
  const folder = cacheFolder();
  const python = join(folder, 'bin', 'python');
  try {
    if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', folder], { stdio: 'ignore' });
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PYTHON_TUF];
    execFileSync(python, install, { stdio: 'ignore' });
    return python;
  } catch {
    return null;
  }
}

/** go-tuf behind a small program, built once for its sources; `null` where it cannot be built. */
function goReferee(): string | null {
  const sources = join(import.meta.dirname, 'go-client');
  const digest = hash(
    'sha256',
    readdirSync(sources)
      .sort()
      .map((name) => readFileSync(join(sources, name), 'utf8'))
      .join('\0'),
    'hex',
  );
  const program = join(cacheFolder(), `go-tuf-${digest.slice(0, 16)}`);
  if (existsSync(program)) return program;
  try {
    mkdirSync(cacheFolder(), { recursive: true });
    execFileSync('go', ['build', '-o', program, '.'], { cwd: sources, stdio: 'ignore' });
    return program;
  } catch {
    return null;
  }
}

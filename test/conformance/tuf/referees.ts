// SPDX-License-Identifier: Apache-2.0
import { execFile, execFileSync } from 'node:child_process';
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Updater } from 'tuf-js';
import type { Signer } from '../../../src/core/tuf-repository.ts';
import { openStagedFolder, placeFile } from '../../../src/storage/index.ts';
import {
  createRepository,
  hashedPath,
  PROFILES,
  RepositoryWriter,
  rotateOnline,
} from '../../../src/tuf/index.ts';

/* Other people's clients read a repository that we wrote. */

const run = promisify(execFile);
const PYTHON_TUF = 'tuf==7.0.1';
const PATHS = ['packages/a/a-1.0.tar.gz', 'packages/b/b-1.0.tar.gz', 'packages/c/c-1.0.tar.gz'];
const lives = PROFILES.server;

/** What a client says: for each path a sha256, `absent` or `refused`; or `refused` for all. */
type Referee = (url: string, root: string, state: string) => Promise<readonly string[]>;

/** @returns the lines that tell how it went; `false` where anybody disagreed. */
export async function askReferees(tell: (line: string) => void): Promise<boolean> {
  const referees: [string, Referee][] = [['tuf-js', askTufJs]];
  const python = pythonWithTuf();
  if (python === null) tell('python-tuf: skipped, it cannot be installed here');
  else referees.push(['python-tuf', async (...words) => askPython(python, ...words)]);
  let agreed = true;
  for (const [name, referee] of referees)
    for (const [what, wanted, found] of await judge(referee)) {
      const isRight = wanted.join() === found.join();
      agreed &&= isRight;
      tell(
        `${name}: ${what}: ${isRight ? 'as expected' : `expected ${wanted.join()}, found ${found.join()}`}`,
      );
    }
  return agreed;
}

type Judgement = readonly [string, readonly string[], readonly string[]];

/** One life of a repository, with a look by the same client after each change. */
async function judge(referee: Referee): Promise<readonly Judgement[]> {
  const ground = mkdtempSync(join(tmpdir(), 'tuf-referee-'));
  const folder = await openStagedFolder(join(ground, 'metadata'));
  const server = await serve(ground);
  const found: Judgement[] = [];
  let states = 0;
  const look = async (what: string, wanted: readonly string[], state: string): Promise<void> => {
    const root = join(ground, 'metadata', '1.root.json');
    found.push([what, wanted, await referee(server.url, root, join(ground, state))]);
  };
  try {
    const holders = [makeSigner(), makeSigner(), makeSigner()];
    const [online, next] = [makeSigner(), makeSigner()];
    const put = async (path: string, text: string) => {
      const sha256 = hash('sha256', text, 'hex');
      await placeFile(join(ground, 'targets'), hashedPath(path, sha256), Buffer.from(text));
      return { path, target: { length: text.length, sha256 } };
    };
    const [a = '', b = '', c = ''] = PATHS;
    const wish = { holders, threshold: 2, online, bits: 4, lives, now: Date.now() };
    await createRepository(folder, { ...wish, targets: [await put(a, 'old'), await put(b, 'b')] });
    const hex = (text: string): string => hash('sha256', text, 'hex');
    await look('a new repository, 2 of 3, 16 bins', [hex('old'), hex('b'), 'absent'], 'state');
    let writer = await RepositoryWriter.open(folder, lives);
    const changes = [await put(a, 'new'), await put(c, 'c'), { path: b, target: null }];
    await writer.publish(changes, online, Date.now());
    const now = [hex('new'), 'absent', hex('c')];
    await look('changed, added and removed', now, 'state');
    const rotation = { next, old: online, holders: holders.slice(1), lives, now: Date.now() };
    await rotateOnline(folder, rotation);
    await look('online key rotated', now, 'state');
    await look('online key rotated, for one that begins with root 1', now, `state${++states}`);
    writer = await RepositoryWriter.open(folder, lives);
    await writer.publish([await put(b, 'again')], next, Date.now());
    const last = [hex('new'), hex('again'), hex('c')];
    await look('published with the new key', last, 'state');
    await renewed(ground, async (files) => {
      writeFileSync(files.target(hashedPath(c, hex('c'))), 'x');
      await look(
        'other bytes of a target',
        [last[0] ?? '', last[1] ?? '', 'refused'],
        `state${++states}`,
      );
    });
    await renewed(ground, async (files) => {
      const timestamp = files.metadata('timestamp.json');
      writeFileSync(
        timestamp,
        readFileSync(timestamp, 'utf8').replace('"version":', '"version":1'),
      );
      await look('a changed timestamp', ['refused'], `state${++states}`);
    });
    return found;
  } finally {
    server.close();
    rmSync(ground, { recursive: true, force: true });
  }
}

interface Files {
  target(path: string): string;
  metadata(name: string): string;
}

/** Undoes what `work` changed of one file. */
async function renewed(ground: string, work: (files: Files) => Promise<void>): Promise<void> {
  const kept: [string, Buffer][] = [];
  const keep = (path: string): string => {
    kept.push([path, readFileSync(path)]);
    return path;
  };
  await work({
    target: (path) => keep(join(ground, 'targets', path)),
    metadata: (name) => keep(join(ground, 'metadata', name)),
  });
  for (const [path, bytes] of kept) writeFileSync(path, bytes);
}

async function serve(ground: string) {
  const server = createServer((request, answer) => {
    const path = join(ground, decodeURIComponent(request.url ?? ''));
    if (existsSync(path)) answer.writeHead(200).end(readFileSync(path));
    else answer.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

const askTufJs: Referee = async (url, root, state) => {
  const out = join(state, 'out');
  mkdirSync(out, { recursive: true });
  if (!existsSync(join(state, 'root.json'))) copyFileSync(root, join(state, 'root.json'));
  const updater = new Updater({
    metadataDir: state,
    metadataBaseUrl: `${url}/metadata`,
    targetDir: out,
    targetBaseUrl: `${url}/targets`,
  });
  try {
    await updater.refresh();
  } catch {
    return ['refused'];
  }
  const answers: string[] = [];
  for (const path of PATHS)
    try {
      const info = await updater.getTargetInfo(path);
      if (info === undefined) answers.push('absent');
      else answers.push(hash('sha256', readFileSync(await updater.downloadTarget(info)), 'hex'));
    } catch {
      answers.push('refused');
    }
  return answers;
};

async function askPython(python: string, url: string, root: string, state: string) {
  const script = join(import.meta.dirname, 'python_client.py');
  const words = [script, url, root, state, join(state, 'out'), ...PATHS];
  const { stdout } = await run(python, words);
  return stdout
    .trim()
    .split('\n')
    .map((line) => (/^(?:[0-9a-f]{64}|absent)$/u.test(line) ? line : 'refused'));
}

/** A Python that has python-tuf, made once in the cache; `null` where it cannot be had. */
function pythonWithTuf(): string | null {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? tmpdir(), '.cache');
  const folder = join(cache, 'wheelproof-referees');
  const python = join(folder, 'bin', 'python');
  try {
    if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', folder], { stdio: 'ignore' });
    const words = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PYTHON_TUF];
    execFileSync(python, words, { stdio: 'ignore' });
    return python;
  } catch {
    return null;
  }
}

function makeSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x ?? '', 'base64url').toString('hex'),
    sign: (message) => Promise.resolve(sign(null, message, privateKey)),
  };
}

// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import type { Request, Response } from './exchange.ts';
import { dirname, join } from 'node:path';
import type { Host } from './host.ts';
import { runProgram } from './programs.ts';

/** A repository that a host of the world serves by git's own program, with every protocol it speaks. */
export interface GitRepository {
  /** `/NAME.git` */
  readonly path: string;
  /** Writes files and commits them on the branch that is checked out. @returns the commit's id */
  commit(files: Readonly<Record<string, string>>): Promise<string>;
  /** Runs git in the work tree. @returns what it says */
  git(...words: readonly string[]): Promise<string>;
}

export interface GitServer {
  /** Begins a repository of this name with these files on `main`. */
  create(name: string, files: Readonly<Record<string, string>>): Promise<GitRepository>;
}

const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ana',
  GIT_AUTHOR_EMAIL: 'ana@example.com',
  GIT_COMMITTER_NAME: 'Ana',
  GIT_COMMITTER_EMAIL: 'ana@example.com',
};

/**
 * The host answers with `git http-backend` (git-http-backend(1)); what it knew is no longer asked for.
 * @param below where the repositories lie; whoever owns the folder removes it.
 */
export async function openGitServer(host: Host, below: string): Promise<GitServer> {
  const root = await mkdtemp(join(below, 'git-'));
  const trees = join(root, 'trees');
  const served = join(root, 'served');
  await mkdir(served);
  host.through((request, response) => void answer(request, response, served));
  const git = async (...words: readonly string[]): Promise<string> => {
    const environment = { ...ENVIRONMENT, HOME: root };
    const ended = await runProgram(['git', ...words], { environment, directory: root });
    if (ended.exit !== 0) throw new Error(`git ${words.join(' ')}: ${ended.stderr}`);
    return ended.stdout.trim();
  };
  return {
    async create(name, files) {
      const [tree, bare] = [join(trees, name), join(served, `${name}.git`)];
      await git('init', '--quiet', '--bare', '--initial-branch=main', bare);
      // A real forge lets one fetch any commit that it has; both do.
      for (const key of ['allowAnySHA1InWant', 'allowFilter'])
        await git('-C', bare, 'config', `uploadpack.${key}`, 'true');
      await git('init', '--quiet', '--initial-branch=main', tree);
      await git('-C', tree, 'remote', 'add', 'origin', bare);
      const repository: GitRepository = {
        path: `/${name}.git`,
        git: (...words) => git('-C', tree, ...words),
        async commit(changed) {
          for (const [path, text] of Object.entries(changed)) {
            await mkdir(dirname(join(tree, path)), { recursive: true });
            await writeFile(join(tree, path), text);
          }
          await git('-C', tree, 'add', '.');
          await git('-C', tree, 'commit', '--quiet', '--allow-empty', '-m', 'another');
          await git('-C', tree, 'push', '--quiet', 'origin', 'HEAD');
          return await git('-C', tree, 'rev-parse', 'HEAD');
        },
      };
      await repository.commit(files);
      return repository;
    },
  };
}

/** RFC 3875, as far as git's program looks at it. */
async function answer(request: Request, response: Response, served: string): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://git.test');
  const header = (name: string): string => String(request.headers[name] ?? '');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...ENVIRONMENT,
      GIT_PROJECT_ROOT: served,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: header('content-type'),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => child.once('close', resolve));
  const all = Buffer.concat(chunks);
  const end = all.indexOf('\r\n\r\n');
  const lines = all.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  let status = end < 0 ? 500 : 200;
  for (const line of lines) {
    const [name = '', value = ''] = line.split(/:\s*/u, 2);
    if (name === 'Status') status = Number(value.slice(0, 3));
    else if (name !== '') response.setHeader(name, value);
  }
  response.writeHead(status);
  response.end(all.subarray(end + 4));
}

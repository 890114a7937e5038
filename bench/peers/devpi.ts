// SPDX-License-Identifier: Apache-2.0
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type Lane, type Track } from '../lane.ts';
import { cleanVariables } from '../stage.ts';
import { cachingLane } from './caching-lane.ts';
import { provision, pythonPackages, pythonVersion } from './package-cache.ts';
import { startServer, type RunningServer } from './server.ts';

/** A standalone server whose `root/pypi` mirrors our upstream. */
export async function devpiLanes(cache: string, track: Track): Promise<readonly Lane[]> {
  const folder = await pythonPackages(cache, ['devpi-server']);
  const name = `devpi ${await pythonVersion(folder, 'devpi-server')}`;
  const { stage, upstream } = track;
  const empty = join(stage.newHome(), 'server');
  const home = stage.newHome();
  const environment = {
    ...cleanVariables(stage, home, upstream.caFile),
    REQUESTS_CA_BUNDLE: upstream.caFile,
  };
  const serve = (serverFolder: string): Promise<RunningServer> =>
    startServer({
      words: (port) => [
        join(folder, 'bin', 'devpi-server'),
        `--serverdir=${serverFolder}`,
        `--port=${port}`,
      ],
      environment,
      directory: home,
      log: join(home, 'log'),
      probe: '/+api',
    });
  await provision([join(folder, 'bin', 'devpi-init'), `--serverdir=${empty}`], folder);
  const first = await serve(empty);
  try {
    await aimAt(first.origin, upstream.index);
  } finally {
    await first.stop();
  }
  const start = async (): Promise<RunningServer> => {
    const serverFolder = stage.newHome();
    cpSync(empty, serverFolder, { recursive: true });
    const server = await serve(serverFolder);
    // It fetches the list of all projects once, which is not this comparison's business.
    await fetch(`${server.origin}/root/pypi/+simple/`).then((answer) => answer.arrayBuffer());
    return server;
  };
  const lane = { name, indexPath: '/root/pypi/+simple/', start };
  return [
    cachingLane(track, { ...lane, state: 'cold' }),
    cachingLane(track, { ...lane, state: 'warm' }),
  ];
}

/** By its HTTP interface: a session of root's, then a patch of the index. */
async function aimAt(origin: string, index: string): Promise<void> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const login = await fetch(`${origin}/+login`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ user: 'root', password: '' }),
  });
  const told: { readonly result?: { readonly password?: string } } = JSON.parse(await login.text());
  const authority = Buffer.from(`root:${told.result?.password ?? ''}`).toString('base64');
  const patched = await fetch(`${origin}/root/pypi`, {
    method: 'PATCH',
    headers: { ...headers, 'x-devpi-auth': authority },
    body: JSON.stringify([`mirror_url=${index}`]),
  });
  if (!patched.ok) throw new Error(`its mirror address could not be set: ${await patched.text()}`);
}

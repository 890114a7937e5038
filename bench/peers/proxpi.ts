// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Lane, type Track } from '../lane.ts';
import { cleanVariables } from '../stage.ts';
import { cachingLane } from './caching-lane.ts';
import { pythonPackages, pythonVersion } from './package-cache.ts';
import { startServer, type RunningServer } from './server.ts';

/** As its container runs it: gunicorn, one process, two threads. */
export async function proxpiLanes(cache: string, track: Track): Promise<readonly Lane[]> {
  const folder = await pythonPackages(cache, ['proxpi', 'gunicorn']);
  const name = `proxpi ${await pythonVersion(folder, 'proxpi')}`;
  const { stage, upstream } = track;
  const start = (): Promise<RunningServer> => {
    const home = stage.newHome();
    const files = join(home, 'files');
    const variables = cleanVariables(stage, home, upstream.caFile);
    mkdirSync(files);
    return startServer({
      words: (port) => [
        join(folder, 'bin', 'gunicorn'),
        '--threads=2',
        `--bind=127.0.0.1:${port}`,
        'proxpi.server:app',
      ],
      environment: {
        ...variables,
        PATH: `${join(folder, 'bin')}:${variables['PATH'] ?? ''}`,
        REQUESTS_CA_BUNDLE: upstream.caFile,
        PROXPI_INDEX_URL: upstream.index,
        PROXPI_CACHE_DIR: files,
      },
      directory: home,
      log: join(home, 'log'),
      probe: '/',
    });
  };
  const lane = { name, indexPath: '/index/', start };
  return [
    cachingLane(track, { ...lane, state: 'cold' }),
    cachingLane(track, { ...lane, state: 'warm' }),
  ];
}

// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { plainLane, type Lane, type Track } from '../lane.ts';
import { cleanVariables } from '../stage.ts';
import { installed, provision } from './package-cache.ts';

const PACKAGE = '@aikidosec/safe-chain';

/**
 * Its wrapper around the same words. It keeps nothing between runs but its lists, which it is given
 * empty from the upstream: looking a name up in a long list is not what is measured.
 */
export async function safeChainLanes(cache: string, track: Track): Promise<readonly Lane[]> {
  const folder = await installed(join(cache, 'safe-chain'), async (made) => {
    await provision(['npm', 'init', '--yes'], made);
    await provision(
      ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', PACKAGE],
      made,
    );
  });
  const manifest = join(folder, 'node_modules', PACKAGE, 'package.json');
  const told: { readonly version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
  const { stage, upstream, installer } = track;
  const variables: Record<string, string> = {
    ...cleanVariables(stage, stage.newHome(), upstream.caFile),
    NODE_EXTRA_CA_CERTS: upstream.caFile,
    SAFE_CHAIN_PIP_CUSTOM_REGISTRIES: 'localhost',
    SAFE_CHAIN_MALWARE_LIST_BASE_URL: upstream.index.replace(/simple\/$/u, 'malware'),
  };
  let directory = '';
  return [
    {
      ...plainLane(track),
      name: `safe-chain ${told.version}`,
      /** It looks the installer up on PATH. */
      call: ([program = '', ...words]) => {
        directory = dirname(program);
        return [join(folder, 'node_modules', '.bin', `aikido-${installer}`), ...words];
      },
      variables: () => ({ ...variables, PATH: `${directory}:${variables['PATH'] ?? ''}` }),
    },
  ];
}

// SPDX-License-Identifier: Apache-2.0
import { listed } from '../world/index-model.ts';
import { makeSdist, type BuiltFile } from '../world/wheel.ts';
import {
  BOTH_INSTALL,
  PASSED,
  refused,
  type Attack,
  type Form,
  type Scene,
  type Witness,
} from './attack.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

/** The one name that leads to the world without its proxy. */
const HERE = 'localhost';

function openIndexHere({ world }: Stage, file = EVIL): void {
  const host = world.host(HERE);
  const base = `${world.origin(HERE)}/packages/`;
  const files = [listed(file, { base })];
  host.projects.set('good', { name: 'good', files, apiVersion: '1.1', forms: ['json'], raw: {} });
  host.files.set(`/packages/${file.filename}`, file.bytes);
  host.files.set(`/packages/${file.filename}.metadata`, file.metadata);
}

const atHome = ({ world }: Stage): string => `${world.origin(HERE)}/simple/`;

/** With an exception, the installer would go straight to the server. */
function past(name: string, more: Partial<Scene>): Form {
  return {
    name,
    mount: (stage) => openIndexHere(stage),
    index: atHome,
    variables: () => ({ NO_PROXY: HERE, no_proxy: HERE }),
    own: ['--strict', '--jail', 'off'],
    expect: refused('E-MISSING', 'WP-FIRST-USE', { says: () => [EVIL.filename, HERE] }),
    plain: BOTH_INSTALL,
    defence: 'settings',
    lasting: true,
    ...more,
  };
}

/** Its build opens a connection of its own, and tells when it gets through. */
function makeLeaky({ world }: Stage): BuiltFile {
  const { port } = new URL(world.index);
  const probe = `import os, socket
try:
    socket.create_connection(('127.0.0.1', ${port}), 3).close()
    open(os.environ['TEST_CANARY'], 'a').write('EVIL\\n')
except OSError:
    pass
from backend import *
`;
  const project = `[build-system]\nrequires = []\nbuild-backend = "leaky"\nbackend-path = ["."]\n`;
  const files = { 'pyproject.toml': project, 'leaky.py': probe };
  return makeSdist({ name: 'good', version: '1.0', files });
}

const nothingLeaked: Witness = async (stage) =>
  (await stage.readCanary()).includes('EVIL') ? ['the build reached the world alone'] : [];

export const K05: Attack = {
  id: 'K05',
  title: 'exceptions from the proxy, and programs that need none',
  forms: [
    past('NO_PROXY=localhost', {}),
    past('NO_PROXY=*', { variables: () => ({ NO_PROXY: '*', no_proxy: '*' }) }),
    past('--isolated', {
      installers: ['pip'],
      ask: () => ['--isolated', '--cert', 'ca.pem', 'good'],
      mount: async (stage) => {
        openIndexHere(stage);
        await stage.write('ca.pem', stage.world.authority.caPem);
      },
    }),
    past("--proxy ''", { installers: ['pip'], ask: () => ['--proxy', '', 'good'] }),
    {
      name: 'a socket of the build script',
      mount: (stage) => void stage.listOnly(makeLeaky(stage), { sidecar: false }),
      expect: PASSED,
      plain: null,
      defence: 'jail',
      witness: nothingLeaked,
    },
  ],
  twins: [
    {
      name: 'an exception for a server here, and an honest file',
      mount: (stage) => openIndexHere(stage, GOOD),
      index: atHome,
      variables: () => ({ NO_PROXY: HERE, no_proxy: HERE }),
    },
  ],
};

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
  return makeBuilt(probe);
}

function makeBuilt(probe: string): BuiltFile {
  const project = `[build-system]\nrequires = []\nbuild-backend = "leaky"\nbackend-path = ["."]\n`;
  const files = { 'pyproject.toml': project, 'leaky.py': probe };
  return makeSdist({ name: 'good', version: '1.0', files });
}

/** Its build asks for a service of this machine the way it is told to: by its proxy settings. */
async function offerAsking(stage: Stage): Promise<void> {
  const { world } = stage;
  const { certPem, keyPem } = world.authority.leaf({ names: ['127.0.0.1'] });
  const { port } = await world.openTls({ cert: certPem, key: keyPem });
  world.host('127.0.0.1').files.set('/secret', Buffer.from('keys of the cloud'));
  const probe = `import os, ssl, urllib.request
try:
    trusted = ssl.create_default_context(cafile=os.environ['SSL_CERT_FILE'])
    found = urllib.request.urlopen('https://127.0.0.1:${port}/secret', timeout=20, context=trusted).read()
    if b'keys' in found:
        open(os.environ['TEST_CANARY'], 'a').write('EVIL\\n')
except OSError as failure:
    open(os.environ['TEST_CANARY'], 'a').write(str(failure))
    raise
from backend import *
`;
  stage.listOnly(makeBuilt(probe), { sidecar: false });
}

const isTold: Witness = async (stage) =>
  (await stage.readCanary()).includes('WP-INSIDE-ADDRESS') ? [] : ['the build was not told why'];

const gotThrough: Witness = async (stage) =>
  (await stage.readCanary()).includes('EVIL') ? [] : [`not reached: ${await stage.readCanary()}`];

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
    {
      name: 'a build asks the gate for a service inside',
      mount: offerAsking,
      expect: refused('E-SOURCE', 'WP-INSIDE-ADDRESS', { says: () => ['127.0.0.1'] }),
      plain: null,
      defence: 'inside addresses',
      witness: async (stage, guarded) => [
        ...(await nothingLeaked(stage, guarded)),
        ...(await isTold(stage, guarded)),
      ],
    },
  ],
  twins: [
    {
      name: 'a build asks for a service inside that the policy names',
      mount: offerAsking,
      policy: 'allow-inside = ["127.0.0.1"]\n',
      witness: gotThrough,
    },
    {
      name: 'an exception for a server here, and an honest file',
      mount: (stage) => openIndexHere(stage, GOOD),
      index: atHome,
      variables: () => ({ NO_PROXY: HERE, no_proxy: HERE }),
    },
  ],
};

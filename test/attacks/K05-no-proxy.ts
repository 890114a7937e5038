// SPDX-License-Identifier: Apache-2.0
import { listed } from '../world/index-model.ts';
import { makeSdist, type BuiltFile } from '../world/wheel.ts';
import type { TlsPort } from '../world/world.ts';
import {
  BOTH_INSTALL,
  PASSED,
  refused,
  type Attack,
  type Form,
  type Scene,
  type Witness,
} from './attack.ts';
import { runGuarded } from './door.ts';
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

const JSON_PAGE = 'application/vnd.pypi.simple.v1+json';

/** A service of this machine. */
const services = new WeakMap<Stage, TlsPort>();

/**
 * Its build asks for that service the way it is told to, by its proxy settings: for something that
 * looks like nothing of ours, or like a file or a page of an index.
 */
async function offerAsking(stage: Stage, path = '/secret', accept = '*/*'): Promise<void> {
  const { world } = stage;
  const { certPem, keyPem } = world.authority.leaf({ names: ['127.0.0.1'] });
  const service = await world.openTls({ cert: certPem, key: keyPem });
  services.set(stage, service);
  world.host('127.0.0.1').files.set(path, Buffer.from('keys of the cloud'));
  const probe = `import os, ssl, urllib.request
try:
    trusted = ssl.create_default_context(cafile=os.environ['SSL_CERT_FILE'])
    asked = urllib.request.Request('https://127.0.0.1:${service.port}${path}', headers={'Accept': '${accept}'})
    found = urllib.request.urlopen(asked, timeout=20, context=trusted).read()
    if b'keys' in found:
        open(os.environ['TEST_CANARY'], 'a').write('EVIL\\n')
except OSError as failure:
    open(os.environ['TEST_CANARY'], 'a').write(str(failure))
    raise
from backend import *
`;
  stage.listOnly(makeBuilt(probe), { sidecar: false });
}

/** A request that is refused afterwards has been made all the same. */
const nobodyCame: Witness = (stage) => {
  const came = services.get(stage)?.connections() ?? 0;
  return came === 0 ? [] : [`${came} connections to the service inside`];
};

const asking = (name: string, path: string, accept?: string): Form => ({
  name,
  mount: (stage) => offerAsking(stage, path, accept),
  expect: refused('E-SOURCE', 'WP-INSIDE-ADDRESS', { says: () => ['127.0.0.1'] }),
  plain: null,
  defence: 'inside addresses',
  witness: async (stage, guarded) => [
    ...(await nothingLeaked(stage, guarded)),
    ...(await isTold(stage, guarded)),
    ...(await nobodyCame(stage, guarded)),
  ],
});

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
    asking('a build asks the gate for a service inside', '/secret'),
    asking('a build asks it for a file inside', '/secret-1.0.tar.gz'),
    {
      ...asking('a build asks it for an index page inside', '/simple/secret/', JSON_PAGE),
      // What it gets is a page that tells why, as an installer would; it builds on.
      expect: refused('E-SOURCE', 'WP-INSIDE-ADDRESS', {
        says: () => ['127.0.0.1'],
        steeredTo: '1.0',
      }),
      witness: async (stage, guarded) => [
        ...(await nothingLeaked(stage, guarded)),
        ...(await nobodyCame(stage, guarded)),
      ],
      // Once: what was built is kept in pip's private cache, and not built again.
      run: (_stage, knock) => runGuarded(knock),
    },
  ],
  twins: [
    {
      name: 'a build asks for a service inside that the policy names',
      mount: (stage) => offerAsking(stage),
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

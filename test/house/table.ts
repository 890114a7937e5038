// SPDX-License-Identifier: Apache-2.0

/** ARCHITECTURE.md's table of rooms as data: what each may import besides itself. Rooms to come are in it too. */
export const ROOMS: Readonly<Record<string, readonly string[] | 'anything'>> = {
  core: [],
  crypto: ['core'],
  archive: ['core'],
  index: ['core'],
  lockfiles: ['core'],
  storage: ['core'],
  host: ['core'],
  upstream: ['core'],
  installers: ['core'],
  report: ['core'],
  policy: ['core'],
  config: ['core', 'policy'],
  tuf: ['core', 'crypto'],
  log: ['core', 'crypto'],
  trust: ['core', 'crypto'],
  evidence: ['core', 'crypto', 'archive', 'index', 'lockfiles', 'tuf', 'log', 'trust'],
  verify: ['core', 'evidence', 'policy', 'trust'],
  gateway: ['core', 'crypto', 'index', 'verify'],
  mirror: ['core', 'index', 'verify', 'tuf', 'log'],
  server: [
    'core',
    'config',
    'index',
    'trust',
    'policy',
    'verify',
    'gateway',
    'mirror',
    'tuf',
    'log',
    'report',
  ],
  cli: 'anything',
};

/** What `core` may import from outside: pure parts of Node. */
export const CORE_PACKAGES: readonly string[] = ['node:crypto', 'node:net'];
/** Names without I/O; `core` may take only these from Node's modules. */
export const CORE_NAMES: readonly string[] = ['createHash', 'isIP', 'isIPv4', 'isIPv6'];

/** Rooms that may open connections to the outside. */
export const DIALLING_ROOMS: readonly string[] = ['upstream', 'storage'];
/** Files besides them that connect, and only to a UNIX socket of this machine. */
export const LOCAL_DIALLERS: readonly string[] = ['src/host/ssh-agent.ts'];
/** Modules that exist to connect; nobody else imports them at all. */
export const DIALLING_MODULES: readonly string[] = [
  'undici',
  'node:https',
  'node:dgram',
  'node:dns',
  'node:dns/promises',
];
/** Modules that can serve and connect. */
export const TWO_WAY_MODULES: readonly string[] = [
  'node:http',
  'node:http2',
  'node:net',
  'node:tls',
];
/** Rooms that may serve with them; everybody may take types and the names of SOCKETLESS_NAMES. */
export const SERVING_ROOMS: readonly string[] = ['gateway', 'server', 'cli'];
export const SOCKETLESS_NAMES: readonly string[] = [
  'isIP',
  'isIPv4',
  'isIPv6',
  'BlockList',
  'SocketAddress',
  'STATUS_CODES',
  'METHODS',
  'rootCertificates',
  'getCACertificates',
  'createSecureContext',
];
/** What connects, as a member of one of those modules or as a name imported from it. */
export const CONNECTING_NAMES: readonly string[] = [
  'request',
  'get',
  'connect',
  'createConnection',
  'Agent',
  'ClientRequest',
];

/** Rooms that hold a list: each file that exports one of the kind is named in the room's index.ts. */
export const LISTS: readonly { readonly room: string; readonly kind: string }[] = [
  { room: 'evidence', kind: 'EvidenceKind' },
  { room: 'installers', kind: 'Installer' },
  { room: 'lockfiles', kind: 'LockFormat' },
  { room: 'storage', kind: 'BlobBackend' },
  { room: 'storage', kind: 'TrustRowsBackend' },
  { room: 'report', kind: 'ReportFormat' },
  { room: 'index', kind: 'PageForm' },
];

export const MAX_LINES = 400;
export const VAGUE_NAMES: readonly string[] = [
  'utils',
  'util',
  'helpers',
  'helper',
  'misc',
  'common',
];

/** Hosts of package registries, in pieces, so that this file does not hold what it forbids. */
export const REGISTRY_HOSTS: readonly string[] = [
  ['py', 'pi.org'],
  ['python', 'hosted.org'],
  ['npm', 'js.org'],
  ['npm', 'js.com'],
  ['yarn', 'pkg.com'],
  ['crates', '.io'],
  ['proxy.golang', '.org'],
].map((parts) => parts.join(''));
/** Folders of the machine that this was written on. */
export const MACHINE_PATHS: readonly string[] = [
  ['/wo', 'rk/'].join(''),
  ['/home', '/user/'].join(''),
];

// SPDX-License-Identifier: Apache-2.0
import type { MarkerEnvironment } from '../core/environment-marker.ts';

/** The Python that is installed for, as its installer tells every index in `User-Agent`. */
export interface ClientPlatform {
  /** `3.12` */
  readonly python: readonly [major: number, minor: number];
  readonly pythonFull: string;
  /** `cp`, `pp` */
  readonly implementation: string;
  readonly system: 'linux' | 'darwin' | 'windows';
  /** As platform tags spell it: `x86_64`, `aarch64`. */
  readonly machine: string;
  readonly libc: { readonly name: 'glibc' | 'musl'; readonly version: readonly number[] } | null;
  readonly markers: MarkerEnvironment;
}

const MAX_AGENT_CHARACTERS = 4096;
const SYSTEMS: ReadonlyMap<string, ClientPlatform['system']> = new Map([
  ['linux', 'linux'],
  ['darwin', 'darwin'],
  ['windows', 'windows'],
]);
const PLATFORMS = { linux: 'linux', darwin: 'darwin', windows: 'win32' } as const;

/**
 * pip and uv end their `User-Agent` in a JSON object (what indexes count downloads by). It only
 * serves guesses: `null` where it does not tell enough.
 */
export function readClientPlatform(agent: string | undefined): ClientPlatform | null {
  if (agent === undefined || agent.length > MAX_AGENT_CHARACTERS) return null;
  const told = readObject(agent.slice(agent.indexOf('{')));
  if (told === null) return null;
  const pythonFull = text(told, 'python') ?? '';
  const [, major = '', minor = ''] = /^(\d{1,3})\.(\d{1,3})/u.exec(pythonFull) ?? [];
  const system = SYSTEMS.get((text(told, 'system', 'name') ?? '').toLowerCase());
  const machine = text(told, 'cpu')?.toLowerCase().replace(/-/gu, '_');
  if (major === '' || system === undefined || machine === undefined) return null;
  const implementation = text(told, 'implementation', 'name') ?? 'CPython';
  return {
    python: [Number(major), Number(minor)],
    pythonFull,
    implementation: implementation === 'PyPy' ? 'pp' : 'cp',
    system,
    machine,
    libc: readLibc(told),
    markers: {
      python_version: `${major}.${minor}`,
      python_full_version: pythonFull,
      implementation_version: pythonFull,
      implementation_name: implementation.toLowerCase(),
      platform_python_implementation: implementation,
      os_name: system === 'windows' ? 'nt' : 'posix',
      sys_platform: PLATFORMS[system],
      platform_system: text(told, 'system', 'name') ?? '',
      platform_machine: text(told, 'cpu') ?? '',
    },
  };
}

/**
 * The platform of a Python on this machine before its installer has told it: a CPython, its newest
 * patch release. Near enough to fetch by; what the installer tells takes its place.
 */
export function guessClientPlatform(
  python: string,
  libc: { readonly name: string; readonly version: string } | null,
): ClientPlatform | null {
  const machine = MACHINES[process.arch];
  if (process.platform !== 'linux' || machine === undefined || libc === null) return null;
  const told = {
    cpu: machine,
    distro: { libc: { lib: libc.name, version: libc.version } },
    implementation: { name: 'CPython' },
    python: `${python}.99`,
    system: { name: 'Linux' },
  };
  return readClientPlatform(JSON.stringify(told));
}

const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

function readLibc(told: object): ClientPlatform['libc'] {
  const name = text(told, 'distro', 'libc', 'lib');
  const version = text(told, 'distro', 'libc', 'version') ?? '';
  if (name !== 'glibc' && name !== 'musl') return null;
  return { name, version: version.split('.', 3).map(Number) };
}

function readObject(json: string): object | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' ? value : null;
  } catch {
    return null; // an agent that tells nothing of its platform
  }
}

function text(value: unknown, ...path: readonly string[]): string | null {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return null;
    at = Reflect.get(at, key);
  }
  return typeof at === 'string' && at !== '' ? at : null;
}

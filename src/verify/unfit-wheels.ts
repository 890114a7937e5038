// SPDX-License-Identifier: Apache-2.0
import type { PageAsk, SkippedWheels } from '../core/evidence.ts';
import { readClientPlatform, type ClientPlatform } from './client-platform.ts';

/** Architectures that platform tags end in, and on whose machines a Python may install them (PEP 600, 656). */
const MACHINES: Readonly<Record<string, readonly string[]>> = {
  x86_64: ['x86_64'],
  i686: ['x86_64', 'i686'],
  aarch64: ['aarch64'],
  armv7l: ['aarch64', 'armv7l'],
  armv6l: ['aarch64', 'armv7l', 'armv6l'],
  ppc64le: ['ppc64le'],
  ppc64: ['ppc64'],
  s390x: ['s390x'],
  riscv64: ['riscv64'],
  loongarch64: ['loongarch64'],
};
const LINUX_TAG = /^(?:linux|manylinux[^_]*(?:_\d+_\d+)?|musllinux_\d+_\d+)_([a-z0-9_]+)$/u;
const OTHER_SYSTEMS = /^(?:win|macosx_|ios_|android_|emscripten_|pyodide_|wasi_)/u;

/**
 * The wheels that a CPython on Linux cannot install, whatever else its page says of them: those of
 * other systems, machines and Pythons. `null` for every other platform: nothing is skipped. What is
 * not certain counts as fit, so that an installer is never made to build what it would not have built.
 */
export function unfitWheels(platform: ClientPlatform | null): SkippedWheels | null {
  if (platform?.system !== 'linux' || platform.implementation !== 'cp') return null;
  if (!Object.hasOwn(MACHINES, platform.machine)) return null;
  const [major, minor] = platform.python;
  const endings = new Map<string, boolean>();
  return {
    key: `cp${major}${minor}-linux-${platform.machine}`,
    has(filename) {
      const ending = tagsOf(filename);
      if (ending === null) return false;
      const known = endings.get(ending);
      if (known !== undefined) return known;
      const found = isUnfit(ending.toLowerCase().split('-'), platform);
      endings.set(ending, found);
      return found;
    },
  };
}

/** The same page, read without what is certainly unfit for whoever asks. */
export function skippingUnfit(ask: PageAsk): PageAsk {
  const skip = unfitWheels(readClientPlatform(ask.agent));
  return skip === null ? ask : { ...ask, skip };
}

/** The last three parts of a wheel's name, which has five, or six with a build tag; `null` for others. */
function tagsOf(filename: string): string | null {
  if (!filename.endsWith('.whl')) return null;
  const platform = filename.lastIndexOf('-');
  const abi = filename.lastIndexOf('-', platform - 1);
  const python = filename.lastIndexOf('-', abi - 1);
  const version = filename.indexOf('-');
  if (version === -1 || version >= python) return null;
  const second = filename.indexOf('-', version + 1);
  const isWheel = second === python || filename.indexOf('-', second + 1) === python;
  return isWheel ? filename.slice(python + 1, -'.whl'.length) : null;
}

function isUnfit(tags: readonly string[], platform: ClientPlatform): boolean {
  const [pythons = [], abis = [], places = []] = tags.map((part) => part.split('.'));
  return (
    places.every((place) => isElsewhere(place, platform.machine)) ||
    pythons.every((python) => abis.every((abi) => isOtherPython(python, abi, platform.python)))
  );
}

function isElsewhere(place: string, machine: string): boolean {
  if (OTHER_SYSTEMS.test(place)) return true;
  const built = LINUX_TAG.exec(place)?.[1] ?? '';
  const machines = Object.hasOwn(MACHINES, built) ? MACHINES[built] : undefined;
  return machines !== undefined && !machines.includes(machine);
}

/** PEP 425: `cp39-cp39` is for CPython 3.9 alone, `cp39-abi3` for that and later ones. */
function isOtherPython(
  python: string,
  abi: string,
  [major, minor]: ClientPlatform['python'],
): boolean {
  if (/^pp\d/u.test(python)) return true;
  const [, ofMajor = '', ofMinor = ''] = /^cp(\d)(\d+)$/u.exec(python) ?? [];
  if (ofMajor === '') return false;
  if (abi === 'abi3') return Number(ofMajor) === major && Number(ofMinor) > minor;
  if (!/^cp\d/u.test(abi)) return false;
  return Number(ofMajor) !== major || Number(ofMinor) !== minor;
}

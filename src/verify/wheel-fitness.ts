// SPDX-License-Identifier: Apache-2.0
import type { ClientPlatform } from './client-platform.ts';

/** What the old names of manylinux platforms stand for (PEP 600). */
const OLD_MANYLINUX: Readonly<Record<string, string>> = {
  manylinux1: 'manylinux_2_5',
  manylinux2010: 'manylinux_2_12',
  manylinux2014: 'manylinux_2_17',
};

/**
 * How well a wheel's tags (PEP 425) fit: the higher, the earlier an installer takes it; `null`
 * where they do not. Near enough for a guess: installers ask their own interpreter.
 */
export function wheelFitness(tags: readonly string[], platform: ClientPlatform): number | null {
  const fits = tags.map((tag) => tagFitness(tag, platform)).filter((fit) => fit !== null);
  return fits.length === 0 ? null : Math.max(...fits);
}

function tagFitness(tag: string, platform: ClientPlatform): number | null {
  const [python = '', abi = '', place = ''] = tag.split('-');
  const language = pythonFitness(python, abi, platform);
  const machine = placeFitness(place, platform);
  return language === null || machine === null ? null : language * 1_000 + machine;
}

function pythonFitness(python: string, abi: string, platform: ClientPlatform): number | null {
  const [, name = '', major = '', minor = ''] = /^([a-z]+)(\d)(\d*)$/u.exec(python) ?? [];
  const [ownMajor, ownMinor] = platform.python;
  if (Number(major) !== ownMajor) return null;
  const named = minor === '' ? null : Number(minor);
  if (name === platform.implementation) {
    if (abi === python && named === ownMinor) return 900;
    if (abi === 'abi3' && named !== null && named <= ownMinor) return 500 + named;
    return abi === 'none' && (named === null || named === ownMinor) ? 400 : null;
  }
  if (name !== 'py' || abi !== 'none') return null;
  return named === null || named <= ownMinor ? 200 + (named ?? 0) : null;
}

function placeFitness(place: string, platform: ClientPlatform): number | null {
  const { system, machine } = platform;
  if (place === 'any') return 0;
  if (system === 'linux') return linuxFitness(place, platform);
  if (system === 'windows') return place === 'win_amd64' && machine === 'amd64' ? 100 : null;
  if (!place.startsWith('macosx_')) return null;
  if (place.endsWith(`_${machine}`)) return 200;
  return place.endsWith('_universal2') ? 100 : null;
}

function linuxFitness(place: string, { libc, machine }: ClientPlatform): number | null {
  const [old = ''] = place.split('_', 1);
  const spelled = Object.hasOwn(OLD_MANYLINUX, old)
    ? place.replace(old, OLD_MANYLINUX[old] ?? old)
    : place;
  if (spelled === `linux_${machine}`) return 500;
  const [, family, major = '', minor = '', cpu] =
    /^(manylinux|musllinux)_(\d{1,3})_(\d{1,3})_(.+)$/u.exec(spelled) ?? [];
  if (libc === null || cpu !== machine) return null;
  if ((family === 'musllinux') !== (libc.name === 'musl')) return null;
  const [ownMajor = 0, ownMinor = 0] = libc.version;
  return Number(major) === ownMajor && Number(minor) <= ownMinor ? 100 + Number(minor) : null;
}

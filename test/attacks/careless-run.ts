// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPolicy } from '../../src/config/index.ts';
import type { EvidenceKind } from '../../src/core/evidence.ts';
import type { Installer } from '../../src/core/installer.ts';
import type { RunDirectory } from '../../src/host/index.ts';

/** A policy that cannot be understood counts as one that says nothing. */
export const loadTolerantly: typeof loadPolicy = async (choice) => {
  try {
    return await loadPolicy(choice);
  } catch {
    return await loadPolicy({ ...choice, directory: '/', explicitFile: null });
  }
};

/** The installer goes its own way: no proxy of ours, no authority, no cache. */
export function leaveUnsteered(installers: readonly Installer[]): readonly Installer[] {
  return installers.map((installer) => ({
    ...bound(installer),
    steer: (recognised, located, call) => ({
      program: located.program,
      argv: [...located.prefix, ...recognised.argv],
      environment: Object.fromEntries(
        Object.entries(call.environment).filter((entry): entry is [string, string] => !!entry[1]),
      ),
    }),
  }));
}

/** What it installs from its cache may share the cache's own files. */
export function leaveLinking(installers: readonly Installer[]): readonly Installer[] {
  return installers.map((installer) => ({
    ...bound(installer),
    steer: (...call) => {
      const steered = installer.steer(...call);
      return { ...steered, environment: { ...steered.environment, UV_LINK_MODE: 'hardlink' } };
    },
  }));
}

/** What is asked for is not looked at beforehand. */
export function neverReadWishes(installers: readonly Installer[]): readonly Installer[] {
  return installers.map((installer) => ({
    ...bound(installer),
    intend: async (recognised, located, call) => {
      const argv = recognised.argv.filter((word) => /^[ -~]*$/u.test(word));
      return await installer.intend({ ...recognised, argv }, located, call);
    },
  }));
}

/** Which indexes will be asked is not looked at beforehand. */
export function hideIndexes(installers: readonly Installer[]): readonly Installer[] {
  return installers.map((installer) => ({
    ...bound(installer),
    intend: async (recognised, located, call) => ({
      ...(await installer.intend(recognised, located, call)),
      indexes: [],
      refusals: [],
    }),
  }));
}

/** Whatever leads past the gate is overlooked, and followed. */
export function overlookConfiguration(installers: readonly Installer[]): readonly Installer[] {
  return leaveUnsteered(installers).map((installer) => ({
    ...bound(installer),
    intend: async (recognised, located, call) => ({
      ...(await installer.intend(recognised, located, call)),
      refusals: [],
    }),
  }));
}

function bound(installer: Installer): Installer {
  return {
    name: installer.name,
    synopsis: installer.synopsis,
    recognise: (words) => installer.recognise(words),
    locate: (recognised, call) => installer.locate(recognised, call),
    intend: (recognised, located, call) => installer.intend(recognised, located, call),
    steer: (recognised, located, call, route) => installer.steer(recognised, located, call, route),
  };
}

/** Nobody sweeps what dead runs left. */
export async function openUnsweptRunDirectory(base: string): Promise<RunDirectory> {
  const path = await mkdtemp(join(base, 'run-'));
  const emptyDirectory = join(path, 'empty');
  await mkdir(emptyDirectory);
  return {
    path,
    emptyDirectory,
    async writeCa(pem) {
      const file = join(path, 'ca.pem');
      await writeFile(file, pem);
      return file;
    },
    close: () => rm(path, { recursive: true, force: true }),
  };
}

/** What falls over has nothing to say. */
export function swallowThrows(kinds: readonly EvidenceKind[]): readonly EvidenceKind[] {
  return kinds.map((kind) => ({
    ...kind,
    examine: async (...args) => {
      try {
        return await kind.examine(...args);
      } catch {
        return {
          kind: kind.kind,
          class: kind.class,
          state: 'absent',
          identity: null,
          detail: '',
          code: null,
        };
      }
    },
  }));
}

/** Whoever serves the file is believed to be its author. */
export function believeTheIndex(kinds: readonly EvidenceKind[]): readonly EvidenceKind[] {
  return kinds.map((kind) => ({
    ...kind,
    examine: async (...args) => {
      const finding = await kind.examine(...args);
      return kind.kind === 'index-hash'
        ? { ...finding, class: 'publisher', state: 'vouched' }
        : finding;
    },
  }));
}

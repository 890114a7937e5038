// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../../src/core/errors.ts';
import type { PolicyFiles } from '../../src/core/policy-files.ts';
import type { Policy } from '../../src/policy/index.ts';
import { loadPolicy } from '../../src/config/load-policy.ts';

/* A machine with policy files on it, without a disk. */

export const NOW = Date.UTC(2026, 10, 21);
export const DAY = 86_400_000;
export const PROJECT = '/srv/project/wheelproof.toml';
export const USER = '/home/me/.config/wheelproof/wheelproof.toml';

export interface Faked {
  readonly text: string | Uint8Array;
  readonly foreign?: boolean;
  readonly writableByOthers?: boolean;
}

function fakeFiles(texts: Readonly<Record<string, string | Uint8Array | Faked>>): PolicyFiles {
  return {
    async read(file) {
      const found = texts[file];
      if (found === undefined) return null;
      const faked =
        typeof found === 'string' || found instanceof Uint8Array ? { text: found } : found;
      const bytes = typeof faked.text === 'string' ? Buffer.from(faked.text) : faked.text;
      return {
        bytes,
        foreign: faked.foreign ?? false,
        writableByOthers: faked.writableByOthers ?? false,
      };
    },
  };
}

export async function load(
  texts: Readonly<Record<string, string | Uint8Array | Faked>>,
  more: object = {},
): Promise<Policy> {
  const choice = {
    directory: '/srv/project/src/deep',
    configDirectory: '/home/me/.config/wheelproof',
    explicitFile: null,
    strict: false,
    now: NOW,
    ...more,
  };
  return await loadPolicy(choice, fakeFiles(texts));
}

export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
}

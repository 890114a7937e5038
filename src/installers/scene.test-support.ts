// SPDX-License-Identifier: Apache-2.0
import { dirname, resolve } from 'node:path';
import type { Call, Installer, Intent, Route } from '../core/installer.ts';
import type { PinReader, PinReading } from '../core/lockfile.ts';
import type { Machine } from '../core/machine.ts';
import type { InstallerPorts } from './ports.ts';

export const ROUTE: Route = {
  proxy: 'http://127.0.0.1:4711',
  proxyWithSecret: 'http://wp:sEcReT@127.0.0.1:4711',
  caFile: '/run/ca.pem',
  emptyDirectory: '/run/empty',
  passingDirectory: '/run',
  cacheDirectory: '/cache/own',
};

export interface Scene {
  /** Absolute path to text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Path of a program to what it prints when asked. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** A machine that only exists here: what is not named is not there. */
export function machineOf({ files = {}, programs = {} }: Scene): Machine {
  const all = new Map(Object.entries({ ...programs, ...files }));
  const folders = new Set([...all.keys()].flatMap(above));
  return {
    readText: (path) => Promise.resolve(all.get(path) ?? null),
    kindOf(path) {
      if (all.has(path)) return Promise.resolve('file');
      return Promise.resolve(folders.has(path) ? 'directory' : null);
    },
    list(path) {
      const below = [...all.keys(), ...folders].filter((name) => dirname(name) === path);
      return Promise.resolve(below.map((name) => name.slice(path.length + 1)).sort());
    },
    findProgram(word, environment, directory) {
      const places = word.includes('/')
        ? [resolve(directory, word)]
        : (environment['PATH'] ?? '').split(':').map((folder) => `${folder}/${word}`);
      return Promise.resolve(places.find((place) => Object.hasOwn(programs, place)) ?? null);
    },
    ask: (program) => Promise.resolve(programs[program] || null),
  };
}

function above(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...above(parent)];
}

/** What was asked of the pin reader; it finds what `files` holds under a path, otherwise nothing. */
export class FakePins implements PinReader {
  readonly asked: string[] = [];
  readonly #readings: Readonly<Record<string, Partial<PinReading>>>;

  constructor(readings: Readonly<Record<string, Partial<PinReading>>> = {}) {
    this.#readings = readings;
  }

  async readFile({ path, constraint, directory, format }: Parameters<PinReader['readFile']>[0]) {
    const meant = format === undefined ? '' : ` as ${format}`;
    this.asked.push(`${constraint ? 'constraint' : 'file'} ${resolve(directory, path)}${meant}`);
    return await Promise.resolve({ ...NOTHING, ...this.#readings[path] });
  }

  readWord(text: string, where: string): PinReading {
    this.asked.push(`word ${text} (${where})`);
    return { ...NOTHING, ...this.#readings[text] };
  }

  formatOf(filename: string): string | null {
    return filename.endsWith('.lock') ? filename : null;
  }
}

const NOTHING: PinReading = { wishes: [], pins: [], options: [], urls: [], packages: [] };

export function callOf(
  words: string,
  environment: Readonly<Record<string, string>> = {},
  directory = '/w',
): Call {
  const all = { PATH: '/usr/bin', HOME: '/home/me', ...environment };
  return { words: words.split(' '), environment: all, directory };
}

/** The whole way from words to intent. */
export async function intentOf(
  create: (ports: InstallerPorts) => Installer,
  ports: InstallerPorts,
  call: Call,
): Promise<Intent> {
  const installer = create(ports);
  const recognised = installer.recognise(call.words);
  if (recognised === null) throw new Error(`${call.words.join(' ')} was not recognised`);
  return await installer.intend(recognised, await installer.locate(recognised, call), call);
}

/** A virtual environment with a pip of this version. */
export function venv(root: string, version: string): Scene {
  return {
    files: {
      [`${root}/pyvenv.cfg`]: '',
      [`${root}/lib/python3.12/site-packages/pip-${version}.dist-info/METADATA`]: '',
    },
    programs: {
      [`${root}/bin/pip`]: `#!${root}/bin/python3\nimport sys\n`,
      [`${root}/bin/python3`]: '',
    },
  };
}

// SPDX-License-Identifier: Apache-2.0
import type { Environment } from '../core/machine.ts';
import { safeText } from '../core/safe-text.ts';
import { isRemote } from './addresses.ts';
import { pipVariables } from './pip-configuration.ts';

export interface Scrubbed {
  readonly environment: Environment;
  /** A line for each variable of these installers that was taken out of the way. */
  readonly notes: readonly string[];
}

const TRUST = 'it switches off the proof of who a server is';
const OFFLINE = 'it keeps the installer from the index';
const HASHES = 'it switches hash checking off';
const PAST = 'it leads past the gate';
const ROOTS = 'with it, servers that go round the gate would be believed';
const FOLDERS = 'it names files on this machine that nobody has checked';

/** Long option's name of pip, or the variable of uv, to why it goes. */
const DROPPED: Readonly<Record<string, string>> = {
  'pip no-index': OFFLINE,
  'pip trusted-host': TRUST,
  'pip no-require-hashes': HASHES,
  'pip no-proxy-env': PAST,
  UV_OFFLINE: OFFLINE,
  UV_INSECURE_HOST: TRUST,
  UV_NO_VERIFY_HASHES: HASHES,
  UV_SKIP_WHEEL_FILENAME_CHECK: 'it switches the check of file names off',
  UV_INSECURE_NO_ZIP_VALIDATION: 'it switches the check of archives off',
  UV_SYSTEM_CERTS: ROOTS,
  UV_NATIVE_TLS: ROOTS,
  VIRTUALENV_EXTRA_SEARCH_DIR: FOLDERS,
};

const LINKS: ReadonlySet<string> = new Set(['pip find-links', 'UV_FIND_LINKS']);

/** Replaced by ours: other spellings of the same settings must not stay beside them. */
const REPLACED: ReadonlySet<string> = new Set([
  'pip proxy',
  'pip cert',
  'pip cache-dir',
  'pip timeout',
  'pip default-timeout',
]);

/**
 * The environment without what leads round the gate, for whatever the installer starts too. Of
 * lists of links the remote ones stay, since they pass the gate.
 */
export function scrub(environment: Environment, ...installers: readonly string[]): Scrubbed {
  const pip = new Map(pipVariables(environment).map(({ where, key }) => [where, `pip ${key}`]));
  const kept: [string, string][] = [];
  const notes: string[] = [];
  const note = (name: string, why: string): void => {
    const own = installers.some((installer) => name.toLowerCase().startsWith(`${installer}_`));
    if (own) notes.push(noteOf(name, why));
  };
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    const key = pip.get(name) ?? name;
    const why = Object.hasOwn(DROPPED, key) ? DROPPED[key] : undefined;
    if (LINKS.has(key)) {
      const links = splitLinks(value);
      if (links.remote !== '') kept.push([name, links.remote]);
      if (links.someLocal) note(name, FOLDERS);
    } else if (why !== undefined) {
      if (value !== '') note(name, why);
    } else {
      kept.push([name, value]);
    }
  }
  return { environment: Object.fromEntries(kept), notes };
}

/** What is left once our own settings take the place of the user's. */
export function withoutReplaced(environment: Environment): Environment {
  const replaced = new Set(
    pipVariables(environment).flatMap(({ key, where }) =>
      REPLACED.has(`pip ${key}`) ? [where] : [],
    ),
  );
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !replaced.has(name)));
}

function splitLinks(value: string): { readonly remote: string; readonly someLocal: boolean } {
  const separator = value.includes(',') ? ',' : ' ';
  const places = value.split(/[\s,]+/u).filter((place) => place !== '');
  const remote = places.filter(isRemote);
  return { remote: remote.join(separator), someLocal: remote.length < places.length };
}

function noteOf(name: string, why: string): string {
  return `${safeText(name, 60)} was taken out of the installer's way: ${why}.`;
}

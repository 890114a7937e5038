// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import { Refusal, reason, type Reason } from '../core/errors.ts';
import type { Call, Pin, Wish } from '../core/installer.ts';
import type { PinReading, StatedOption, StatedUrl } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import { judgeAddress } from '../core/source-address.ts';
import { isRemote } from './addresses.ts';
import type { InstallerPorts } from './ports.ts';
import { disagreeing, pathFrom, projectLocks, type ProjectAsked } from './project-locks.ts';
import { sourcesIn, type SourcesFound } from './repositories.ts';

/** What is asked for on a command line or in configuration. */
export interface Asked {
  readonly requirements: readonly RequirementAsked[];
  readonly files: readonly FileNamed[];
  /** Options as requirement files have them too: indexes, links, trusted hosts. */
  readonly options: readonly StatedOption[];
  /** Whose lock files count beside; the working directory's project where absent. */
  readonly project?: Pick<ProjectAsked, 'directories' | 'own'>;
}

export interface RequirementAsked {
  readonly text: string;
  readonly where: string;
  /** What is no requirement, the tool refuses itself where it matters. */
  readonly lenient?: true;
}

/** A file of requirements or constraints, and who named it. */
export interface FileNamed {
  readonly path: string;
  readonly constraint: boolean;
  readonly where: string;
  /** It is about to be written anew: that it lacks hashes keeps nobody from that. */
  readonly replaced?: boolean;
  readonly format?: string;
}

/** What can be seen of a run beforehand, whichever installer it is. */
export interface Outlook extends SourcesFound {
  readonly wishes: readonly Wish[];
  readonly pins: readonly Pin[];
  readonly indexes: readonly string[];
  /** Other addresses that are named: of requirements and links. */
  readonly named: readonly string[];
  readonly notes: readonly string[];
  readonly refusals: readonly Reason[];
}

/** What is told with all else that speaks against the run, not by itself. */
const BEFOREHAND: ReadonlySet<string> = new Set(['WP-BYPASS-CONFIG', 'WP-LOCK-NO-HASH']);

const PASSED_OVER: Readonly<Record<'strict' | 'lenient' | 'replaced', readonly string[]>> = {
  strict: [],
  lenient: ['WP-LOCKFILE-INVALID'],
  replaced: ['WP-LOCK-NO-HASH'],
};

/** @throws Refusal `WP-LOCKFILE-INVALID`, `WP-NAME-LOOKALIKE` */
export async function look(ports: InstallerPorts, call: Call, asked: Asked): Promise<Outlook> {
  const { pins } = ports;
  const readings: PinReading[] = [];
  const refusals: Reason[] = [];
  const take = async (
    read: () => Promise<PinReading> | PinReading,
    mode: 'strict' | 'lenient' | 'replaced' = 'strict',
  ): Promise<void> => {
    try {
      readings.push(await read());
    } catch (error) {
      if (error instanceof Refusal && PASSED_OVER[mode].includes(error.code)) return;
      if (!(error instanceof Refusal) || !BEFOREHAND.has(error.code)) throw error;
      refusals.push(error.toReason());
    }
  };
  const { directory, environment } = call;
  for (const { text, where, lenient } of asked.requirements) {
    await take(
      () => pins.readWord(text, pathFrom(directory, where)),
      lenient === true && !text.includes('://') ? 'lenient' : 'strict',
    );
  }
  for (const named of asked.files) {
    const isTyped = named.where === 'command line';
    const file = isTyped ? named : { ...named, path: pathFrom(directory, named.path) };
    const read = () => pins.readFile({ ...file, directory, environment });
    await take(read, file.replaced === true ? 'replaced' : 'strict');
  }
  const { directories, own } = asked.project ?? { directories: [directory], own: [] };
  const named = asked.files.map(({ path }) => resolve(directory, path));
  const project = { from: directory, directories, own, named, environment };
  const locks = await projectLocks(ports, project);
  const stated = [...readings.flatMap((reading) => reading.pins), ...locks.pins];
  const options = [...asked.options, ...readings.flatMap((reading) => reading.options)];
  const urls = readings.flatMap((reading) => reading.urls);
  return {
    wishes: readings.flatMap((reading) => reading.wishes),
    pins: stated,
    sources: [...readings.flatMap(sourcesIn), ...locks.sources],
    restated: async () => (await projectLocks(ports, project)).sources,
    indexes: options.filter(({ name }) => INDEX_OPTIONS.has(name)).map(({ value }) => value ?? ''),
    named: [
      ...urls.flatMap(({ url, kind }) => (kind === 'local' ? [] : [url.replace(/^\w+\+/u, '')])),
      ...options.flatMap(({ name, value }) => (name === '--find-links' ? [value ?? ''] : [])),
    ],
    notes: [
      ...locks.notes,
      ...options.flatMap(noteOfSwitch),
      ...urls.filter(({ kind, url }) => kind === 'local' && !ELSEWHERE.test(url)).map(localNote),
    ],
    refusals: [
      ...refusals,
      ...locks.refusals,
      ...disagreeing(stated),
      ...options.flatMap(bypassOfOption),
      ...urls.flatMap(bypassOfUrl),
    ],
  };
}

export const INDEX_OPTIONS: ReadonlySet<string> = new Set([
  '--index-url',
  '--pypi-url',
  '--extra-index-url',
  '--index',
  '--default-index',
]);

/** They stop the installer from comparing hashes; the gate compares what is pinned all the same. */
const HASH_SWITCHES: ReadonlySet<string> = new Set(['--no-require-hashes', '--no-verify-hashes']);

function noteOfSwitch({ name, where }: StatedOption): readonly string[] {
  if (!HASH_SWITCHES.has(name)) return [];
  return [`${where}: ${name.slice(2)} has no effect here: what is pinned is compared.`];
}

const TRUST_OPTIONS: ReadonlySet<string> = new Set(['--trusted-host', '--allow-insecure-host']);

/** A setting that would take distributions from where the gate does not stand. */
export function bypassOfOption({ name, value, where }: StatedOption): readonly Reason[] {
  const shown = safeText(value ?? '', 100);
  if (TRUST_OPTIONS.has(name)) {
    return [bypass(`${where}: ${name} ${shown} switches off the proof of who a server is`)];
  }
  if (name === '--find-links' && !isRemote(value ?? '')) {
    return [bypass(`${where}: ${name} ${shown} takes files that nobody has checked`)];
  }
  if (INDEX_OPTIONS.has(name) && !isRemote(value ?? '')) {
    // Not the value itself: what is no address may still hold a password.
    return [
      bypass(`${where}: ${name} names no http or https address, so it does not pass the gate`),
    ];
  }
  return INDEX_OPTIONS.has(name) || name === '--find-links' ? misleading(value ?? '', where) : [];
}

/** Before the installer takes it apart: of `https://index.test@evil.test/`, it asks evil.test. */
function misleading(address: string, where: string): readonly Reason[] {
  // Which hosts may be asked without TLS is for the policy to say.
  const found = judgeAddress(address, { from: null, allowPlainHttp: () => true });
  return found === null ? [] : [{ ...found, message: `${where}: ${found.message}` }];
}

/** https only, or uv's own copies: what `GIT_ALLOW_PROTOCOL` lets through. */
const VCS_THROUGH_GATE = /^git\+(?:https|file):/iu;

function bypassOfUrl({ url, kind, where }: StatedUrl): readonly Reason[] {
  const scheme = safeText(/^[^:]{0,30}/u.exec(url)?.[0] ?? '', 30);
  if (kind === 'vcs' && !VCS_THROUGH_GATE.test(url)) {
    return [bypass(`${where}: ${scheme}: does not pass the gate; git+https: does`)];
  }
  if (kind === 'remote' && !isRemote(url)) {
    return [bypass(`${where}: ${scheme}: does not pass the gate; https: does`)];
  }
  if (kind === 'local' && ELSEWHERE.test(url)) {
    return [
      bypass(`${where}: ${safeText(url, 200)} lies on another machine and does not pass the gate`),
    ];
  }
  return kind === 'remote' ? misleading(url, where) : [];
}

/** A file's address with a host, or the path of a network share. */
const ELSEWHERE = /^(?:file:)?(?:\/\/|\\\\)(?!localhost\/)[^/\\]/iu;

function bypass(message: string): Reason {
  return reason('WP-BYPASS-CONFIG', message);
}

function localNote({ url, where }: StatedUrl): string {
  return `${where}: ${safeText(url, 200)} is taken from this machine; wheelproof does not check it.`;
}

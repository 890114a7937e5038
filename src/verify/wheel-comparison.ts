// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, resolve } from 'node:path';
import type { FoundDistribution, InstalledFiles, WheelFiles, WheelMember } from '../core/host.ts';
import { KIB, MAX_COMPARED_MEMBER_BYTES, MIB } from '../core/limits.ts';
import type { RecordLine } from '../core/record-lines.ts';
import { sourceOf } from './compiled-modules.ts';

/** What lies in an environment under a wheel's name, held against that wheel. */
export interface WheelComparison {
  /** Lines of the installed RECORD that are not the wheel's. */
  readonly foreign: readonly string[];
  /** Members that the installed RECORD leaves out. */
  readonly omitted: readonly string[];
  /** Files that the RECORD gives as the wheel's, and that hold other bytes. */
  readonly altered: readonly AlteredFile[];
  /** Files of the wheel that are not there. */
  readonly missing: readonly string[];
  /** An installer has written its own RECORD, the last thing it does. */
  readonly finished: boolean;
  /** There is a RECORD at all. */
  readonly listed: boolean;
}

export interface AlteredFile {
  /** Absolute. */
  readonly path: string;
  /** `null` where its size alone tells. */
  readonly sha256: string | null;
}

/** What installers add to a `.dist-info` folder (PEP 376, PEP 610, uv) or write anew. */
const INSTALLERS_OWN = new Set([
  'RECORD',
  'INSTALLER',
  'REQUESTED',
  'direct_url.json',
  'uv_cache.json',
  'uv_build.json',
]);
/** Signatures over the RECORD, which stay as they were (PEP 427). */
const UNLISTED = new Set(['RECORD.jws', 'RECORD.p7s']);
/** Longer ones are programs, which nobody rewrites. */
const MAX_SCRIPT_BYTES = 4 * MIB;
/** The longest first line that an installer gives a script. */
const MAX_SCRIPT_HEAD_BYTES = 4 * KIB;

/**
 * Compares member by member. The installed RECORD says where each member lies: as in the wheel, but
 * for what the `.data` folder spreads over the environment (PEP 427, "The .data directory").
 */
export async function compareWithWheel(
  found: FoundDistribution,
  record: readonly RecordLine[] | null,
  { wheel, files }: { readonly wheel: WheelFiles; readonly files: InstalledFiles },
): Promise<WheelComparison> {
  const site = dirname(found.distInfo);
  const lines = new Lines(record ?? []);
  const foreign: string[] = [];
  const omitted: string[] = [];
  const altered: AlteredFile[] = [];
  const missing: string[] = [];
  const paths = new Set(wheel.members.map(({ path }) => path));
  for (const member of wheel.members) {
    if (isInstallersOwn(member.path, wheel.distInfo)) continue;
    const compiled = isCompiled(member.path, paths);
    const place = placeOf(member.path);
    const line = lines.take(place.path, place.kind !== 'beside');
    if (member.sha256 !== null && line === null && record !== null) omitted.push(place.path);
    const differs = line !== null && member.sha256 !== null && line.sha256 !== member.sha256;
    const script = differs && place.kind === 'script' && (await isRewritten(wheel, member));
    if (differs && !script) {
      if (!compiled) foreign.push(line.path);
      continue;
    }
    const besides = place.kind === 'beside' || place.kind === 'library';
    const at = line?.path ?? (besides ? place.path : null);
    if (at === null) continue;
    const { path, verdict } = await judgePlaces(placesOf(site, at), (where) =>
      script
        ? judgeScript(where, { wheel, member, files })
        : judgeFile(where, { wheel, member, files }),
    );
    if (verdict === 'missing') missing.push(path);
    else if (verdict !== 'same' && !compiled) altered.push({ path, sha256: verdict.sha256 });
  }
  for (const { path } of lines.left()) {
    if (!isExpected(path, basename(found.distInfo), wheel)) foreign.push(path);
  }
  const finished = lines.has(`${basename(found.distInfo)}/INSTALLER`);
  return { foreign, omitted, altered, missing, finished, listed: record !== null };
}

type Place =
  | { readonly kind: 'beside'; readonly path: string }
  /** Somewhere in the environment; the path's end stays. */
  | { readonly kind: 'script' | 'library' | 'elsewhere'; readonly path: string };

function placeOf(member: string): Place {
  const [, scheme = '', rest = ''] = /^[^/]+\.data\/([^/]+)\/(.+)$/u.exec(member) ?? [];
  if (rest === '') return { kind: 'beside', path: member };
  if (scheme === 'purelib' || scheme === 'platlib') return { kind: 'library', path: rest };
  return { kind: scheme === 'scripts' ? 'script' : 'elsewhere', path: rest };
}

/** The lines of an installed RECORD, each taken by one member at most. */
class Lines {
  readonly #byPath: Map<string, RecordLine>;
  readonly #all: ReadonlySet<string>;
  #byName: ReadonlyMap<string, readonly RecordLine[]> | null = null;

  constructor(lines: readonly RecordLine[]) {
    this.#byPath = new Map(lines.map((line) => [line.path, line]));
    this.#all = new Set(this.#byPath.keys());
  }

  has(path: string): boolean {
    return this.#all.has(path);
  }

  /** The line of this very path; with `anywhere`, otherwise one that ends in it. */
  take(path: string, anywhere: boolean): RecordLine | null {
    const line = this.#byPath.get(path) ?? (anywhere ? this.#ending(path) : undefined);
    if (line === undefined) return null;
    this.#byPath.delete(line.path);
    return line;
  }

  left(): Iterable<RecordLine> {
    return this.#byPath.values();
  }

  #ending(end: string): RecordLine | undefined {
    this.#byName ??= Map.groupBy(this.#byPath.values(), ({ path }) => basename(path));
    const named = this.#byName.get(basename(end)) ?? [];
    return named.find(({ path }) => this.#byPath.has(path) && path.endsWith(`/${end}`));
  }
}

/** Installers compile over what a wheel brings compiled beside its source; it is judged as theirs. */
function isCompiled(path: string, members: ReadonlySet<string>): boolean {
  const [, folder, name = ''] = /^(|.*\/)__pycache__\/([^/]+)$/su.exec(path) ?? [];
  const source = folder === undefined ? null : sourceOf(name);
  return source !== null && members.has(`${folder}${source}`);
}

function isInstallersOwn(path: string, distInfo: string): boolean {
  if (!path.startsWith(`${distInfo}/`)) return false;
  const name = path.slice(distInfo.length + 1);
  return INSTALLERS_OWN.has(name) || UNLISTED.has(name);
}

/** What installers add: their own notes, compiled modules, and programs made from entry points. */
function isExpected(path: string, distInfo: string, wheel: WheelFiles): boolean {
  if (isInstallersOwn(path, distInfo) || isSpread(path, wheel)) return true;
  if (/(?:^|\/)__pycache__\/[^/]+\.pyc$/u.test(path)) return true;
  return /^(?:\.\.\/|\/|bin\/|Scripts\/)/u.test(path) && isCommand(basename(path), wheel.commands);
}

/** uv first lays down the wheel's own RECORD, which names what `.data` spreads by its place there. */
function isSpread(path: string, wheel: WheelFiles): boolean {
  return /^[^/]+\.data\//u.test(path) && wheel.members.some((member) => member.path === path);
}

/** pip gives itself and easy_install further names, by Python's version. */
function isCommand(name: string, commands: ReadonlySet<string>): boolean {
  const plain = name.replace(/(?:-script\.pyw?|\.exe)$/u, '');
  if (commands.has(plain)) return true;
  const [, base] = /^(pip|easy_install)-?\d+(?:\.\d+)?$/u.exec(plain) ?? [];
  return base !== undefined && commands.has(base);
}

interface Compared {
  readonly wheel: WheelFiles;
  readonly member: WheelMember;
  readonly files: InstalledFiles;
}

/** `pip install --target` lists what it moves into the folder afterwards where it lay before. */
function placesOf(site: string, line: string): readonly string[] {
  const inside = line.replace(/^(?:\.\.\/)+/u, '');
  return inside === line ? [resolve(site, line)] : [resolve(site, line), resolve(site, inside)];
}

/** The place that is right, or else the first one where something lies. */
async function judgePlaces(
  paths: readonly string[],
  judge: (path: string) => Promise<FileVerdict>,
): Promise<{ readonly path: string; readonly verdict: FileVerdict }> {
  const judged: { path: string; verdict: FileVerdict }[] = [];
  for (const path of paths) {
    const verdict = await judge(path);
    if (verdict === 'same') return { path, verdict };
    judged.push({ path, verdict });
  }
  const [first] = judged;
  const there = judged.find(({ verdict }) => verdict !== 'missing') ?? first;
  return there ?? { path: '', verdict: 'missing' };
}

type FileVerdict = 'same' | 'missing' | { readonly sha256: string | null };

async function judgeFile(path: string, { wheel, member, files }: Compared): Promise<FileVerdict> {
  const found = await files.digest(path, member.size);
  if (found === null) return 'missing';
  if (found.sha256 === null) return { sha256: null };
  if (found.sha256 === member.sha256) return 'same';
  // Some wheels have a RECORD that is wrong about them: what counts is what they hold.
  if (member.size > MAX_COMPARED_MEMBER_BYTES) return { sha256: found.sha256 };
  const disk = await files.read(path, member.size);
  const same = disk !== null && Buffer.compare(disk, await wheel.read(member.path)) === 0;
  return same ? 'same' : { sha256: found.sha256 };
}

const REWRITTEN = Buffer.from('#!python');

/** Installers put their own interpreter into a script's first line (PEP 427). */
async function isRewritten(wheel: WheelFiles, member: WheelMember): Promise<boolean> {
  if (member.size > MAX_SCRIPT_BYTES) return false;
  const bytes = await wheel.read(member.path);
  return Buffer.compare(bytes.subarray(0, REWRITTEN.length), REWRITTEN) === 0;
}

async function judgeScript(path: string, { wheel, member, files }: Compared): Promise<FileVerdict> {
  const disk = await files.read(path, member.size + MAX_SCRIPT_HEAD_BYTES);
  if (disk === null) {
    return (await files.digest(path, 0)) === null ? 'missing' : { sha256: null };
  }
  const bytes = Buffer.from(await wheel.read(member.path));
  const body = bytes.subarray(bytes.indexOf('\n') + 1);
  const head = Buffer.from(disk).subarray(0, Math.max(0, disk.length - body.length));
  const same = Buffer.compare(disk.subarray(head.length), body) === 0;
  return same && isScriptHead(head.toString('latin1')) ? 'same' : { sha256: null };
}

/** One line, or three where the interpreter's path is too long for the kernel. */
function isScriptHead(head: string): boolean {
  return (
    /^#![^\n]*\n$/u.test(head) || /^#!\/bin\/sh\n'''exec' [^\n]* "\$0" "\$@"\n' '''\n$/u.test(head)
  );
}

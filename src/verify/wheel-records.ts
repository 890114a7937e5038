// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, resolve } from 'node:path';
import type { FoundDistribution, WheelFiles, WheelMember } from '../core/host.ts';
import { MIB } from '../core/limits.ts';
import type { RecordLine } from '../core/record-lines.ts';
import { sourceOf } from './compiled-modules.ts';

/** What the RECORDs tell of a distribution and a wheel, before any file is looked at. */
export interface RecordComparison {
  /** Lines of the installed RECORD that are not the wheel's. */
  readonly foreign: readonly string[];
  /** Members that the installed RECORD leaves out. */
  readonly omitted: readonly string[];
  /** An installer has written its own RECORD, the last thing it does. */
  readonly finished: boolean;
  /** There is a RECORD at all. */
  readonly listed: boolean;
  /** What lies on the disk as this wheel's. */
  readonly placed: readonly PlacedMember[];
}

export interface PlacedMember {
  readonly member: WheelMember;
  /** Absolute: where it lies, and the other place where it may. */
  readonly path: string;
  readonly elsewhere: string | null;
  /** Which a file there must have to be digested: a script has another one, and is read whole. */
  readonly size: number;
  /** Its first line is the installer's. */
  readonly isScript: boolean;
  readonly isCompiled: boolean;
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

/**
 * Whether this is the wheel that it came from at all. The installed RECORD says where each member
 * lies: as in the wheel, but for what the `.data` folder spreads over the environment (PEP 427, "The
 * .data directory").
 */
export async function compareRecords(
  found: FoundDistribution,
  record: readonly RecordLine[] | null,
  wheel: WheelFiles,
): Promise<RecordComparison> {
  const site = dirname(found.distInfo);
  const distInfo = basename(found.distInfo);
  const lines = new Lines(record ?? []);
  const finished = lines.has(`${distInfo}/INSTALLER`);
  const foreign: string[] = [];
  const omitted: string[] = [];
  const placed: PlacedMember[] = [];
  const compiled = compiledMembers(wheel);
  for (const member of wheel.members) {
    if (isInstallersOwn(member.path, wheel.distInfo)) continue;
    const place = placeOf(member.path);
    const line = lines.take(place.path, place.kind !== 'beside');
    if (member.sha256 !== null && line === null && record !== null) omitted.push(place.path);
    const differs = line !== null && member.sha256 !== null && line.sha256 !== member.sha256;
    const isCompiled = compiled.has(member.path);
    const isScript = differs && place.kind === 'script' && (await isRewritten(wheel, member));
    if (differs && !isScript) {
      if (!isCompiled) foreign.push(line.path);
      continue;
    }
    const besides = place.kind === 'beside' || place.kind === 'library';
    const at = line?.path ?? (besides ? place.path : null);
    if (at === null) continue;
    const { path, elsewhere } = placesOf(site, at);
    const size = isScript ? 0 : member.size;
    placed.push({ member, path, elsewhere, size, isScript, isCompiled });
  }
  for (const { path } of lines.left()) {
    if (!isExpected(path, distInfo, wheel)) foreign.push(path);
  }
  return { foreign, omitted, placed, finished, listed: record !== null };
}

type Place =
  | { readonly kind: 'beside'; readonly path: string }
  /** Somewhere in the environment; the path's end stays. */
  | { readonly kind: 'script' | 'library' | 'elsewhere'; readonly path: string };

function placeOf(member: string): Place {
  if (!member.includes('.data/')) return { kind: 'beside', path: member };
  const [, scheme = '', rest = ''] = /^[^/]+\.data\/([^/]+)\/(.+)$/u.exec(member) ?? [];
  if (rest === '') return { kind: 'beside', path: member };
  if (scheme === 'purelib' || scheme === 'platlib') return { kind: 'library', path: rest };
  return { kind: scheme === 'scripts' ? 'script' : 'elsewhere', path: rest };
}

/** The lines of an installed RECORD, each taken by one member at most. */
class Lines {
  readonly #byPath = new Map<string, RecordLine>();
  #byName: ReadonlyMap<string, readonly RecordLine[]> | null = null;

  constructor(lines: readonly RecordLine[]) {
    for (const line of lines) this.#byPath.set(line.path, line);
  }

  /** And nobody has taken it. */
  has(path: string): boolean {
    return this.#byPath.has(path);
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
function compiledMembers({ members }: WheelFiles): ReadonlySet<string> {
  const compiled = members.filter(({ path }) => path.endsWith('.pyc'));
  if (compiled.length === 0) return new Set();
  const paths = new Set(members.map(({ path }) => path));
  const isOfSource = (path: string): boolean => {
    const [, folder, name = ''] = /^(|.*\/)__pycache__\/([^/]+)$/su.exec(path) ?? [];
    const source = folder === undefined ? null : sourceOf(name);
    return source !== null && paths.has(`${folder}${source}`);
  };
  return new Set(compiled.map(({ path }) => path).filter(isOfSource));
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

/** `pip install --target` lists what it moves into the folder afterwards where it lay before. */
function placesOf(site: string, line: string): Pick<PlacedMember, 'path' | 'elsewhere'> {
  // Nearly every line: a path below, in its shortest form.
  if (!/^\/|\/\/|\.\/|\.$|\/$/u.test(line)) return { path: `${site}/${line}`, elsewhere: null };
  const inside = line.replace(/^(?:\.\.\/)+/u, '');
  const elsewhere = inside === line ? null : resolve(site, inside);
  return { path: resolve(site, line), elsewhere };
}

const REWRITTEN = Buffer.from('#!python');

/** Installers put their own interpreter into a script's first line (PEP 427). */
async function isRewritten(wheel: WheelFiles, member: WheelMember): Promise<boolean> {
  if (member.size > MAX_SCRIPT_BYTES) return false;
  const bytes = await wheel.read(member.path);
  return Buffer.compare(bytes.subarray(0, REWRITTEN.length), REWRITTEN) === 0;
}

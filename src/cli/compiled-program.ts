// SPDX-License-Identifier: Apache-2.0
import { hash, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

/** The program, and what V8 made of it. */
export interface LoadedProgram {
  readonly exports: object;
  /** V8 took over what an earlier run had compiled. */
  readonly isCompiled: boolean;
  /** Leaves what this run had compiled to the next ones; `kind` says what the run did. */
  keep(kind: string): void;
}

export interface Outside {
  /** A script has no `import()`. */
  readonly imports?: Readonly<Record<string, () => Promise<unknown>>>;
  /** What another script exports, loaded when it is first asked for. */
  readonly apart?: (name: string) => object;
}

interface Kept {
  readonly code: Buffer;
  /** How often runs of each kind added what they had compiled. */
  readonly kinds: Readonly<Record<string, number>>;
}

/** The first run of a kind makes what later ones find, and takes other ways for it. */
const ADDED_BY_EACH_KIND = 3;
const MOST_KINDS = 32;
const MOST_BYTES = 64 * 1024 * 1024;
/** Of the parts of a program; of other builds, other versions of Node, other flags. */
const MOST_FILES = 24;
const WRITABLE_BY_OTHERS = 0o022;
const DIGEST_DIGITS = 64;

/**
 * Runs a bundled program (a function expression of `module`, `require` and `meta`) with what V8
 * compiled of it in earlier runs: functions that are used need not be parsed again. What is kept is
 * taken for nothing but this very text on this very Node; whatever is wrong with it, the text is
 * compiled as ever.
 *
 * @param folders where compiled code may be kept, best first; each is made in a folder of our own.
 * @param outside what it takes from outside, as members of `meta`.
 */
export function loadProgram(
  file: string,
  folders: readonly string[],
  outside: Outside = {},
): LoadedProgram {
  const bytes = readFileSync(file);
  const name = nameFor(bytes);
  const kept = readKept(folders, name);
  const script = new Script(bytes.toString('latin1'), {
    filename: file,
    ...(kept === null ? {} : { cachedData: kept.code }),
  });
  const isCompiled = kept !== null && script.cachedDataRejected !== true;
  const module = { exports: {} };
  const meta = {
    url: pathToFileURL(file).href,
    filename: file,
    dirname: dirname(file),
    ...outside,
  };
  Reflect.apply(asFunction(script.runInThisContext()), undefined, [
    module,
    createRequire(meta.url),
    meta,
  ]);
  return {
    exports: module.exports,
    isCompiled,
    keep(kind) {
      const kinds = isCompiled ? kept.kinds : {};
      const times = Object.hasOwn(kinds, kind) ? (kinds[kind] ?? 0) : 0;
      const isNew = times === 0 && Object.keys(kinds).length >= MOST_KINDS;
      if (times >= ADDED_BY_EACH_KIND || isNew) return;
      const code = script.createCachedData();
      writeKept(folders, name, { code, kinds: { ...kinds, [kind]: times + 1 } });
    },
  };
}

/** V8 itself compares nothing of the text but its length. */
function nameFor(text: Buffer): string {
  const { version, arch } = process;
  // V8's own word for its version, its flags (`optimiseLate` sets some) and the processor.
  const whole = [hash('sha256', text), version, arch, cachedDataVersionTag()].join('\n');
  return `${hash('sha256', whole).slice(0, 32)}.bin`;
}

function readKept(folders: readonly string[], name: string): Kept | null {
  for (const folder of folders) {
    try {
      // Where others can write, a link leads to whatever of ours they have had us unpack.
      requireOwnFolder(dirname(folder));
      requireOwnFolder(folder);
      const found = parseKept(readOwn(join(folder, name)));
      if (found !== null) return found;
    } catch {
      // Not there, or not ours to read: as if nothing had been kept.
    }
  }
  return null;
}

/** Whoever else could write it would decide what runs. */
function readOwn(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    const isOurs = found.uid === process.geteuid?.() || found.uid === 0;
    const isPrivate = isOurs && (found.mode & WRITABLE_BY_OTHERS) === 0;
    if (!found.isFile() || !isPrivate || found.size > MOST_BYTES) throw new Error('not ours');
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** The digest of all that follows it, then a line of JSON, then V8's bytes. */
function parseKept(bytes: Buffer): Kept | null {
  const rest = bytes.subarray(DIGEST_DIGITS);
  if (hash('sha256', rest) !== bytes.toString('latin1', 0, DIGEST_DIGITS)) return null;
  const end = rest.indexOf('\n');
  const kinds: Kept['kinds'] = JSON.parse(rest.toString('utf8', 0, end));
  return { kinds, code: rest.subarray(end + 1) };
}

function writeKept(folders: readonly string[], name: string, { code, kinds }: Kept): void {
  const rest = Buffer.concat([Buffer.from(`${JSON.stringify(kinds)}\n`), code]);
  for (const folder of folders) {
    const draft = join(folder, `${name}.${randomBytes(8).toString('hex')}.part`);
    try {
      requireOwnFolder(dirname(folder));
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      requireOwnFolder(folder);
      writeFileSync(draft, Buffer.concat([Buffer.from(hash('sha256', rest)), rest]), {
        mode: 0o600,
        flag: 'wx',
      });
      renameSync(draft, join(folder, name));
      removeOldest(folder);
      return;
    } catch {
      // A program that others own, a full disk: the next folder, or none.
      rmSync(draft, { force: true });
    }
  }
}

function requireOwnFolder(folder: string): void {
  const found = lstatSync(folder);
  const isOurs = found.uid === process.geteuid?.() && (found.mode & WRITABLE_BY_OTHERS) === 0;
  if (!found.isDirectory() || !isOurs) throw new Error('not ours');
}

function removeOldest(folder: string): void {
  const found = readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return { path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  const old = found.toSorted((a, b) => b.at - a.at).slice(MOST_FILES);
  for (const { path } of old) rmSync(path, { force: true });
}

function asFunction(value: unknown): (...given: readonly unknown[]) => unknown {
  if (typeof value !== 'function') throw new TypeError('a bundled program is a function');
  return (...given) => Reflect.apply(value, undefined, given);
}

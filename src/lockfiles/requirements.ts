// SPDX-License-Identifier: Apache-2.0
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../core/errors.ts';
import { MAX_REQUIREMENT_FILES, MAX_REQUIREMENT_FILE_DEPTH } from '../core/limits.ts';
import type { FileAskedFor, PinReading } from '../core/lockfile.ts';
import { printableUrl } from '../core/url.ts';
import {
  emptyReading,
  invalid,
  type GrowingReading,
  type LockFormat,
  type ReadText,
} from './format.ts';
import { readLabelledHash } from './hashes.ts';
import { logicalLines, type LogicalLine } from './requirement-lines.ts';
import { takeApart, type GivenOption } from './requirement-options.ts';
import { writeRequirements } from './requirements-writer.ts';
import { addRequirement } from './stated-requirement.ts';

/** pip's requirements file format (pip.pypa.io has no version of it): also what uv and others read. */
export const REQUIREMENTS: LockFormat = {
  name: 'requirements',
  recognises: () => true,
  async read(asked, readText) {
    const walk: Walk = { readText, asked, reading: emptyReading(), done: new Set() };
    await readNested(walk, start(asked));
    return walk.reading;
  },
  write: writeRequirements,
};

/** Lines of the same form inside another file, each with the line it stands on there. */
export async function readRequirementLines(
  asked: FileAskedFor,
  readText: ReadText,
  lines: readonly { readonly text: string; readonly where: string }[],
): Promise<PinReading> {
  const walk: Walk = { readText, asked, reading: emptyReading(), done: new Set() };
  const path = resolve(asked.directory, asked.path);
  for (const { text, where } of lines) {
    for (const line of logicalLines(text, asked.path, asked.environment)) {
      await readLine(walk, start(asked), { path, line: { ...line, where } });
    }
  }
  return walk.reading;
}

function start({ path, constraint }: FileAskedFor): Nested {
  return { path, constraint, chain: [], where: '' };
}

interface Walk {
  readonly readText: ReadText;
  readonly asked: FileAskedFor;
  readonly reading: GrowingReading;
  /** Files already read; what they say does not change by being drawn in twice. */
  readonly done: Set<string>;
}

interface Nested {
  /** As it is shown: relative paths stay relative. */
  readonly path: string;
  readonly constraint: boolean;
  /** Absolute paths of the files that led here. */
  readonly chain: readonly string[];
  readonly where: string;
}

function missing({ where, path }: Nested): Refusal {
  if (where !== '') return invalid(where, `there is no file ${path}`);
  return new Refusal('WP-LOCKFILE-INVALID', {
    message: `${path}: expected a requirement file, found none`,
    hint: 'Check the path given.',
  });
}

async function readNested(walk: Walk, nested: Nested): Promise<void> {
  const path = resolve(walk.asked.directory, nested.path);
  verifyNoLoop(path, nested);
  const key = `${nested.constraint ? 'c' : 'r'}:${path}`;
  if (walk.done.has(key)) return;
  walk.done.add(key);
  if (walk.done.size > MAX_REQUIREMENT_FILES) {
    throw invalid(nested.where, `more than ${MAX_REQUIREMENT_FILES} files are drawn in`);
  }
  const text = await walk.readText(path);
  if (text === null) throw missing(nested);
  for (const line of logicalLines(text, nested.path, walk.asked.environment)) {
    await readLine(walk, nested, { path, line });
  }
}

function verifyNoLoop(path: string, nested: Nested): void {
  if (nested.chain.includes(path)) throw invalid(nested.where, `${nested.path} draws itself in`);
  if (nested.chain.length >= MAX_REQUIREMENT_FILE_DEPTH) {
    throw invalid(nested.where, `files draw in files more than ${MAX_REQUIREMENT_FILE_DEPTH} deep`);
  }
}

async function readLine(
  walk: Walk,
  nested: Nested,
  { path, line }: { readonly path: string; readonly line: LogicalLine },
): Promise<void> {
  const { requirement, options } = takeApart(line);
  const { where } = line;
  if (requirement !== '') {
    const hashes = hashesIn(options, where);
    addRequirement(
      { text: requirement, hashes, constraint: nested.constraint, where },
      walk.reading,
    );
    return;
  }
  for (const { name, value } of options) {
    if (name === '--requirement' || name === '--constraint') {
      const constraint = name === '--constraint';
      const chain = [...nested.chain, path];
      const inner = nestedPath(nested.path, value ?? '', where);
      await readNested(walk, { path: inner, constraint, chain, where });
    } else if (name === '--editable') {
      addEditable(value ?? '', { constraint: nested.constraint, where }, walk.reading);
    } else if (name !== '--hash') {
      walk.reading.options.push({ name, value, where });
    }
  }
}

function hashesIn(
  options: readonly GivenOption[],
  where: string,
): ReturnType<typeof readLabelledHash>[] {
  return options
    .filter(({ name }) => name === '--hash')
    .map(({ value }) => readLabelledHash(value ?? '', where));
}

function addEditable(
  value: string,
  { constraint, where }: Pick<Nested, 'constraint' | 'where'>,
  reading: GrowingReading,
): void {
  const remote = /^[a-z][a-z0-9+.-]*:\/\//iu.test(value) && !/^file:/iu.test(value);
  if (remote || /^[\w.[\], -]+\s*@\s/u.test(value)) {
    addRequirement({ text: value, hashes: [], constraint, where }, reading);
  } else {
    const bounds = constraint ? { constraint: true as const } : {};
    reading.urls.push({ url: value, kind: 'local', ...bounds, where });
  }
}

/** @throws Refusal `WP-BYPASS-CONFIG` for a file on another machine */
function nestedPath(from: string, stated: string, where: string): string {
  if (/^https?:/iu.test(stated)) throw remoteFile(stated, where);
  const path = /^file:/iu.test(stated) ? localPath(stated, where) : stated;
  return isAbsolute(path) ? path : normalize(join(dirname(from), path));
}

/** A requirement file that lies on another machine. */
export function remoteFile(address: string, where: string): Refusal {
  const shown = URL.canParse(address) ? printableUrl(address) : 'an address';
  return new Refusal('WP-BYPASS-CONFIG', {
    message: `${where}: ${shown} is a requirement file on another machine; what it pins cannot be known beforehand`,
    hint: 'Fetch the file, look at it, and name the local copy.',
  });
}

function localPath(address: string, where: string): string {
  try {
    return fileURLToPath(address);
  } catch (cause) {
    throw invalid(where, 'expected a file: address of this machine', cause);
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Reason } from '../core/errors.ts';
import type { Pin, Wish } from '../core/installer.ts';
import type { Place } from '../core/report.ts';

/** What one line of the user's files says of a project. */
interface Statement {
  readonly project: string;
  /** `null`: of every version, and of every file. */
  readonly version: string | null;
  readonly filename: string | null;
  readonly place: Place;
}

/** By project: a lock of a thousand releases is asked about each of its files. */
export type Statements = ReadonlyMap<string, readonly Statement[]>;

/** So many lines of the user's files are told of one file. */
const MOST_PLACES = 4;

/** A pin says more than a wish, so that it comes first. */
export function statementsOf(parts: {
  readonly wishes?: readonly Wish[];
  readonly pins?: readonly Pin[];
}): Statements {
  const { pins = [], wishes = [] } = parts;
  const asked = wishes.map((wish) => ({ ...wish, version: null, filename: null }));
  const stated = [...pins, ...asked].flatMap(({ project, version, filename, where }) => {
    const place = readPlace(where);
    return place === null ? [] : [{ project, version, filename, place }];
  });
  return Map.groupBy(stated, ({ project }) => project);
}

/** So many files are told. */
const MOST_SOURCES = 50;

/** The files that ask for something, then those that only pin. */
export function sourcesOf(parts: {
  readonly wishes?: readonly Wish[];
  readonly pins?: readonly Pin[];
}): readonly string[] {
  const { pins = [], wishes = [] } = parts;
  const found = new Set<string>();
  for (const { where } of [...wishes, ...pins]) {
    const place = readPlace(where);
    if (place !== null) found.add(place.file);
  }
  return [...found].slice(0, MOST_SOURCES);
}

export function placesOfFile(
  { project, version, filename }: Pick<Artifact, 'project' | 'version' | 'filename'>,
  stated: Statements,
): readonly Place[] {
  const fits = (named: string | null, own: string): boolean => named === null || named === own;
  return distinct(
    (stated.get(project) ?? []).filter(
      (one) => fits(one.version, version) && fits(one.filename, filename),
    ),
  );
}

/** A refused page names its project; a refused setting says itself where it stands. */
export function placesOfRefusal(
  { subject, message }: Reason & { readonly subject: string },
  stated: Statements,
): readonly Place[] {
  const told = /^(?<where>[^\s:]{1,1000}:\d{1,9}): /u.exec(message)?.groups?.['where'];
  const own = told === undefined ? null : readPlace(told);
  if (own !== null) return [own];
  const project = lastSegment(subject);
  return distinct(project === null ? [] : (stated.get(project) ?? []));
}

/** A file whose format counts no lines is named by its first. */
const FILE_OF_FORMAT = /^(?<file>[^:]{1,1000}\.(?:toml|lock|json|ya?ml|txt|in))(?::|$)/u;

/** `requirements.txt:12`; `null` for what stands in no file: a command line, a variable. */
function readPlace(where: string): Place | null {
  const numbered = /^(?<file>.{1,1000}):(?<line>\d{1,9})$/su.exec(where)?.groups;
  const file = numbered?.['file'] ?? FILE_OF_FORMAT.exec(where)?.groups?.['file'];
  if (file === undefined || /^[a-z][a-z0-9+.-]+:\/\//iu.test(file)) return null;
  return { file, line: Math.max(1, Number(numbered?.['line'] ?? '1')) };
}

function lastSegment(address: string): string | null {
  if (!/^https?:/iu.test(address) || !URL.canParse(address)) return null;
  return new URL(address).pathname.split('/').findLast((part) => part !== '') ?? null;
}

function distinct(stated: readonly Statement[]): readonly Place[] {
  const found = new Map(stated.map(({ place }) => [`${place.line} ${place.file}`, place]));
  return [...found.values()].slice(0, MOST_PLACES);
}

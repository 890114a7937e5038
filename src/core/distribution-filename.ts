// SPDX-License-Identifier: Apache-2.0
import { memoised } from './bounded-memo.ts';
import { MAX_FILENAME_CHARACTERS } from './limits.ts';
import { normaliseName } from './project-name.ts';
import { normaliseVersion } from './version.ts';

/** What a file name says (binary distribution format, PEP 427; source distribution format, PEP 625). */
export interface DistributionFilename {
  readonly kind: 'wheel' | 'sdist';
  /** Normalised (PEP 503). */
  readonly project: string;
  /** Normalised (PEP 440). */
  readonly version: string;
  readonly build: string | null;
  /** Of a wheel, every `python-abi-platform` that the compressed tags stand for, sorted. */
  readonly tags: readonly string[] | null;
}

const SDIST_ENDINGS = ['.tar.gz', '.zip'];
/** Endings that PEP 625 no longer allows, but old releases have. */
const LEGACY_SDIST_ENDINGS = ['.tar.bz2', '.tgz', '.tar.xz'];
const MAX_TAGS = 4096;

/** Some installer takes a package from a file with such a name. */
const INSTALLABLE =
  /\.(?:whl|egg|zip|tgz|tbz2?|txz|tlz|tar(?:\.(?:gz|bz2|xz|z|lz|lzma|lzo|zst))?)$/iu;

/**
 * As packaging's `parse_wheel_filename` and `parse_sdist_filename`, and old sdist endings where
 * only one split into name and version is possible. `null` for whatever else.
 * @param expectedProject decides between several splits, as in `my-pkg-1.0-1.tar.gz`.
 */
export function parseDistributionFilename(
  filename: string,
  expectedProject?: string | null,
): DistributionFilename | null {
  const project = expectedProject ?? '';
  const known = READ.get(project)?.get(filename);
  if (known !== undefined) return known;
  const found = readDistributionFilename(filename, expectedProject);
  if (filename.length <= MAX_FILENAME_CHARACTERS) keepRead(project, filename, found);
  return found;
}

/** By expected project, then by name: every room that looks at a page reads its thousands of names again. */
const READ = new Map<string, Map<string, DistributionFilename | null>>();
const MAX_READ = 20_000;
let read = 0;

function keepRead(project: string, filename: string, found: DistributionFilename | null): void {
  read += 1;
  if (read > MAX_READ) {
    READ.clear();
    read = 1;
  }
  const names = READ.get(project);
  if (names === undefined) READ.set(project, new Map([[filename, found]]));
  else names.set(filename, found);
}

/** Nothing in it needs Unicode's tables. */
const PLAIN = /^[A-Za-z0-9_.!+-]+$/u;

function readDistributionFilename(
  filename: string,
  expectedProject?: string | null,
): DistributionFilename | null {
  if (filename.length > MAX_FILENAME_CHARACTERS) return null;
  if (!PLAIN.test(filename) && /[\s/\\\p{C}]/u.test(filename)) return null;
  if (filename.endsWith('.whl')) return parseWheel(filename.slice(0, -'.whl'.length));
  const expected = typeof expectedProject === 'string' ? projectBefore(expectedProject) : null;
  const ending = SDIST_ENDINGS.find((candidate) => filename.endsWith(candidate));
  if (ending !== undefined) {
    const stem = filename.slice(0, -ending.length);
    const wanted = expected === null ? null : splitFor(expected, stem);
    // A version in a file name holds no dash (PEP 625), so the last one parts name and version.
    return wanted ?? splitAt(stem, stem.lastIndexOf('-'));
  }
  const legacy = LEGACY_SDIST_ENDINGS.find((candidate) => filename.endsWith(candidate));
  if (legacy === undefined) return null;
  const splits = splitsOf(filename.slice(0, -legacy.length));
  const only = splits.length === 1 ? splits[0] : undefined;
  return splits.find(({ project }) => project === expected) ?? only ?? null;
}

/**
 * Whether a path or file name ends, in whatever percent-encoding or letter case, like a package
 * that some installer takes. Says too much rather than too little: `foo.whl;x=1` and `foo.whl.` count.
 */
export function isDistributionLike(pathOrName: string): boolean {
  if (pathOrName.endsWith('.whl') || pathOrName.endsWith('.tar.gz')) return true;
  return decodings(pathOrName).some((text) => namesDistribution(text));
}

/** Piece by piece instead of in one expression: a hostile address could make that one take seconds. */
function namesDistribution(text: string): boolean {
  let end = text.length;
  while (end > 0 && /[\s./]/u.test(text[end - 1] ?? '')) end -= 1;
  const segment = text.slice(text.lastIndexOf('/', end - 1) + 1, end);
  return segment.split(';').some((part) => INSTALLABLE.test(part));
}

/** The text, and what it says when percent-decoded once, twice, three times. */
function decodings(text: string): readonly string[] {
  const found = [text];
  for (let round = 0; round < 3; round += 1) {
    const last = found.at(-1) ?? '';
    if (!last.includes('%')) break;
    found.push(
      last.replace(/%[0-9a-f]{2}/giu, (code) => String.fromCharCode(parseInt(code.slice(1), 16))),
    );
  }
  return found;
}

function parseWheel(stem: string): DistributionFilename | null {
  const dashes = wheelDashes(stem);
  if (dashes === null) return null;
  const { version: before, build: middle, tags: behind } = dashes;
  const build = middle === behind ? null : stem.slice(middle + 1, behind);
  const version = normaliseVersion(stem.slice(before + 1, middle));
  const project = projectOfWheel(stem.slice(0, before));
  if (project === null) return null;
  if (version === null || (build !== null && !/^[0-9]/u.test(build))) return null;
  const tags = expandTags(stem.slice(behind + 1));
  if (tags === null) return null;
  return { kind: 'wheel', project, version, build, tags };
}

/**
 * The dashes before a wheel's version, before its build tag and before its tags, of which the last
 * two are one where it has no build tag; `null` where there are not four or five. Nothing is built.
 */
function wheelDashes(
  stem: string,
): { readonly version: number; readonly build: number; readonly tags: number } | null {
  const version = stem.indexOf('-');
  const build = stem.indexOf('-', version + 1);
  const third = stem.indexOf('-', build + 1);
  const fourth = stem.indexOf('-', third + 1);
  if (version === -1 || build <= version || third <= build || fourth <= third) return null;
  const fifth = stem.indexOf('-', fourth + 1);
  if (fifth === -1) return { version, build, tags: build };
  return stem.includes('-', fifth + 1) ? null : { version, build, tags: third };
}

const projectOfWheel = memoised({ answers: 1024, characters: 256 }, (name) =>
  /^[\p{L}\p{N}_.]+$/u.test(name) && !name.includes('__') ? normaliseName(name) : null,
);

/** PEP 425, compressed tag sets. */
const expandTags = memoised(
  { answers: 4096, characters: 256 },
  (compressed): readonly string[] | null => {
    const [pythons = [], abis = [], platforms = []] = compressed
      .split('-')
      .map((part) => part.split('.'));
    if ([...pythons, ...abis, ...platforms].includes('')) return null;
    if (!pythons.every((python) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(python))) return null;
    if (pythons.length * abis.length * platforms.length > MAX_TAGS) return null;
    const tags = pythons.flatMap((python) =>
      abis.flatMap((abi) =>
        platforms.map((platform) => `${python}-${abi}-${platform}`.toLowerCase()),
      ),
    );
    return [...new Set(tags)].sort();
  },
);

/** Every way to read a stem as name and version. */
function splitsOf(stem: string): readonly DistributionFilename[] {
  const splits: DistributionFilename[] = [];
  for (let dash = stem.indexOf('-'); dash !== -1; dash = stem.indexOf('-', dash + 1)) {
    const split = splitAt(stem, dash);
    if (split !== null) splits.push(split);
  }
  return splits;
}

/** The first way to read it as a version of this project; `null`: there is none. */
function splitFor(expected: string, stem: string): DistributionFilename | null {
  for (let dash = stem.indexOf('-'); dash !== -1; dash = stem.indexOf('-', dash + 1)) {
    const split = projectBefore(stem.slice(0, dash)) === expected ? splitAt(stem, dash) : null;
    if (split !== null) return split;
  }
  return null;
}

/** The source distributions of a page begin alike. */
const projectBefore = memoised({ answers: 1024, characters: 256 }, normaliseName);

function splitAt(stem: string, dash: number): DistributionFilename | null {
  if (dash < 1) return null;
  const version = normaliseVersion(stem.slice(dash + 1));
  if (version === null) return null;
  const project = projectBefore(stem.slice(0, dash));
  return { kind: 'sdist', project, version, build: null, tags: null };
}

// SPDX-License-Identifier: Apache-2.0
import type { ProvenanceStanding, ProvenanceWord } from '../core/provenance-word.ts';
import { isSamePublisher, type Publisher } from '../core/publisher.ts';
import { compareVersions, isPrerelease, releaseLine } from '../core/version.ts';

/** A file that was accepted before, with whoever was proved to have published it: nobody, or some. */
export interface KnownFile {
  /** Normalised. */
  readonly version: string;
  readonly filename: string;
  readonly publishers: readonly Publisher[];
}

/** A person's word that from a release on somebody else publishes, or nobody. */
export interface AcceptedPublisher {
  readonly version: string;
  readonly publisher: Publisher | null;
}

/** What is known of a project at one index. */
export interface ProvenanceHistory {
  readonly files: readonly KnownFile[];
  readonly accepted: readonly AcceptedPublisher[];
}

export interface Standing extends ProvenanceStanding {
  /** Those of the file's publishers whom this history knows; empty where the word is `changed`. */
  readonly known: readonly Publisher[];
}

/** What is known of one release. */
interface Point {
  readonly version: string;
  readonly publishers: readonly Publisher[];
  readonly files: readonly KnownFile[];
  /** A person said that it comes without attestations. */
  readonly mayLack: boolean;
}

/**
 * How a file stands beside the releases before it. It is held against the nearest earlier release
 * of its own line and, where none is known, of the lines before: so a
 * back-port is not held against what came after it, and a new line does not begin at nothing.
 * Pre-releases and final releases are apart. What was accepted for a release is a part of history.
 */
export function standingOf(asked: KnownFile, history: ProvenanceHistory): Standing {
  const points = pointsOf(asked, history);
  const earlier = points.filter(({ version }) => compareVersions(version, asked.version) < 0);
  const own = points.find(({ version }) => compareVersions(version, asked.version) === 0) ?? null;
  const line = inLine(earlier, asked.version);
  const before = nearest(line, asked.version);
  // A single file that was let through does not end what its project was known for: a person's word does.
  const telling = line.filter(({ publishers, mayLack }) => publishers.length > 0 || mayLack);
  const attested = earlier.filter(({ publishers }) => publishers.length > 0);
  const measure = nearest(inLine(attested, asked.version), asked.version);
  const reference = nearest(telling, asked.version);
  const lost = isLost(asked, reference) && own?.mayLack !== true;
  const changed =
    measure !== null &&
    asked.publishers.length > 0 &&
    !sharesOne(asked.publishers, acceptedAt(asked.version, history)) &&
    !sharesOne(asked.publishers, fitting(measure, points, asked.version));
  const against = changed ? measure : lost ? reference : before;
  return {
    word: lost ? 'lost' : changed ? 'changed' : wordOfRelease(asked, own),
    publishers: asked.publishers,
    before: against === null ? null : { version: against.version, publishers: against.publishers },
    known: changed ? [] : knownOf(asked, history),
  };
}

/** Releases of the asked one's kind, final or not, what is said of each put together. */
function pointsOf(asked: KnownFile, { files, accepted }: ProvenanceHistory): readonly Point[] {
  const isPre = isPrerelease(asked.version);
  const others = files.filter(({ filename }) => filename !== asked.filename);
  const versions = [...others, ...accepted].map(({ version }) => version);
  const kept = [...new Set(versions)].filter(
    (version) => version !== '' && isPrerelease(version) === isPre,
  );
  return kept.map((version) => {
    const mine = others.filter((file) => file.version === version);
    const said = accepted.filter((one) => one.version === version);
    return {
      version,
      files: mine,
      publishers: distinct([
        ...mine.flatMap(({ publishers }) => publishers),
        ...said.flatMap(({ publisher }) => publisher ?? []),
      ]),
      mayLack: said.some(({ publisher }) => publisher === null),
    };
  });
}

function inLine(points: readonly Point[], version: string): readonly Point[] {
  const line = releaseLine(version);
  const own = points.filter((point) => releaseLine(point.version) === line);
  return own.length > 0 ? own : points;
}

/** The last one before a version. */
function nearest(earlier: readonly Point[], version: string): Point | null {
  return earlier.reduce<Point | null>(
    (last, point) =>
      compareVersions(point.version, version) < 0 &&
      (last === null || compareVersions(point.version, last.version) > 0)
        ? point
        : last,
    null,
  );
}

/**
 * By whom a release may come after `measure`. In a line of which nothing earlier is known, whoever
 * publishes the next later release is as good: back-ports come from today's pipeline.
 */
function fitting(measure: Point, points: readonly Point[], version: string): readonly Publisher[] {
  if (releaseLine(measure.version) === releaseLine(version)) return measure.publishers;
  const later = points
    .filter((point) => point.publishers.length > 0 && compareVersions(point.version, version) > 0)
    .sort((a, b) => compareVersions(a.version, b.version));
  return [...measure.publishers, ...(later[0]?.publishers ?? [])];
}

/**
 * Whether a file without attestations follows a release that had them. Of a release that had them
 * for some files only, its files of the same kind decide.
 */
function isLost(asked: KnownFile, before: Point | null): boolean {
  if (asked.publishers.length > 0 || before === null || before.mayLack) return false;
  const bare = before.files.filter(({ publishers }) => publishers.length === 0);
  if (bare.length === 0) return before.publishers.length > 0;
  const alike = before.files.filter((file) => isWheel(file) === isWheel(asked));
  return alike.length > 0 && alike.every(({ publishers }) => publishers.length > 0);
}

const isWheel = ({ filename }: KnownFile): boolean => /\.whl$/iu.test(filename);

function wordOfRelease(asked: KnownFile, own: Point | null): ProvenanceWord {
  const others = own?.files ?? [];
  const bare = [asked, ...others].filter(({ publishers }) => publishers.length === 0);
  if (bare.length === others.length + 1) return 'no';
  if (bare.length > 0) return 'partial';
  const all = others.every(({ publishers }) => sharesOne(asked.publishers, publishers));
  return all ? 'full' : 'inconsistent';
}

function knownOf(asked: KnownFile, history: ProvenanceHistory): readonly Publisher[] {
  const remembered = [
    ...history.files.flatMap(({ publishers }) => publishers),
    ...history.accepted
      .filter(({ version }) => compareVersions(version, asked.version) <= 0)
      .flatMap(({ publisher }) => publisher ?? []),
  ];
  return asked.publishers.filter((one) => sharesOne([one], remembered));
}

function acceptedAt(version: string, { accepted }: ProvenanceHistory): readonly Publisher[] {
  return accepted
    .filter((one) => compareVersions(one.version, version) === 0)
    .flatMap(({ publisher }) => publisher ?? []);
}

function sharesOne(some: readonly Publisher[], others: readonly Publisher[]): boolean {
  return some.some((one) => others.some((other) => isSamePublisher(one, other)));
}

function distinct(publishers: readonly Publisher[]): readonly Publisher[] {
  return publishers.filter(
    (one, place) => !publishers.slice(0, place).some((other) => isSamePublisher(one, other)),
  );
}

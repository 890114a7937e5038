// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Pin } from '../core/installer.ts';
import type { LockedPackage, PinReading, StatedUrl } from '../core/lockfile.ts';
import { normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import { selectMarker, type Selection } from '../lockfiles/index.ts';
import { merged } from './lock-resolve.ts';

export interface GroupsAsked {
  readonly group?: readonly string[];
  readonly allGroups?: true;
}

export interface Selected {
  /** From an index, one entry for each release. */
  readonly asked: readonly LockedPackage[];
  /** By their own address. */
  readonly direct: readonly LockedPackage[];
  readonly notes: readonly string[];
}

const MAIN: ReadonlySet<string> = new Set(['main', 'default']);

/**
 * What is to be locked. Groups and extras that nobody asked for are left out and told, and so is
 * what lies on this machine; nothing else is.
 * @throws Refusal `WP-USAGE`, `WP-LOCK-NO-HASH`, `WP-LOCKFILE-INVALID`
 */
export function selected(
  { packages, pins, urls, scope }: Pick<PinReading, 'packages' | 'pins' | 'urls' | 'scope'>,
  options: GroupsAsked,
): Selected {
  const groups = new Groups(options, scope?.defaultGroups ?? []);
  const wanted = packages.flatMap((one) => groups.wanted(one));
  groups.requireKnown();
  const elsewhere = wanted.filter(({ place }) => place !== null && place.kind !== 'local');
  for (const one of elsewhere) requireFixed(one);
  const bounds = boundsIn(packages, pins);
  const asked = merged(wanted.filter(({ place }) => place === null)).map((one) =>
    bounded(one, bounds),
  );
  requireOneVersion([...asked, ...elsewhere]);
  const local = [
    ...wanted
      .filter(({ place }) => place?.kind === 'local')
      .map(({ name, where }) => ({ what: name, where })),
    ...unnamedIn({ packages, urls }).flatMap(leftOnMachine),
  ];
  return {
    asked,
    direct: elsewhere,
    notes: [
      ...local.map(({ what, where }) => `${where}: ${what} lies on this machine, and is left out`),
      ...elsewhere.flatMap(noteOfPassword),
      ...groups.notes(),
    ],
  };
}

/** Hashes that constraints state: what they bound may have no others. */
function boundsIn(packages: readonly LockedPackage[], pins: readonly Pin[]): readonly Pin[] {
  const asking = new Set(packages.map(({ where }) => where));
  return pins.filter(
    ({ filename, url, where }) => filename === null && url === null && !asking.has(where),
  );
}

function bounded(locked: LockedPackage, bounds: readonly Pin[]): LockedPackage {
  const own = bounds.filter(
    ({ project, version }) =>
      project === locked.name && (version === null || version === locked.version),
  );
  if (own.length === 0) return locked;
  const stated = [...locked.files.map(({ hashes }) => hashes), ...locked.hashes];
  const both = own
    .map(({ hashes }) => hashes)
    .filter(
      ({ sha256 }) => stated.length === 0 || stated.some((hashes) => hashes['sha256'] === sha256),
    );
  if (both.length > 0) return { ...locked, files: [], hashes: both };
  throw new Refusal('WP-PIN-MISMATCH', {
    message: `${locked.where}: ${locked.name}: it states no hash that ${own[0]?.where ?? ''} states, too`,
  });
}

/** What a file names by a place alone, so that it is in no list of releases. */
export function unnamedIn({
  packages,
  urls,
}: Pick<PinReading, 'packages' | 'urls'>): readonly StatedUrl[] {
  const named = new Set(packages.map(({ where }) => where));
  return urls.filter(({ where, constraint }) => constraint !== true && !named.has(where));
}

function leftOnMachine({ url, kind, where }: StatedUrl): { what: string; where: string } {
  if (kind === 'local') return { what: safeText(url, 200), where };
  throw new Refusal('WP-USAGE', {
    message: `${where}: nobody says which project lies at ${safeText(url, 200)}`,
    hint: 'Write it as `NAME @ ADDRESS`.',
  });
}

function noteOfPassword({ name, where, place }: LockedPackage): readonly string[] {
  if (!/^[^/?#]*:\/\/[^/?#]*:[^/?#]*@/u.test(place?.url ?? '')) return [];
  return [
    `${where}: the password in the address of ${name} is left out: keep it in netrc or a keyring`,
  ];
}

/** Groups and extras: those asked for, those known, and those left out. */
class Groups {
  readonly #asked: ReadonlySet<string>;
  readonly #isAll: boolean;
  readonly #selection: Selection;
  readonly #known = new Set<string>();
  readonly #left = new Set<string>();

  constructor({ group = [], allGroups }: GroupsAsked, byDefault: readonly string[]) {
    const usual = new Set(byDefault.map(normaliseName));
    this.#asked = new Set(group.map(normaliseName));
    this.#isAll = allGroups === true;
    const isAsked = (name: string): boolean => this.#isAll || this.#asked.has(name);
    this.#selection = {
      isExtra: isAsked,
      isGroup: (name) => isAsked(name) || usual.has(name),
    };
  }

  wanted(locked: LockedPackage): readonly LockedPackage[] {
    const { groups, marker, where } = locked;
    const own = groups.map(normaliseName);
    const { marker: left, asked } =
      marker === null ? { marker, asked: [] } : selectMarker(marker, this.#selection, where);
    for (const name of [...own, ...asked]) this.#known.add(name);
    const isIn =
      this.#isAll ||
      own.length === 0 ||
      own.some((name) => MAIN.has(name) || this.#asked.has(name));
    if (isIn && left !== false) return [{ ...locked, marker: left }];
    for (const name of isIn ? asked : own) this.#left.add(name);
    return [];
  }

  /** @throws Refusal `WP-USAGE` for a name that the file does not know */
  requireKnown(): void {
    const unknown = [...this.#asked].find((name) => !this.#known.has(name));
    if (unknown === undefined) return;
    const known = [...this.#known].join(', ');
    throw new Refusal('WP-USAGE', {
      message: `--group ${safeText(unknown, 100)}: expected ${known === '' ? 'none, since the file has no groups' : `one of ${safeText(known, 500)}`}`,
    });
  }

  notes(): readonly string[] {
    const left = [...this.#left].filter((name) => !this.#selection.isGroup(name));
    return left.length === 0 ? [] : [`left out, unless --group names them: ${left.join(', ')}`];
  }
}

/** Whoever serves it could send something else. */
function requireFixed({ name, where, files, hashes, place }: LockedPackage): void {
  if (place?.kind === 'vcs') {
    if (/@[0-9a-f]{40}(?:[0-9a-f]{24})?(?:#|$)/u.test(place.url)) return;
    throw unfixed(`${where}: ${name}: expected a commit, found none`);
  }
  const stated = [...files.map((file) => file.hashes), ...hashes];
  const distinct = new Set(stated.flatMap((one) => one['sha256'] ?? []));
  if (distinct.size === 1) return;
  const found = distinct.size === 0 ? 'none' : distinct.size;
  throw unfixed(`${where}: ${name}: expected one sha256 of the archive, found ${found}`);
}

function unfixed(what: string): Refusal {
  return new Refusal('WP-LOCK-NO-HASH', { message: `${what}: whatever its server sends would do` });
}

/** Installers take one entry of a name (PEP 751, "Installation"): of two, a marker must tell which. */
function requireOneVersion(packages: readonly LockedPackage[]): void {
  const entries = Map.groupBy(packages, ({ name, marker }) => `${name} ${marker ?? ''}`);
  for (const [first, second] of entries.values()) {
    if (first === undefined || second === undefined) continue;
    const shown = [first, second].map(({ version, place }) => version ?? place?.url ?? 'any');
    throw new Refusal('WP-LOCKFILE-INVALID', {
      message: `${second.where}: ${first.name} is named twice, as ${shown.map((one) => safeText(one, 200)).join(' and ')}, and no marker says which is meant (first: ${first.where})`,
      hint: 'Lock again with the tool that wrote the file (its newer versions write markers), or leave one of them out.',
    });
  }
}

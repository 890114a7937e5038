// SPDX-License-Identifier: Apache-2.0
import type { Artifact, Hashes } from '../core/artifact.ts';
import { NO_RELEASE, type EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { Pin } from '../core/installer.ts';
import { addressKey } from '../core/url.ts';
import { compareVersions } from '../core/version.ts';

const base = { kind: 'pins', class: 'you' } as const;

/** Algorithms for which nobody knows how to make a second file with the same hash. */
const COLLISION_RESISTANT: ReadonlySet<string> = new Set([
  'sha256',
  'sha384',
  'sha512',
  'sha3_256',
  'sha3_384',
  'sha3_512',
  'blake2b',
  'blake2b_256',
]);

/**
 * Hashes that the user's own requirement or lock files state. A pin that names a file must match in
 * every hash it states. Pins that name only a release are alternatives for its files: of each
 * statement, one must match. One weak hash that matches beside a strong one that does not is a
 * forgery, and so is one lock file that matches beside another that does not.
 */
export function pinEvidence(pins: readonly Pin[]): EvidenceKind {
  const known = new PinIndex(pins);
  return {
    kind: base.kind,
    class: base.class,
    foresee(artifact, declaredSha256) {
      return judge(known.concerning(artifact), { sha256: declaredSha256 });
    },
    foreseeable: (_, project) => (known.mayConcern(project) ? null : NO_RELEASE),
    digestsWanted(artifact) {
      const { ofFile, ofRelease } = known.concerning(artifact);
      const all = [...ofFile, ...ofRelease.flat()];
      return [...new Set(all.flatMap((pin) => Object.keys(pin.hashes)))];
    },
    statedSha256(artifact) {
      const stated = known.concerning(artifact).ofFile.map((pin) => pin.hashes['sha256']);
      return stated.find((sha256) => sha256 !== undefined) ?? null;
    },
    async examine(artifact, bytes) {
      return judge(known.concerning(artifact), bytes.digests);
    },
  };
}

interface Pins {
  readonly ofFile: readonly Pin[];
  /** Statement by statement. */
  readonly ofRelease: readonly (readonly Pin[])[];
}

const NO_PINS: Pins = { ofFile: [], ofRelease: [] };

/** Asked of each of a page's thousands of files, of which a lock of a thousand releases pins few. */
class PinIndex {
  readonly #byAddress: ReadonlyMap<string | null, readonly Pin[]>;
  readonly #byProject: ReadonlyMap<string, readonly Pin[]>;

  constructor(pins: readonly Pin[]) {
    this.#byAddress = Map.groupBy(pins, ({ url }) => (url === null ? null : addressKey(url)));
    this.#byProject = Map.groupBy(pins, ({ project }) => project);
  }

  concerning(artifact: Artifact): Pins {
    const named = this.#byProject.get(artifact.project) ?? [];
    const addressed = this.#byAddress.size === 0 ? [] : this.#at(artifact.url);
    if (named.length + addressed.length === 0) return NO_PINS;
    const mine = new Set([...addressed, ...named.filter((pin) => concerns(pin, artifact))]);
    const isOfFile = (pin: Pin): boolean => pin.filename !== null || pin.url !== null;
    const ofRelease = [...mine].filter((pin) => !isOfFile(pin));
    return {
      ofFile: [...mine].filter(isOfFile),
      ofRelease: [...Map.groupBy(ofRelease, statementOf).values()],
    };
  }

  /** Whether any file of a project may be pinned, by its name or by its address. */
  mayConcern(project: string): boolean {
    const isAddressed = [...this.#byAddress.keys()].some((key) => key !== null);
    return isAddressed || this.#byProject.has(project);
  }

  #at(url: string): readonly Pin[] {
    return this.#byAddress.get(addressKey(url)) ?? [];
  }
}

const statementOf = ({ statement, where }: Pin): string => statement ?? where;

/** By name; a pin's own address counts before. */
function concerns(pin: Pin, artifact: Artifact): boolean {
  if (pin.filename !== null) return pin.filename === artifact.filename;
  if (pin.url !== null) return false;
  if (pin.version === null || pin.version === artifact.version) return true;
  // `1.0` pins `1.0.0`.
  return compareVersions(pin.version, artifact.version) === 0;
}

function judge({ ofFile, ofRelease }: Pins, digests: Hashes): Finding {
  if (ofFile.length + ofRelease.length === 0) {
    return { ...base, state: 'absent', identity: null, detail: 'no pin names it', code: null };
  }
  const broken = ofFile.find((pin) => contradicts(pin, digests));
  if (broken !== undefined) return failed(broken, digests);
  const open: Pin[] = [];
  for (const statement of ofRelease) {
    const fitting = statement.filter((pin) => !contradicts(pin, digests));
    const [first] = statement;
    if (fitting.length === 0 && first !== undefined) return failed(first, digests);
    open.push(...fitting);
  }
  const vouching = [...ofFile, ...open].filter((pin) => provenStrong(pin, digests));
  if (vouching.length === 0) {
    const detail = 'only weak hashes pin it';
    return { ...base, state: 'absent', identity: null, detail, code: null };
  }
  const places = [...new Set(vouching.map(({ where }) => where))];
  const more = places.length > 2 ? ` and ${places.length - 2} more` : '';
  const identity = `pinned in ${places.slice(0, 2).join(', ')}${more}`;
  return { ...base, state: 'vouched', identity, detail: identity, code: null };
}

/** Some stated hash is known of the bytes and differs. */
function contradicts(pin: Pin, digests: Hashes): boolean {
  return Object.entries(pin.hashes).some(
    ([algorithm, hex]) => digests[algorithm] !== undefined && digests[algorithm] !== hex,
  );
}

function provenStrong(pin: Pin, digests: Hashes): boolean {
  return Object.entries(pin.hashes).some(
    ([algorithm, hex]) => COLLISION_RESISTANT.has(algorithm) && digests[algorithm] === hex,
  );
}

function failed(pin: Pin, digests: Hashes): Finding {
  const [algorithm, expected] = Object.entries(pin.hashes).find(
    ([name, hex]) => digests[name] !== undefined && digests[name] !== hex,
  ) ?? ['hash', '?'];
  const detail = `${pin.where} pins ${algorithm} ${expected}, the bytes have ${digests[algorithm] ?? '?'}`;
  return { ...base, state: 'failed', identity: null, detail, code: 'WP-PIN-MISMATCH' };
}

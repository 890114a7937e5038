// SPDX-License-Identifier: Apache-2.0
import type { Artifact, Hashes } from '../core/artifact.ts';
import type { EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { Pin } from '../core/installer.ts';
import { addressKey } from '../core/url.ts';

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
 * Hashes that the user's own requirement or lock files state. A pin that names a file must match
 * in every hash it states; pins that name only a release are alternatives for its files, one of
 * which must match. One weak hash that matches beside a strong one that does not is a forgery.
 */
export function pinEvidence(pins: readonly Pin[]): EvidenceKind {
  const keyed = pins.map((pin) => ({ pin, key: pin.url === null ? null : addressKey(pin.url) }));
  const concerning = (artifact: Artifact): Pins => {
    const key = addressKey(artifact.url);
    const mine = keyed
      .filter((one) => one.key === key || concerns(one.pin, artifact))
      .map(({ pin }) => pin);
    return {
      ofFile: mine.filter((pin) => pin.filename !== null || pin.url !== null),
      ofRelease: mine.filter((pin) => pin.filename === null && pin.url === null),
    };
  };
  return {
    kind: base.kind,
    class: base.class,
    foresee(artifact, declaredSha256) {
      return judge(concerning(artifact), { sha256: declaredSha256 });
    },
    digestsWanted(artifact) {
      const { ofFile, ofRelease } = concerning(artifact);
      return [...ofFile, ...ofRelease].flatMap((pin) => Object.keys(pin.hashes));
    },
    statedSha256(artifact) {
      const stated = concerning(artifact).ofFile.map((pin) => pin.hashes['sha256']);
      return stated.find((sha256) => sha256 !== undefined) ?? null;
    },
    async examine(artifact, bytes) {
      return judge(concerning(artifact), bytes.digests);
    },
  };
}

interface Pins {
  readonly ofFile: readonly Pin[];
  readonly ofRelease: readonly Pin[];
}

/** By name; a pin's own address counts before. */
function concerns(pin: Pin, artifact: Artifact): boolean {
  if (pin.project !== artifact.project) return false;
  if (pin.filename !== null) return pin.filename === artifact.filename;
  if (pin.url !== null) return false;
  return pin.version === null || pin.version === artifact.version;
}

function judge({ ofFile, ofRelease }: Pins, digests: Hashes): Finding {
  if (ofFile.length + ofRelease.length === 0) {
    return { ...base, state: 'absent', identity: null, detail: 'no pin names it', code: null };
  }
  const broken = ofFile.find((pin) => contradicts(pin, digests));
  if (broken !== undefined) return failed(broken, digests);
  const open = ofRelease.filter((pin) => !contradicts(pin, digests));
  const [first] = ofRelease;
  if (first !== undefined && open.length === 0) return failed(first, digests);
  const vouching = [...ofFile, ...open].find((pin) => provenStrong(pin, digests));
  if (vouching === undefined) {
    const detail = 'only weak hashes pin it';
    return { ...base, state: 'absent', identity: null, detail, code: null };
  }
  const identity = `pinned in ${vouching.where}`;
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

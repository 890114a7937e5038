// SPDX-License-Identifier: Apache-2.0

/** Ways to one package that are told apart; beyond, what lies between is left out. */
const MAX_WAYS = 12;

/** Under which conditions something is needed: any of several ways, each all of its markers (PEP 508). */
export class Markers {
  static readonly ALWAYS = new Markers([[]]);
  readonly #ways: readonly (readonly string[])[];

  private constructor(ways: readonly (readonly string[])[]) {
    this.#ways = ways;
  }

  and(marker: string | null): Markers {
    if (marker === null) return this;
    return Markers.#shortest(
      this.#ways.map((way) => (way.includes(marker) ? way : [...way, marker])),
    );
  }

  /** Itself where the other adds nothing. */
  or(other: Markers): Markers {
    const isNew = other.#ways.some((way) => !this.#ways.some((known) => covers(known, way)));
    return isNew ? Markers.#shortest([...this.#ways, ...other.#ways]) : this;
  }

  /** `null`: it always holds. */
  text(): string | null {
    if (this.#ways.some((way) => way.length === 0)) return null;
    const ways = this.#ways.map((way) => way.map(inner).join(' and '));
    return ways.length === 1 ? (ways[0] ?? null) : ways.map((way) => `(${way})`).join(' or ');
  }

  static #shortest(all: readonly (readonly string[])[]): Markers {
    const kept: (readonly string[])[] = [];
    for (const way of all.toSorted((a, b) => a.length - b.length)) {
      if (!kept.some((shorter) => covers(shorter, way))) kept.push(way);
    }
    if (kept.length <= MAX_WAYS) return new Markers(kept);
    // What is needed too often is only superfluous; what is needed and left out is missing.
    const ends = [...new Set(kept.map((way) => way.at(-1) ?? ''))].map((marker) => [marker]);
    return ends.length <= MAX_WAYS ? new Markers(ends) : Markers.ALWAYS;
  }
}

/** Wherever the longer way holds, the shorter does. */
function covers(shorter: readonly string[], longer: readonly string[]): boolean {
  return shorter.every((marker) => longer.includes(marker));
}

function inner(marker: string): string {
  return / or /u.test(marker) ? `(${marker})` : marker;
}

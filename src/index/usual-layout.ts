// SPDX-License-Identifier: Apache-2.0

import type { Places, UsualPart } from './usual-entry.ts';

/** Entries that say the same things in the same order, with the same space between them. */
export interface UsualLayout {
  /** Sticky; matches one entry from its brace to its brace. */
  readonly entry: RegExp;
  readonly places: Places;
}

/** 64 times the class: a counted loop takes twice as long. */
const HEX = '[0-9a-f]'.repeat(64);
/** Printable ASCII without what JSON escapes. */
const TEXT = '[ !#-[\\]-~]*';
const SHA256 = `\\{"sha256"COLON"HEX"\\}`;

/**
 * Each member as nearly all indexes write it, with the names of its groups: no escape, no number
 * but a whole one of at most 15 digits, nothing nested but a sha256. `NAME` stands for what the
 * file name's group holds.
 */
const MEMBERS: Readonly<Record<string, readonly [pattern: string, ...UsualPart[]]>> = {
  'core-metadata': [`(?:false|${SHA256.replace('HEX', '(HEX)')})`, 'sidecar'],
  // What indexes wrote before PEP 714 settled the name; whoever reads the page reads the other one.
  'data-dist-info-metadata': [`(?:false|${SHA256})`],
  filename: ['"([A-Za-z0-9][A-Za-z0-9._+!-]*)"', 'filename'],
  'gpg-sig': ['(?:null|(true|false))', 'gpgSig'],
  hashes: [SHA256.replace('HEX', '(HEX)'), 'sha256'],
  provenance: [`(?:null|"(${TEXT})")`, 'provenance'],
  'requires-python': [`(?:null|"(${TEXT})")`, 'requiresPython'],
  size: ['(?:null|(0|[1-9][0-9]{0,14}))', 'size'],
  'upload-time': ['(?:null|"([0-9TZ:.-]*)")', 'uploadTime'],
  url: [`"(https:\\/\\/[a-z0-9.:-]+(?:\\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*\\/NAME)"`, 'address'],
  yanked: [`(?:null|false|(true|"${TEXT}"))`, 'yanked'],
};
const MOST_LAYOUTS = 16;

const known = new Map<string, UsualLayout | null>();

/**
 * The layout of entries with these members in this order; `null`: none that is usual.
 * @param space what stands behind colons and commas.
 */
export function usualLayout(names: readonly string[], space: '' | ' '): UsualLayout | null {
  const key = names.join(`,${space}`);
  const found = known.get(key);
  if (found !== undefined) return found;
  const layout = layoutOf(names, space);
  if (known.size >= MOST_LAYOUTS) known.clear();
  known.set(key, layout);
  return layout;
}

function layoutOf(names: readonly string[], space: string): UsualLayout | null {
  const places = new Map<UsualPart, number>();
  const members: string[] = [];
  for (const name of names) {
    const member = Object.hasOwn(MEMBERS, name) ? MEMBERS[name] : undefined;
    if (member === undefined) return null;
    const [pattern, ...held] = member;
    for (const part of held) places.set(part, places.size + 1);
    const filename = places.get('filename');
    if (name === 'url' && filename === undefined) return null; // the address ends in the name
    members.push(`"${name}"COLON${pattern.replace('NAME', `\\${filename}`)}`);
  }
  if (!places.has('address') || !places.has('sha256')) return null;
  const source = `\\{${members.join(`,${space}`)}\\}(?:(?!)())?`;
  const unmet = places.size + 1;
  const placeOf = (part: UsualPart): number => places.get(part) ?? unmet;
  const entry = new RegExp(source.replaceAll('COLON', `:${space}`).replaceAll('HEX', HEX), 'y');
  return {
    entry,
    places: {
      filename: placeOf('filename'),
      address: placeOf('address'),
      sha256: placeOf('sha256'),
      sidecar: placeOf('sidecar'),
      requiresPython: placeOf('requiresPython'),
      gpgSig: placeOf('gpgSig'),
      yanked: placeOf('yanked'),
      size: placeOf('size'),
      uploadTime: placeOf('uploadTime'),
      provenance: placeOf('provenance'),
    },
  };
}

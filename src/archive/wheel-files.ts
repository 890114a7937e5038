// SPDX-License-Identifier: Apache-2.0
import type { HeldBytes } from '../core/bytes.ts';
import type { WheelFiles } from '../core/host.ts';
import { MAX_RECORD_BYTES } from '../core/limits.ts';
import { readRecordLines } from '../core/record-lines.ts';
import type { KnownLayouts } from './known-layouts.ts';
import { malformed } from './refuse.ts';
import { onlyDistInfo } from './wheel.ts';
import { openZip, type ZipArchive } from './zip.ts';
import type { PlacedEntry } from './zip-layout.ts';

/**
 * What a verified wheel puts into an environment: for holding against what lies there.
 * @throws Refusal `WP-ARCHIVE-MALFORMED`, `WP-LIMIT-ARCHIVE`
 */
export async function openWheelFiles(
  filename: string,
  bytes: HeldBytes,
  layouts: KnownLayouts | null = null,
): Promise<WheelFiles> {
  const zip = await openZip(filename, bytes, layouts);
  const entries = new Map(
    zip.entries.filter(({ name }) => !name.endsWith('/')).map((entry) => [entry.name, entry]),
  );
  const distInfo = onlyDistInfo(filename, [...entries.keys()]);
  const stated = new Map(
    readRecordLines(await textOf(zip, entries.get(`${distInfo}/RECORD`))).map(
      ({ path, sha256 }) => [path, sha256],
    ),
  );
  return {
    distInfo,
    members: [...entries.values()].map(({ name, expanded }) => ({
      path: name,
      size: expanded,
      sha256: stated.get(name) ?? null,
    })),
    commands: commandsIn(await textOf(zip, entries.get(`${distInfo}/entry_points.txt`))),
    async read(path) {
      const entry = entries.get(path);
      if (entry === undefined) throw malformed(filename, `holds no '${path}'`);
      return await zip.read(entry, entry.expanded);
    },
  };
}

async function textOf(zip: ZipArchive, entry: PlacedEntry | undefined): Promise<string> {
  if (entry === undefined) return '';
  return Buffer.from(await zip.read(entry, MAX_RECORD_BYTES)).toString('utf8');
}

/** The names under `console_scripts` and `gui_scripts` (packaging.python.org, "Entry points"). */
function commandsIn(text: string): ReadonlySet<string> {
  const commands = new Set<string>();
  let section = '';
  for (const line of text.split(/\r?\n/u)) {
    section = /^\s*\[\s*(.*?)\s*\]/u.exec(line)?.[1] ?? section;
    const name = /^\s*([^=#;[\]]+?)\s*=/u.exec(line)?.[1];
    if (name !== undefined && /^(?:console|gui)_scripts$/u.test(section)) commands.add(name);
  }
  return commands;
}

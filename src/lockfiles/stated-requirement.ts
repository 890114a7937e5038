// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from '../core/artifact.ts';
import type { Pin } from '../core/installer.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { isProjectName, normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import { publicUrl } from '../core/url.ts';
import { invalid, type GrowingReading } from './format.ts';
import { readFragmentHashes } from './hashes.ts';
import { lastSegment } from './last-segment.ts';
import { UNSAID } from './locked-package.ts';
import { verifyVcsAddress } from './vcs-address.ts';
import { exactVersion, parseRequirement, type Requirement } from './requirement.ts';

interface Statement {
  readonly text: string;
  /** Each the hash of one file that would do. */
  readonly hashes: readonly Hashes[];
  readonly constraint: boolean;
  readonly where: string;
}

/** Adds what one requirement wishes for and pins. @throws Refusal as `parseRequirement` */
export function addRequirement(statement: Statement, reading: GrowingReading): void {
  const { where } = statement;
  const requirement = parseRequirement(statement.text, where);
  if (requirement.kind === 'project') {
    const { project, specifier, marker } = requirement;
    const condition = marker === null ? {} : { conditional: true as const };
    const bound = statement.constraint ? { unasked: 'bound' as const } : {};
    reading.wishes.push({ project, specifier, ...condition, ...bound, where });
    const version = exactVersion(specifier);
    // Of lines under markers one is meant, and which one only the installer knows.
    const file = where.replace(/:\d+$/u, '');
    const said = marker === null ? {} : { statement: `${file} under a marker` };
    for (const hashes of statement.hashes) {
      reading.pins.push({ project, version, filename: null, url: null, hashes, where, ...said });
    }
    if (statement.constraint) return;
    const { hashes } = statement;
    reading.packages.push({ ...UNSAID, name: project, version, hashes, marker, where });
    return;
  }
  if (requirement.project !== null && !statement.constraint) {
    const { project } = requirement;
    reading.wishes.push({ project, specifier: '', unasked: 'stated', where });
  }
  const bounds = statement.constraint ? { constraint: true as const } : {};
  if (requirement.kind === 'local') {
    reading.urls.push({ url: requirement.path, kind: 'local', ...bounds, where });
    return;
  }
  const kind: 'vcs' | 'remote' = /^[a-z]+\+/iu.test(requirement.url) ? 'vcs' : 'remote';
  if (kind === 'vcs') verifyVcsAddress(requirement.url, where);
  reading.urls.push({ url: requirement.url, kind, ...bounds, where });
  const pins = kind === 'remote' ? pinsOfAddress(requirement, statement) : [];
  reading.pins.push(...pins);
  const name = nameOf(requirement, kind);
  if (name === null || statement.constraint) return;
  const { url, marker } = requirement;
  const hashes = pins.map((pin) => pin.hashes);
  const place = { url, kind };
  const version = kind === 'remote' ? versionAt(url, name) : null;
  reading.packages.push({ ...UNSAID, name, version, hashes, place, marker, where });
}

/** As it is said before the address, or by the file's name; `#egg=` is how pip's users said it before. */
function nameOf({ project, url }: Address, kind: 'vcs' | 'remote'): string | null {
  if (project !== null) return project;
  const { hash, pathname } = URL.canParse(url) ? new URL(url) : { hash: '', pathname: '' };
  if (kind === 'remote') return parseDistributionFilename(lastSegment(pathname))?.project ?? null;
  const [, egg = ''] = /[#&]egg=([A-Za-z0-9._-]+)/u.exec(hash) ?? [];
  return isProjectName(egg) ? normaliseName(egg) : null;
}

function versionAt(url: string, project: string): string | null {
  return parseDistributionFilename(lastSegment(new URL(url).pathname), project)?.version ?? null;
}

type Address = Extract<Requirement, { readonly kind: 'address' }>;

/** A fragment's hashes are the file's own; `--hash` beside it names files that would do. */
function pinsOfAddress(address: Address, statement: Statement): readonly Pin[] {
  const { where } = statement;
  if (!URL.canParse(address.url)) {
    throw invalid(where, `expected an address, found ${safeText(address.url, 200)}`);
  }
  const { hash, pathname } = new URL(address.url);
  const filename = lastSegment(pathname);
  const parsed = parseDistributionFilename(filename, address.project ?? undefined);
  const pin = {
    project: address.project ?? parsed?.project ?? normaliseName(filename),
    version: parsed?.version ?? null,
    filename: null,
    where,
  };
  const own = readFragmentHashes(hash, where);
  const url = publicUrl(address.url);
  const pins: Pin[] = Object.keys(own).length > 0 ? [{ ...pin, url, hashes: own }] : [];
  // One stated hash binds the address; of several, one must match, which only a release's pins say.
  const binding = statement.hashes.length === 1 ? url : null;
  return [...pins, ...statement.hashes.map((hashes) => ({ ...pin, url: binding, hashes }))];
}

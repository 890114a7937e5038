// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { reason, type Reason } from '../core/errors.ts';
import type { PageHistory } from '../trust/index.ts';
import { day } from './page-remarks.ts';

/** The system that wheels are to fit, as platform tags begin and end (PEP 425, 600, 656). */
export interface Platform {
  readonly system: string;
  readonly architecture: string;
}

export const THIS_PLATFORM: Platform = { system: process.platform, architecture: process.arch };

interface HiddenWheel {
  readonly filename: string;
  readonly why: string;
}

/** Wheels that an installer here would have taken, had they not gone or been refused; by version. */
export class HiddenWheels {
  readonly #byVersion = new Map<string, HiddenWheel>();
  readonly #project: string;
  readonly #platform: Platform;

  constructor(project: string, platform: Platform = THIS_PLATFORM) {
    this.#project = project;
    this.#platform = platform;
  }

  addGone(history: PageHistory): void {
    if (history.unchanged !== undefined) return;
    for (const { filename, change, changedAt } of history.listings) {
      if (change === 'gone') this.#add(filename, `was listed on ${day(changedAt)} and is gone`);
    }
  }

  addRefused(artifact: Artifact, reasons: readonly Reason[]): void {
    this.#add(artifact.filename, `is refused (${reasons[0]?.code ?? ''})`);
  }

  /** What is to be said of a source distribution: `null` where nobody would be made to build it. */
  remarkOn({ kind, filename, version, project }: Artifact): Reason | null {
    if (kind !== 'sdist') return null;
    const hidden = this.#byVersion.get(version);
    if (hidden === undefined) return null;
    const message = `${filename} would run build code: the wheel ${hidden.filename} of ${project} ${version} ${hidden.why}`;
    return reason('WP-SDIST-BUILD', message);
  }

  #add(filename: string, why: string): void {
    const parsed = parseDistributionFilename(filename, this.#project);
    if (parsed?.kind !== 'wheel' || this.#byVersion.has(parsed.version)) return;
    const fits = (parsed.tags ?? []).some((tag) => fitsHere(tag, this.#platform));
    if (fits) this.#byVersion.set(parsed.version, { filename, why });
  }
}

const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x64: ['x86_64', 'amd64', 'universal2', 'intel'],
  arm64: ['aarch64', 'arm64', 'universal2'],
  ia32: ['i686', 'i386', 'win32', 'universal'],
  arm: ['armv7l', 'armv6l'],
};
const SYSTEMS: Readonly<Record<string, readonly string[]>> = {
  linux: ['manylinux', 'musllinux', 'linux'],
  darwin: ['macosx'],
  win32: ['win'],
};

/**
 * Whether some Python here takes a wheel with this tag. Which Python is asked is not known, so any
 * CPython 3 counts: rather one word too many than a build that nobody asked for.
 */
function fitsHere(tag: string, { system, architecture }: Platform): boolean {
  const [python = '', , platform = ''] = tag.split('-');
  if (!/^(?:py3|cp3)/u.test(python)) return false;
  if (platform === 'any') return true;
  const starts = SYSTEMS[system] ?? [system];
  const ends = ARCHITECTURES[architecture] ?? [architecture];
  return (
    starts.some((start) => platform.startsWith(start)) && ends.some((end) => platform.endsWith(end))
  );
}

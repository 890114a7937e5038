// SPDX-License-Identifier: Apache-2.0
import { readCoreMetadata, verifyArchiveIdentity } from '../archive/index.ts';
import type { Artifact } from '../core/artifact.ts';
import { reason, Refusal, type Reason } from '../core/errors.ts';
import { WheelReadings } from './wheel-readings.ts';

/** A wheel's own METADATA. */
export interface MetadataInside {
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/**
 * Which metadata sidecars (PEP 658) were handed to the installer in this run, and which METADATA
 * was found inside the files themselves: whichever comes second is held against the other.
 */
export class SidecarLedger {
  /** What is inside wheels, whoever looks into them. */
  readonly readings: WheelReadings;
  readonly #sha256ByFile = new Map<string, string>();
  readonly #insideByFile = new Map<string, MetadataInside>();

  constructor(readings: WheelReadings = new WheelReadings()) {
    this.readings = readings;
  }

  handedOut(fileUrl: string, sha256: string): void {
    this.#sha256ByFile.set(fileUrl, sha256);
  }

  of(fileUrl: string): string | null {
    return this.#sha256ByFile.get(fileUrl) ?? null;
  }

  foundInside(fileUrl: string, inside: MetadataInside): void {
    this.#insideByFile.set(fileUrl, inside);
  }

  inside(fileUrl: string): MetadataInside | null {
    return this.#insideByFile.get(fileUrl) ?? null;
  }
}

/** Metadata beside a file speaks for that release alone; `null` where it does. */
export function judgeSidecarIdentity(artifact: Artifact, sidecar: Uint8Array): Reason | null {
  const { filename, project } = artifact;
  try {
    verifyArchiveIdentity(filename, readCoreMetadata(filename, sidecar), project);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return reason(
      'WP-SIDECAR-DIFFERS',
      `the metadata served beside the file is not its own: ${thrown.message}`,
    );
  }
}

export function sidecarDiffers(filename: string, beside: string, inside: string): Reason {
  return reason(
    'WP-SIDECAR-DIFFERS',
    `the metadata served beside ${filename} (sha256 ${beside}) is not ` +
      `the METADATA inside it (sha256 ${inside})`,
  );
}

// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';

/**
 * Which metadata sidecars (PEP 658) were handed to the installer in this run, and which METADATA
 * was found inside the files themselves: whichever comes second is held against the other.
 */
export class SidecarLedger {
  readonly #sha256ByFile = new Map<string, string>();
  readonly #insideByFile = new Map<string, string>();

  handedOut(fileUrl: string, sha256: string): void {
    this.#sha256ByFile.set(fileUrl, sha256);
  }

  of(fileUrl: string): string | null {
    return this.#sha256ByFile.get(fileUrl) ?? null;
  }

  foundInside(fileUrl: string, sha256: string): void {
    this.#insideByFile.set(fileUrl, sha256);
  }

  inside(fileUrl: string): string | null {
    return this.#insideByFile.get(fileUrl) ?? null;
  }
}

export function sidecarDiffers(filename: string, beside: string, inside: string): Reason {
  return reason(
    'WP-SIDECAR-DIFFERS',
    `the metadata served beside ${filename} (sha256 ${beside}) is not ` +
      `the METADATA inside it (sha256 ${inside})`,
  );
}

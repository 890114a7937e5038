// SPDX-License-Identifier: Apache-2.0

/** Which metadata sidecars (PEP 658) were handed to the installer in this run, by the file's address. */
export class SidecarLedger {
  readonly #sha256ByFile = new Map<string, string>();

  handedOut(fileUrl: string, sha256: string): void {
    this.#sha256ByFile.set(fileUrl, sha256);
  }

  of(fileUrl: string): string | null {
    return this.#sha256ByFile.get(fileUrl) ?? null;
  }
}

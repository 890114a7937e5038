// SPDX-License-Identifier: Apache-2.0

/** A file that may hold a policy, with what decides whether its words count. */
export interface FoundPolicyFile {
  readonly bytes: Uint8Array;
  /** Someone else owns it (neither this user nor root). */
  readonly foreign: boolean;
  /** Others than its owner may write it. */
  readonly writableByOthers: boolean;
}

export interface PolicyFiles {
  /**
   * `null` only where there is no such file.
   * @throws Refusal `WP-POLICY-INVALID` where it is no readable regular file, or larger than MAX_POLICY_BYTES.
   */
  read(path: string): Promise<FoundPolicyFile | null>;
}

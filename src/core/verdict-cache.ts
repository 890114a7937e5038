// SPDX-License-Identifier: Apache-2.0

/**
 * What evidence was proved to say, kept by everything that the proof depended on. What cannot be
 * read or written counts as not kept: then it is proved again.
 */
export interface VerdictCache {
  /** @param key 64 hexadecimal digits */
  recall(key: string): Promise<string | null>;
  keep(key: string, text: string): Promise<void>;
  close(): Promise<void>;
}

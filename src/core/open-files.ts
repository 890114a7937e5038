// SPDX-License-Identifier: Apache-2.0

const HINT = 'Allow more open files (`ulimit -n`), then run the same command again.';

/** What helps where the system's own name of an error says that files ran out (errno(3)). */
export function openFilesHint(code: unknown): { readonly hint?: string } {
  return code === 'EMFILE' ? { hint: HINT } : {};
}

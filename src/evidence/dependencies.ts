// SPDX-License-Identifier: Apache-2.0
import { readCoreMetadata } from '../archive/index.ts';
import { Refusal } from '../core/errors.ts';

/** The `Requires-Dist` lines of a METADATA file; none where it cannot be read. */
export function dependenciesIn(filename: string, metadata: Uint8Array): readonly string[] {
  try {
    return readCoreMetadata(filename, metadata).requiresDist;
  } catch (thrown) {
    if (thrown instanceof Refusal) return [];
    throw thrown;
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { InstalledFiles } from '../core/host.ts';

/** What Python makes of a compiled module in `__pycache__` (PEP 3147, PEP 552). */
export type CompiledModule =
  /** Python takes no notice of it, or compiles the source anew. */
  | 'inert'
  /** It runs in place of its source, which it says that it was made from. */
  | 'live'
  /** It runs in place of its source, whatever that holds. */
  | 'unchecked';

const HEADER_BYTES = 16;
const HASH_BASED = 0b01;
const CHECK_SOURCE = 0b10;

/** The name of the source that a compiled module's own name stands for; `null` for another file. */
export function sourceOf(name: string): string | null {
  const [, stem] = /^([^.]+)\.[^.]+(?:\.opt-\w+)?\.pyc$/u.exec(name) ?? [];
  return stem === undefined ? null : `${stem}.py`;
}

/**
 * What its header says, beside its source: nothing tells whether the code behind it is that
 * source's, so that whoever made it has to be known.
 */
export async function judgeCompiled(
  path: string,
  source: string,
  files: InstalledFiles,
): Promise<CompiledModule> {
  const [head, made] = await Promise.all([files.head(path, HEADER_BYTES), files.stat(source)]);
  if (head === null || head.length < HEADER_BYTES || made === null) return 'inert';
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const flags = view.getUint32(4, true);
  if ((flags & ~(HASH_BASED | CHECK_SOURCE)) !== 0) return 'inert';
  if ((flags & HASH_BASED) !== 0) return (flags & CHECK_SOURCE) === 0 ? 'unchecked' : 'live';
  const seconds = Math.floor(made.modifiedAt / 1000) % 2 ** 32;
  const isCurrent = view.getUint32(8, true) === seconds;
  return isCurrent && view.getUint32(12, true) === made.size % 2 ** 32 ? 'live' : 'inert';
}

// SPDX-License-Identifier: Apache-2.0
import type { Environment } from '../core/machine.ts';
import type { HeldRoots } from '../trust/held-roots.ts';
import type { Json, TrustContext } from './trust-context.ts';

export interface RootContext extends TrustContext {
  readonly environment: Environment;
  readonly roots: HeldRoots;
}

export interface ImportOptions extends Json {
  readonly reason: string;
  /** A TUF repository that vouches for the root, instead of a file. */
  readonly from?: string;
  /** Its first root, got out of band. */
  readonly tufRoot?: string;
  readonly replace?: true;
}

export interface UpdateOptions extends Json {
  readonly from?: string;
}

export interface PinOptions extends Json {
  readonly reason: string;
  readonly off?: true;
}

export interface RemoveOptions extends Json {
  readonly reason: string;
}

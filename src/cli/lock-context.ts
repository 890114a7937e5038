// SPDX-License-Identifier: Apache-2.0
import type { Environment } from '../core/machine.ts';

export interface LockContext {
  readonly environment: Environment;
  readonly directory: string;
  readonly io: { out(text: string): void; err(text: string): void };
}

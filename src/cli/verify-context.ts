// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import type { Environment } from '../core/machine.ts';
import type { Report } from '../core/report.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import type { Places } from '../host/index.ts';
import type { Policy } from '../policy/index.ts';

export interface VerifyContext {
  /** Closed by whoever opened it. */
  readonly rows: TrustRows;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly places: Places;
  readonly environment: Environment;
  readonly directory: string;
  readonly io: { out(text: string): void };
  /** Writes the report where the options before the command's name ask for it. */
  readonly report?: (report: Report) => Promise<void>;
}

export interface VerifyOptions {
  readonly provenance?: readonly string[];
  readonly attestation?: readonly string[];
  readonly identity?: readonly string[];
  readonly trustedRoot?: string;
  readonly signature?: readonly string[];
  readonly keyring?: readonly string[];
  readonly signer?: readonly string[];
  readonly checksums?: readonly string[];
  readonly requirement?: readonly string[];
  readonly name?: string;
  readonly index?: string;
  readonly offline?: true;
  readonly refresh?: true;
  readonly json?: true;
}

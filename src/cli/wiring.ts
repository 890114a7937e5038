// SPDX-License-Identifier: Apache-2.0
import type { loadPolicy } from '../config/index.ts';
import type { Clock } from '../core/clock.ts';
import type { EvidenceKind, PageReader } from '../core/evidence.ts';
import type { Installer } from '../core/installer.ts';
import type { KeptWheelList, TreeLooks } from '../core/kept-wheel.ts';
import type { RepositoryWatch } from '../core/repository.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import type { TrustedRoots } from '../core/trusted-roots.ts';
import type { Upstream } from '../core/upstream.ts';
import type { Decision } from '../core/verdict.ts';
import type { Verification } from '../core/verification.ts';
import type { ProvenanceJudge } from '../evidence/index.ts';
import type { openRunDirectory } from '../host/index.ts';
import type { Policy } from '../policy/index.ts';
import type { UpstreamSettings } from '../upstream/index.ts';
import type { Grounds } from '../verify/index.ts';

/**
 * Where tests reach into the plugging-together: to give names to loopback servers, to move the
 * clock, and to take a defence out so as to see its attack succeed. No command-line switch, file
 * or variable leads here.
 */
export interface Wiring {
  readonly clock?: Clock;
  readonly upstreamSettings?: Partial<UpstreamSettings>;
  readonly upstream?: (real: Upstream) => Upstream;
  readonly pages?: (real: PageReader) => PageReader;
  readonly evidence?: (real: readonly EvidenceKind[]) => readonly EvidenceKind[];
  readonly verification?: (real: Verification) => Verification;
  readonly repositories?: (real: RepositoryWatch) => RepositoryWatch;
  readonly wheelhouses?: (real: Decision) => Decision;
  readonly grounds?: (real: Omit<Grounds, 'receipts'>) => Omit<Grounds, 'receipts'>;
  readonly policy?: (real: Policy) => Policy;
  readonly loadPolicy?: typeof loadPolicy;
  readonly installers?: (real: readonly Installer[]) => readonly Installer[];
  readonly judge?: () => ProvenanceJudge;
  readonly trustedRoots?: (real: TrustedRoots) => TrustedRoots;
  readonly openRows?: (file: string, clock: Clock) => TrustRows;
  readonly keptWheels?: (real: KeptWheelList) => KeptWheelList;
  readonly treeLooks?: (real: TreeLooks) => TreeLooks;
  readonly openRunDirectory?: typeof openRunDirectory;
}

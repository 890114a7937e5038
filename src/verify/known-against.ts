// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Reason } from '../core/errors.ts';
import type { Wish } from '../core/installer.ts';
import { judgeAddress, judgeFileAddress } from '../core/source-address.ts';
import { allowsPlainHttp, judgeEntry, judgeHost, type Policy } from '../policy/index.ts';
import type { Catalogue } from './catalogue.ts';
import type { DirectDependencies } from './direct-dependencies.ts';
import type { NameGuard } from './name-guard.ts';

export interface KnownAgainstParts {
  readonly policy: Policy;
  readonly names: NameGuard;
  readonly catalogue: Catalogue;
  /** Hosts that a page of this run came from. */
  readonly indexHosts: ReadonlySet<string>;
  readonly now: () => number;
  readonly direct: DirectDependencies;
  /** What the user asked for. */
  readonly wishes: readonly Wish[];
}

/** What speaks against a file before it is asked for. */
export function knownAgainst(parts: KnownAgainstParts, artifact: Artifact): readonly Reason[] {
  const { policy, names, catalogue } = parts;
  const blocked = names.blockOf(artifact.project);
  if (blocked !== null) return [blocked];
  const refused = catalogue.refusalAt(artifact.url);
  if (refused !== null) return refused;
  if (artifact.listed !== null) return [];
  const address =
    judgeAskedAddress(policy, artifact.url) ?? judgeFileAddress(artifact.url, artifact.filename);
  if (address !== null) return [address];
  const direct = judgeDirect(parts, artifact);
  if (direct !== null) return [direct];
  return catalogue.refusalOfName(artifact.filename) ?? [];
}

/**
 * Ownership and `allow-hosts` bind addresses that no page led to as well; an index's own host is
 * always its.
 */
function judgeDirect(parts: KnownAgainstParts, artifact: Artifact): Reason | null {
  const { policy, names, indexHosts, now } = parts;
  const { host } = new URL(artifact.url);
  const foreign = judgeHost(policy, artifact.index, host, 'known');
  const against = [
    names.judgeFile(artifact),
    indexHosts.has(host) ? null : foreign,
    parts.direct.judge(artifact.url, parts.wishes),
  ];
  const stands = ({ code }: Reason): boolean =>
    !judgeEntry(policy, { ...artifact, code }, now()).admitted;
  return against.find((one) => one !== null && stands(one)) ?? null;
}

/** An address as the installer asks for it. */
export function judgeAskedAddress(policy: Policy, url: string): Reason | null {
  const allowPlainHttp = (host: string): boolean => allowsPlainHttp(policy, host);
  return judgeAddress(url, { from: null, allowPlainHttp });
}

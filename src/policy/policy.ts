// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Code } from '../core/codes.ts';
import { MAX_FILE_BYTES } from '../core/limits.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import type { TufPin } from '../core/tuf-repository.ts';
import { withSlash } from '../core/url.ts';
import type { PublisherRule } from './publisher-rules.ts';
import { canonicalRequirement, formatRequirement, type Requirement } from './requirement.ts';
import type { RootRule } from './root-rules.ts';
import { canonicalSigners } from './signers.ts';

/** What happens to a file that nobody vouches for and that this trust store never saw. */
export type FirstUse = 'accept' | 'ask' | 'refuse';

/**
 * Which publishers count as the project's own where no rule names them: whoever attested the first
 * release that this machine saw, whoever is remembered from an earlier run, or nobody.
 */
export type PublisherTrust = 'first-sight' | 'memory' | 'rules';

export interface Policy extends PolicyContent {
  /** sha256 over the rules alone: equal policies have equal digests, however they are written. */
  readonly digest: string;
}

export interface PolicyContent {
  readonly firstUse: FirstUse;
  readonly require: Requirement | null;
  /** What `require` would refuse is told, and let through; `strict` refuses it. */
  readonly dryRun: boolean;
  readonly publisherTrust: PublisherTrust;
  /** Host globs; `null`: hosts are remembered at first use. */
  readonly allowHosts: readonly string[] | null;
  /** Host globs. Loopback needs no permission. */
  readonly allowPlainHttp: readonly string[];
  /** Minimum age of a file, from our own first sight of it. */
  readonly cooldownMs: number;
  readonly minimumTls: '1.2' | '1.3';
  /** What becomes of a connection whose TLS is weak; `strict` refuses it. */
  readonly weakTls: 'accept' | 'refuse';
  /** Whether a requirement may name a branch of a repository, or nothing; `strict` refuses it. */
  readonly gitBranches: 'accept' | 'refuse';
  /** Host globs: may lie inside although a page of the outside names them. */
  readonly allowInside: readonly string[];
  readonly maxFileBytes: number;
  /** How old the last page of an index may be that is used while the index is down; `strict` uses none. */
  readonly staleIfErrorMs: number;
  /**
   * In the order they are written: of several that match and set the same thing, the last one
   * decides; of those that set `index`, the first one.
   */
  readonly projects: readonly ProjectRule[];
  readonly indexes: readonly IndexRule[];
  /** Of `[[index]]` and `[[host]]` tables. */
  readonly pins: readonly PinRule[];
  readonly exceptions: readonly PolicyException[];
  /** Of `[[sigstore]]` tables; the first one that matches decides. */
  readonly sigstore: readonly RootRule[];
  /** Of `[[signer]]` tables; every one that matches counts. */
  readonly signers: readonly SignerRule[];
  /** Authorities that this user has revoked, for tables that the command line adds. */
  readonly revokedKeys?: readonly string[];
  /** `--strict`: first use is never accepted. */
  readonly strict: boolean;
  /** The files it was read from, the user's own first. */
  readonly sources: readonly string[];
  /** Where each top-level setting comes from, by its name in the file; absent: the default. */
  readonly origins: Readonly<Record<string, string>>;
  /** What the reader should know about the policy itself, a sentence each. */
  readonly notes: readonly string[];
}

/** A `[[project]]` table: what it leaves out is as the policy says. */
export interface ProjectRule {
  /** Glob over normalised names. */
  readonly name: string;
  readonly firstUse: FirstUse | null;
  readonly require: Requirement | null;
  /** Absent or `null`: as the policy says. */
  readonly dryRun?: boolean | null;
  readonly cooldownMs: number | null;
  /** Address or name of the one index that the project must come from. */
  readonly index: string | null;
  /** Who may release it: one of them; absent: nobody is named. */
  readonly publishers?: readonly PublisherRule[];
  readonly publisherTrust?: PublisherTrust;
  /** `wheelproof.toml [[project]] 2` */
  readonly source: string;
}

/** An `[[index]]` table. */
export interface IndexRule {
  readonly name: string | null;
  /** As {@link indexKey} spells it. */
  readonly url: string;
  readonly allowHosts: readonly string[] | null;
  /** Statuses by which it says that it has no such project, beside 404 and 410. */
  readonly absentStatus?: readonly number[];
  /** Its pages and files count only as TUF metadata under this root names them. */
  readonly tuf?: TufPin;
  readonly source: string;
}

/** The keys that a server must show one of, as `KeyPins` in core has them. */
export interface PinRule {
  /** Host glob; of an index, its host and port. */
  readonly host: string;
  readonly primary: readonly string[];
  readonly backup: readonly string[];
  /** By when `primary` is to be renewed: milliseconds since 1970, `null`: nobody said. */
  readonly expires: number | null;
  readonly source: string;
}

/** An `[[exception]]` table: lifts one rule, never evidence that failed. */
export interface PolicyException {
  /** Glob over normalised names. */
  readonly project: string;
  /** PEP 440 specifiers; `null`: every version. */
  readonly version: string | null;
  readonly rule: Code;
  readonly reason: string;
  readonly owner: string;
  /** Milliseconds since 1970: from then on it lifts nothing. */
  readonly expires: number;
  readonly source: string;
}

/** Bumped when the same rules begin to mean something else. */
const DIGEST_DOMAIN = 'wheelproof policy 1';

/**
 * The one digest of a policy's rules. Where a list's order decides nothing it is sorted first;
 * files, origins and notes do not count.
 */
export function policyDigest(policy: PolicyContent): string {
  const rules = {
    firstUse: policy.firstUse,
    require: canonicalText(policy.require),
    dryRun: policy.dryRun,
    publisherTrust: policy.publisherTrust,
    allowHosts: policy.allowHosts === null ? null : asSet(policy.allowHosts),
    allowPlainHttp: asSet(policy.allowPlainHttp),
    cooldownMs: policy.cooldownMs,
    minimumTls: policy.minimumTls,
    weakTls: policy.weakTls,
    gitBranches: policy.gitBranches,
    allowInside: asSet(policy.allowInside),
    maxFileBytes: policy.maxFileBytes,
    staleIfErrorMs: policy.staleIfErrorMs,
    strict: policy.strict,
    projects: policy.projects.map((rule) => ({
      ...rule,
      require: canonicalText(rule.require),
      dryRun: rule.dryRun ?? null,
      source: null,
    })),
    indexes: policy.indexes.map((rule) => ({
      ...rule,
      allowHosts: rule.allowHosts === null ? null : asSet(rule.allowHosts),
      // Given as a file or by its digest, it is the same root.
      ...(rule.tuf !== undefined && { tuf: { ...rule.tuf, root: null } }),
      source: null,
    })),
    pins: asSet(
      policy.pins.map((rule) =>
        canonicalJson({
          ...rule,
          primary: asSet(rule.primary),
          backup: asSet(rule.backup),
          source: null,
        }),
      ),
    ),
    exceptions: asSet(policy.exceptions.map((rule) => canonicalJson({ ...rule, source: null }))),
    sigstore: policy.sigstore.map((rule) => ({ ...rule, source: null })),
    signers: canonicalSigners(policy.signers),
  };
  return createHash('sha256')
    .update(`${DIGEST_DOMAIN}\n${canonicalJson(rules)}`)
    .digest('hex');
}

export function sealPolicy(content: PolicyContent): Policy {
  return { ...content, digest: policyDigest(content) };
}

export const DEFAULT_POLICY: Policy = sealPolicy({
  firstUse: 'accept',
  require: null,
  dryRun: false,
  publisherTrust: 'memory',
  allowHosts: null,
  allowPlainHttp: [],
  cooldownMs: 0,
  minimumTls: '1.2',
  weakTls: 'accept',
  gitBranches: 'accept',
  allowInside: [],
  maxFileBytes: MAX_FILE_BYTES,
  staleIfErrorMs: 24 * 3_600_000,
  projects: [],
  indexes: [],
  pins: [],
  exceptions: [],
  sigstore: [],
  signers: [],
  strict: false,
  sources: [],
  origins: {},
  notes: [],
});

/** One spelling for an index address: no credentials, query or fragment, one slash at the end. */
export function indexKey(address: string): string {
  const url = URL.parse(address);
  if (url === null) return address;
  return `${url.protocol}//${url.host}${withSlash(url.pathname)}`;
}

function canonicalText(requirement: Requirement | null): string | null {
  return requirement === null ? null : formatRequirement(canonicalRequirement(requirement));
}

function asSet(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

// SPDX-License-Identifier: Apache-2.0
import { allowedHosts } from './candidate.ts';
import { formatDuration } from './duration.ts';
import { formatSize } from './size.ts';
import { covers } from './exceptions.ts';
import { matchesGlob } from './glob.ts';
import { ownerOf } from './ownership.ts';
import type { PinRule, Policy } from './policy.ts';
import { publisherRulesFor, publisherRuleWords } from './publisher-rules.ts';
import { formatRequirement, type Requirement } from './requirement.ts';
import { rulesFor } from './rules.ts';
import { signersIn, signerWords } from './signers.ts';

export interface ExplainedSetting {
  readonly setting: string;
  readonly value: string;
  /** The table or file that decides it; `default` where nobody said anything. */
  readonly from: string;
}

export interface ExplainedException {
  readonly rule: string;
  readonly version: string | null;
  readonly reason: string;
  readonly owner: string;
  /** ISO 8601 */
  readonly expires: string;
  readonly from: string;
}

export interface ProjectExplanation {
  readonly project: string;
  readonly version: string | null;
  readonly policy: string;
  readonly settings: readonly ExplainedSetting[];
  /** `[[project]]` tables that match, in the order in which they apply. */
  readonly matching: readonly string[];
  readonly exceptions: readonly ExplainedException[];
}

export interface ProjectAsk {
  /** Normalised. */
  readonly project: string;
  /** `null`: whichever. */
  readonly version: string | null;
  readonly now: number;
}

/** Which rule decides each setting for one project, and where it is written. */
export function explainProject(policy: Policy, ask: ProjectAsk): ProjectExplanation {
  const { project, version } = ask;
  return {
    project,
    version,
    policy: policy.digest,
    settings: projectSettings(policy, project, version),
    matching: policy.projects
      .filter((rule) => matchesGlob(rule.name, project))
      .map((rule) => `${rule.source} (name = "${rule.name}")`),
    exceptions: policy.exceptions
      .filter((one) => one.expires > ask.now && covers(one, { project, version: version ?? '' }))
      .map((one) => ({
        rule: one.rule,
        version: one.version,
        reason: one.reason,
        owner: one.owner,
        expires: new Date(one.expires).toISOString(),
        from: one.source,
      })),
  };
}

function projectSettings(
  policy: Policy,
  project: string,
  version: string | null,
): readonly ExplainedSetting[] {
  const { firstUse, require, dryRun, cooldownMs, index, publisherTrust } = rulesFor(
    policy,
    project,
  );
  return [
    { setting: 'first-use', value: firstUse.value, from: firstUse.from },
    { setting: 'require', value: requiredText(require.value), from: require.from },
    ...(dryRun.value ? [{ setting: 'dry-run', value: DRY_RUN_WORDS, from: dryRun.from }] : []),
    { setting: 'cooldown', value: formatDuration(cooldownMs.value), from: cooldownMs.from },
    { setting: 'index', value: index.value ?? 'any', from: index.from },
    hostSetting(policy, ownerOf(policy, project)?.index ?? null),
    ...signersIn(policy)(project).map((rule) => ({
      setting: 'signer',
      value: signerWords(rule),
      from: rule.source,
    })),
    ...publisherSettings(policy, project, version),
    { setting: 'publisher-trust', value: publisherTrust.value, from: publisherTrust.from },
  ];
}

const DRY_RUN_WORDS = 'what require would refuse is told, and let through';
/** One line for each publisher who may release it. */
function publisherSettings(
  policy: Policy,
  project: string,
  version: string | null,
): readonly ExplainedSetting[] {
  const named = publisherRulesFor(policy, project, version);
  if (named === null) {
    return [{ setting: 'publisher', value: 'whoever published it before', from: 'default' }];
  }
  const setting = 'publisher';
  return named.rules.map((rule) => ({
    setting,
    value: publisherRuleWords(rule),
    from: named.from,
  }));
}

function requiredText(requirement: Requirement | null): string {
  return requirement === null ? 'nothing (whoever vouches counts)' : formatRequirement(requirement);
}

function hostSetting(policy: Policy, index: string | null): ExplainedSetting {
  const allowed =
    index === null
      ? policy.allowHosts && { hosts: policy.allowHosts, from: policy.origins['allow-hosts'] }
      : allowedHosts(policy, index);
  return {
    setting: 'allow-hosts',
    value: allowed?.hosts.join(', ') ?? 'hosts are learned in the first run',
    from: allowed?.from ?? 'default',
  };
}

/** What holds for every project that no rule names, and how many rules there are beside. */
export function explainPolicy(policy: Policy): readonly ExplainedSetting[] {
  const from = (setting: string): string => policy.origins[setting] ?? 'default';
  const { projects, indexes, exceptions } = policy;
  const { firstUse, require, dryRun, cooldownMs } = rulesFor(policy, '');
  const told = (setting: string, value: string, origin = from(setting)): ExplainedSetting => ({
    setting,
    value,
    from: origin,
  });
  return [
    told('first-use', firstUse.value, firstUse.from),
    told('require', requiredText(require.value), require.from),
    ...(dryRun.value ? [told('dry-run', DRY_RUN_WORDS, dryRun.from)] : []),
    told('cooldown', formatDuration(cooldownMs.value), cooldownMs.from),
    told('publisher-trust', policy.publisherTrust),
    hostSetting(policy, null),
    told('allow-plain-http', policy.allowPlainHttp.join(', ') || 'loopback only'),
    told(
      'allow-inside',
      policy.allowInside.join(', ') || 'nothing that a page of the outside names',
    ),
    told('minimum-tls', policy.minimumTls),
    policy.strict ? told('weak-tls', 'refuse', '--strict') : told('weak-tls', policy.weakTls),
    policy.strict
      ? told('git-branches', 'refuse', '--strict')
      : told('git-branches', policy.gitBranches),
    told('max-file-size', formatSize(policy.maxFileBytes)),
    policy.strict
      ? told('stale-if-error', formatDuration(0), '--strict')
      : told('stale-if-error', formatDuration(policy.staleIfErrorMs)),
    ...projects.map((rule) => told('project', rule.name, rule.source)),
    ...indexes.map((rule) => told('index', rule.url, rule.source)),
    ...policy.signers.map((rule) =>
      told('signer', `${rule.project}: ${signerWords(rule)}`, rule.source),
    ),
    ...policy.pins.map((rule) => told('pins', pinText(rule), rule.source)),
    ...exceptions.map((rule) => told('exception', `${rule.rule} for ${rule.project}`, rule.source)),
  ];
}

function pinText({ host, primary, backup, expires }: PinRule): string {
  const date = expires === null ? '' : `, expires ${new Date(expires).toISOString()}`;
  return `${host}: ${primary.length} and ${backup.length} for backup${date}`;
}

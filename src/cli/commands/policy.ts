// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { Refusal } from '../../core/errors.ts';
import { isProjectName, normaliseName } from '../../core/project-name.ts';
import { safeText } from '../../core/safe-text.ts';
import type { TrustRows } from '../../core/trust-rows.ts';
import { normaliseVersion } from '../../core/version.ts';
import {
  explainPolicy,
  explainProject,
  type ExplainedSetting,
  type Policy,
  type ProjectExplanation,
} from '../../policy/index.ts';
import { asciiJson } from '../../report/index.ts';
import { usedFindings, usedLines, type UsedFindings } from '../used-findings.ts';

export interface PolicyIo {
  out(text: string): void;
}

interface Json {
  readonly json?: true;
}

/** `wheelproof policy …`: what is in force, where it is written, and which rule decides. */
export function registerPolicyCommand(
  program: Command,
  load: (file: string | null) => Promise<Policy>,
  io: PolicyIo,
  rows?: () => TrustRows,
): void {
  const policy = program.command('policy').description('check and explain the policy in force');
  policy
    .command('check [file]')
    .description('read the policy, and say what is in force and where it is written')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: Json) =>
      check(await load(file ?? null), io, options),
    );
  policy
    .command('explain <project>')
    .description('say which rule decides for a project (PROJECT or PROJECT==VERSION)')
    .option('--json', 'print JSON')
    .action(async (word: string, options: Json) => {
      const asked = parseProject(word);
      const policyInForce = await load(null);
      const used = rows === undefined ? [] : usedFindings(rows(), policyInForce, asked);
      explain(policyInForce, io, { ...asked, options, used });
    });
}

function check(policy: Policy, io: PolicyIo, options: Json): void {
  const settings = explainPolicy(policy);
  const { digest, sources, notes, strict } = policy;
  if (options.json === true) {
    io.out(asciiJson({ digest, strict, sources, settings, notes }));
    return;
  }
  const from = sources.length === 0 ? 'no policy file: the default' : sources.join(', under ');
  io.out(
    lines([
      `The policy is right (${from}).`,
      ...settingLines(settings),
      ...notes.map((note) => `note: ${note}`),
      `digest ${digest}`,
    ]),
  );
}

interface AskedProject {
  readonly project: string;
  readonly version: string | null;
}

function explain(
  policy: Policy,
  io: PolicyIo,
  asked: AskedProject & { options: Json; used: readonly UsedFindings[] },
): void {
  const { project, version, options, used } = asked;
  const explained = explainProject(policy, { project, version, now: Date.now() });
  if (options.json === true) io.out(asciiJson({ ...explained, used }));
  else io.out(lines([explained.project, ...projectLines(explained), ...usedLines(used)]));
}

/** As `explain` of a file shows it too. */
export function projectLines(explained: ProjectExplanation): readonly string[] {
  const { settings, matching, exceptions } = explained;
  return [
    ...settingLines(settings),
    ...matching.map((rule) => `  matches          ${rule}`),
    ...exceptions.map(
      ({ rule, version, reason, owner, expires, from }) =>
        `  exception        ${rule}${version === null ? '' : ` for ${version}`}: ${reason} ` +
        `(owner ${owner}, until ${expires}; ${from})`,
    ),
  ];
}

function settingLines(settings: readonly ExplainedSetting[]): readonly string[] {
  return settings.map(({ setting, value, from }) => `  ${setting.padEnd(16)} ${value}  (${from})`);
}

/** @throws Refusal `WP-USAGE` */
function parseProject(word: string): AskedProject {
  const [name = '', version, ...more] = word.split('==').map((part) => part.trim());
  const normal = version === undefined ? null : normaliseVersion(version);
  if (!isProjectName(name) || more.length > 0 || (version !== undefined && normal === null)) {
    throw new Refusal('WP-USAGE', {
      message: `expected PROJECT or PROJECT==VERSION, found ${safeText(word, 100)}`,
    });
  }
  return { project: normaliseName(name), version: normal };
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${safeText(text, 1_000)}\n`).join('');
}

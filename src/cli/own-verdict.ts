// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { reason } from '../core/errors.ts';
import type { Decision } from '../core/verdict.ts';
import { bareListing } from '../core/listed-file.ts';
import { parseIdentityWord } from '../config/index.ts';
import type { Policy } from '../policy/index.ts';
import type { VerifyOptions } from './verify-context.ts';

/**
 * First use is for files that are to be installed: here somebody vouches, or nobody does. Where
 * nobody says which index it comes from, none is the wrong one.
 */
export function atHand(
  policy: Policy,
  { index, project }: Artifact,
  { identity = [] }: VerifyOptions,
): Policy {
  const projects = policy.projects.map((rule) => ({
    ...rule,
    firstUse: 'accept' as const,
    index: index.startsWith('direct:') ? null : rule.index,
  }));
  const publishers = identity.map(parseIdentityWord);
  const named = { firstUse: 'accept', require: null, cooldownMs: null, index: null } as const;
  const own = { ...named, name: project, publishers, source: '--identity' };
  return {
    ...policy,
    firstUse: 'accept',
    projects: publishers.length === 0 ? projects : [own, ...projects],
  };
}

/** To be remembered is not to be vouched for: where nothing is installed, somebody's word is asked for. */
export function requireVoucher(decision: Decision, { filename }: Artifact): Decision {
  const { verdict } = decision;
  if (verdict !== 'first-seen' && verdict !== 'remembered') return decision;
  const found =
    verdict === 'remembered' ? 'this machine only remembers it' : 'nobody vouches for it';
  const unconfirmed = decision.findings.find((one) => one.unconfirmed === true);
  const hint =
    unconfirmed === undefined
      ? 'Look at the file, then `wheelproof trust approve` it; or hand over what vouches for it (`wheelproof verify --help`).'
      : `${unconfirmed.identity ?? 'Somebody'} attests it, and nothing says that he may release it. If you know that he may, say so with --identity or --signer (\`wheelproof verify --help\`), or in the policy.`;
  const why = reason('WP-NO-VOUCHER', `${filename}: expected a voucher, found that ${found}`, hint);
  return { ...decision, verdict: 'refused', reasons: [why] };
}

/**
 * What is handed over with a file stands for what its index would name: the publisher is held
 * against those whom this machine remembers.
 */
export function asIfListed(artifact: Artifact): Artifact {
  if (artifact.listed !== null || artifact.index.startsWith('direct:')) return artifact;
  return { ...artifact, listed: bareListing(artifact.filename, artifact.url) };
}

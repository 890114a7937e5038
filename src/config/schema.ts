// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot';
import { LIFTABLE_RULES } from '../policy/index.ts';

/*
 * The policy file as it is written: the source of docs/policy.schema.json. The message of each
 * check says what was expected. What a schema cannot say is checked in compile.ts.
 */

const FIRST_USE = ['accept', 'ask', 'refuse'] as const;
export const RULES: readonly string[] = Object.entries(LIFTABLE_RULES).flat();

const text = (maxCharacters: number, description: string) =>
  v.pipe(
    v.string(),
    v.nonEmpty('some text'),
    v.maxLength(maxCharacters, `at most ${maxCharacters} characters`),
    v.description(description),
  );

const firstUse = v.pipe(
  v.picklist(FIRST_USE),
  v.description('What happens to a file that nobody vouches for and that was never seen before.'),
);
const require = text(
  1_000,
  'Who must vouch: an expression over classes and kinds of evidence, for instance "publisher or 2 of (log, repository, approval)".',
);
const cooldown = v.pipe(
  v.string(),
  v.regex(/^\d{1,9}[wdhms]$/u, 'a duration such as "14d", "36h" or "0s"'),
  v.description('Minimum age of a file, counted from our own first sight of it.'),
);
const projectGlob = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9*._-]{1,128}$/u, 'a project name, in which * may stand for any characters'),
  v.description('Project name; * stands for any characters.'),
);
const hostGlobs = (description: string) =>
  v.pipe(
    v.array(
      v.pipe(
        v.string(),
        v.regex(/^[A-Za-z0-9*.:[\]-]{1,255}$/u, 'a host such as "files.example" or "*.example"'),
      ),
    ),
    v.maxLength(1_000, 'at most 1000 hosts'),
    v.description(description),
  );

const project = v.strictObject({
  name: projectGlob,
  'first-use': v.optional(firstUse),
  require: v.optional(require),
  cooldown: v.optional(cooldown),
  index: v.optional(
    text(2_000, 'Address, or name of an [[index]], that the project must come from.'),
  ),
});

const index = v.strictObject({
  url: text(2_000, 'Address of the index, as the installer is given it.'),
  name: v.optional(text(128, 'A name for [[project]] rules to refer to.')),
  'allow-hosts': v.optional(
    hostGlobs('Hosts that the files of this index may lie on, beside its own.'),
  ),
});

const exception = v.strictObject({
  project: projectGlob,
  version: v.optional(text(500, 'Version specifiers (PEP 440); every version where absent.')),
  rule: v.pipe(v.picklist(RULES), v.description('The rule that is lifted, or its code.')),
  reason: text(500, 'Why.'),
  owner: text(200, 'Who answers for it.'),
  expires: v.pipe(
    v.string(),
    v.regex(
      /^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2}))?$/u,
      'a date such as 2026-12-31, or a date and time with its offset',
    ),
    v.description('The last day on which it holds (UTC), or the moment at which it ends.'),
  ),
});

const list = <T extends v.GenericSchema>(entry: T) =>
  v.optional(v.pipe(v.array(entry), v.maxLength(10_000, 'at most 10000 tables')));

export const policyDocument = v.strictObject({
  'first-use': v.optional(firstUse),
  require: v.optional(require),
  'allow-hosts': v.optional(
    hostGlobs(
      'Hosts that files may lie on, beside the index itself. Without it, hosts are remembered at first use.',
    ),
  ),
  'allow-plain-http': v.optional(
    hostGlobs('Hosts that may be asked over plain http. Loopback always may.'),
  ),
  cooldown: v.optional(cooldown),
  'minimum-tls': v.optional(
    v.pipe(v.picklist(['1.2', '1.3']), v.description('Oldest TLS version spoken with servers.')),
  ),
  'max-file-size': v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,12}(B|[KMGT]i?B)$/u, 'a size such as "10GiB" or "500MB"'),
      v.description('Largest file that is fetched.'),
    ),
  ),
  project: list(project),
  index: list(index),
  exception: list(exception),
});

export type PolicyDocument = v.InferOutput<typeof policyDocument>;

// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot';
import { CODES, isCode } from '../core/codes.ts';
import type { Report } from '../core/report.ts';

/*
 * The JSON report, version 1: the source of docs/report.schema.json. Not on the start path: only
 * the documentation and tests read it.
 */

const VERDICTS = ['vouched', 'remembered', 'first-seen', 'undecided', 'refused', 'failed'] as const;
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const exit = v.pipe(v.number(), v.integer());
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u));
const code = v.picklist(Object.keys(CODES).filter((name) => isCode(name)));
const reason = {
  code,
  message: v.string(),
  hint: v.pipe(v.string(), v.description('The next thing to do.')),
};

const places = v.pipe(
  v.array(
    v.strictObject({ file: v.string(), line: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
  ),
  v.description("Where the user's requirement and lock files ask for it or pin it."),
);

const finding = v.strictObject({
  kind: v.string(),
  class: v.picklist(['publisher', 'repository', 'log', 'you', 'integrity']),
  state: v.picklist(['vouched', 'absent', 'unreachable', 'failed']),
  identity: v.nullable(v.string()),
  authorities: v.optional(
    v.pipe(v.array(v.string()), v.description('Each of several who vouch at once.')),
  ),
  detail: v.string(),
  code: v.nullable(code),
  unconfirmed: v.optional(
    v.pipe(
      v.literal(true),
      v.description('Proved, and nothing says that this identity may speak for the project.'),
    ),
  ),
});

const publisher = v.strictObject({
  root: v.pipe(
    v.string(),
    v.description('The trusted root that the certificate was verified under.'),
  ),
  kind: v.picklist(['GitHub', 'GitLab', 'Google', 'CircleCI', 'other']),
  issuer: v.string(),
  name: v.string(),
  email: v.boolean(),
  repository: v.nullable(v.string()),
  repository_id: v.nullable(v.string()),
  owner_id: v.nullable(v.string()),
  workflow: v.nullable(v.string()),
  builder: v.nullable(v.string()),
  environment: v.nullable(v.string()),
  ref: v.nullable(v.string()),
  runner: v.nullable(v.string()),
});

const provenance = v.strictObject({
  word: v.pipe(
    v.picklist(['no', 'full', 'partial', 'inconsistent', 'lost', 'changed']),
    v.description('How the release stands beside those before it.'),
  ),
  publishers: v.pipe(
    v.array(publisher),
    v.description("Who attested the file, by their certificates' fields."),
  ),
  before: v.pipe(
    v.nullable(v.strictObject({ version: v.string(), publishers: v.array(publisher) })),
    v.description('The earlier release that it was held against.'),
  ),
});

const file = v.strictObject({
  project: v.string(),
  version: v.string(),
  filename: v.string(),
  url: v.string(),
  sha256: v.nullable(sha256),
  size: v.nullable(count),
  verdict: v.picklist(VERDICTS),
  findings: v.array(finding),
  provenance: v.pipe(
    v.nullable(provenance),
    v.description('null: no index page led to it, or nothing of its project was ever attested.'),
  ),
  reasons: v.array(v.strictObject(reason)),
  places,
});

export const reportSchema = v.strictObject({
  version: v.literal(1),
  tool: v.strictObject({ name: v.literal('wheelproof'), version: v.string() }),
  policy: v.strictObject({ digest: sha256 }),
  installer: v.strictObject({
    name: v.string(),
    version: v.string(),
    argv: v.array(v.string()),
    exit: v.pipe(
      v.nullable(exit),
      v.description("The installer's own; null when a signal ended it or it never started."),
    ),
  }),
  jail: v.pipe(
    v.picklist(['namespace', 'landlock', 'none']),
    v.description('What kept the installer to the gate beyond its settings.'),
  ),
  summary: v.pipe(
    v.strictObject({
      files: count,
      vouched: count,
      remembered: count,
      first_seen: count,
      refused: count,
      failed: count,
      undecided: count,
    }),
    v.description('Every file is counted under exactly one verdict.'),
  ),
  coverage: v.pipe(
    v.strictObject({ released: count, attested: count, confirmed: count }),
    v.description(
      'Of the files that may be used: how many are attested, and how many of these by somebody whom the policy names or this machine remembers.',
    ),
  ),
  files: v.array(file),
  installed: v.array(
    v.strictObject({
      name: v.string(),
      version: v.string(),
      source: v.picklist(['index', 'url', 'built', 'local', 'vcs', 'preexisting']),
      receipt: v.pipe(v.nullable(sha256), v.description('sha256 of the file that covers it.')),
    }),
  ),
  commits: v.pipe(
    v.array(
      v.strictObject({
        project: v.nullable(v.string()),
        version: v.nullable(v.string()),
        repository: v.string(),
        revision: v.nullable(v.string()),
        ref: v.string(),
        commit: v.string(),
        verdict: v.picklist(VERDICTS),
        moves: v.boolean(),
        pinned: v.array(v.string()),
        seen: v.boolean(),
      }),
    ),
    v.description(
      'What was taken from repositories. moves: a branch, and nobody pins the commit; seen: the repository named it so at the gate in this run.',
    ),
  ),
  half_installed: v.pipe(
    v.array(
      v.strictObject({
        site: v.string(),
        distributions: v.array(v.string()),
        files: v.array(v.string()),
        missing: v.array(v.string()),
        gone: v.array(v.string()),
        repair: v.string(),
      }),
    ),
    v.description('What an installer that was ended half-way has left in a folder.'),
  ),
  sources: v.pipe(
    v.array(v.string()),
    v.description(
      'The requirement, project and lock files that the run was about, and then those that bound it.',
    ),
  ),
  refusals: v.pipe(
    v.array(v.strictObject({ ...reason, subject: v.string(), places })),
    v.description('Refusals that concern no single file.'),
  ),
  notes: v.array(v.string()),
  trusted_roots: v.pipe(
    v.array(v.strictObject({ name: v.string(), id: sha256, checked: v.string(), age_days: count })),
    v.description("Whom publishers' signatures are verified against, and how old that is."),
  ),
  other_traffic: v.array(v.strictObject({ host: v.string(), requests: count })),
  exit,
}) satisfies v.GenericSchema<unknown, Mutable<Report>>;

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;

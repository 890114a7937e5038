// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot';
import { LIFTABLE_RULES } from '../policy/index.ts';
import { publisherTable } from './publisher-schema.ts';
import { signerTable } from './signer-schema.ts';

/*
 * The policy file as it is written: the source of docs/policy.schema.json. The message of each
 * check says what was expected. What a schema cannot say is checked in compile.ts.
 */

const HOST = /^[A-Za-z0-9*.:[\]-]{1,255}$/u;
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
const dryRun = v.pipe(
  v.boolean(),
  v.description('Whether what require would refuse is told and let through; --strict refuses it.'),
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
    v.array(v.pipe(v.string(), v.regex(HOST, 'a host such as "files.example" or "*.example"'))),
    v.maxLength(1_000, 'at most 1000 hosts'),
    v.description(description),
  );

const publisherTrust = v.pipe(
  v.picklist(['first-sight', 'memory', 'rules']),
  v.description(
    "Which publishers count as the project's own where no [[project.publisher]] names them: whoever attested the first release seen, whoever is remembered from an earlier run, or nobody.",
  ),
);

const project = v.strictObject({
  name: v.optional(projectGlob),
  namespace: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/u, 'a name without *'),
      v.description(
        'Instead of a name: the project of this name, and all whose names begin with it and a hyphen (PEP 752).',
      ),
    ),
  ),
  'first-use': v.optional(firstUse),
  require: v.optional(require),
  'dry-run': v.optional(dryRun),
  cooldown: v.optional(cooldown),
  index: v.optional(
    text(2_000, 'Address, or name of an [[index]], that the project must come from.'),
  ),
  'publisher-trust': v.optional(publisherTrust),
  publisher: v.optional(
    v.pipe(
      v.array(publisherTable),
      v.maxLength(100, 'at most 100 publishers'),
      v.description('Who may release the project: one of them must have attested each file.'),
    ),
  ),
});

const keyPins = (description: string) =>
  v.pipe(
    v.array(
      v.pipe(
        v.string(),
        v.regex(
          /^sha256:[A-Za-z0-9+/]{43}=$/u,
          'a pin such as "sha256:…" with 44 base64 characters',
        ),
      ),
    ),
    v.nonEmpty('at least one pin'),
    v.maxLength(32, 'at most 32 pins'),
    v.description(description),
  );
const moment = (description: string) =>
  v.pipe(
    v.string(),
    v.regex(
      /^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2}))?$/u,
      'a date such as 2026-12-31, or a date and time with its offset',
    ),
    v.description(description),
  );
const pinning = {
  pins: keyPins('Keys (SubjectPublicKeyInfo) of which one must be in the verified chain.'),
  'backup-pins': v.optional(
    keyPins('Keys that the server may move to; a note tells when it does.'),
  ),
  'pins-expire': v.optional(
    moment(
      'By when the pins are to be renewed: noted 14 days before; past it, strict refuses them.',
    ),
  ),
};

const index = v.strictObject({
  url: text(2_000, 'Address of the index, as the installer is given it.'),
  name: v.optional(text(128, 'A name for [[project]] rules to refer to.')),
  'allow-hosts': v.optional(
    hostGlobs('Hosts that the files of this index may lie on, beside its own.'),
  ),
  'absent-status': v.optional(
    v.pipe(
      v.array(v.picklist([401, 403])),
      v.nonEmpty('at least one status'),
      v.description(
        'Statuses by which this index says that it has no such project, beside 404 and 410. Without it, 401 and 403 leave the name undecided, and it is blocked on every index.',
      ),
    ),
  ),
  'tuf-root': v.optional(
    text(
      2_000,
      'File of the TUF root that its pages and files must be signed under, or the root\'s digest as "sha256:…".',
    ),
  ),
  'tuf-repository': v.optional(
    text(
      2_000,
      'Where metadata/ and targets/ of its TUF repository lie; beside the index where absent.',
    ),
  ),
  ...pinning,
  pins: v.optional(pinning.pins),
});

const host = v.strictObject({
  name: v.pipe(
    v.string(),
    v.regex(HOST, 'a host such as "files.example" or "*.example"'),
    v.description('The host or hosts whose keys these are, with a port or for every port.'),
  ),
  ...pinning,
});

const exception = v.strictObject({
  project: projectGlob,
  version: v.optional(text(500, 'Version specifiers (PEP 440); every version where absent.')),
  rule: v.pipe(v.picklist(RULES), v.description('The rule that is lifted, or its code.')),
  reason: text(500, 'Why.'),
  owner: text(200, 'Who answers for it.'),
  expires: moment('The last day on which it holds (UTC), or the moment at which it ends.'),
});

const sigstore = v.strictObject({
  roots: v.pipe(
    v.array(
      v.pipe(
        v.string(),
        v.regex(
          /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u,
          'a name that `wheelproof trust root show` lists',
        ),
      ),
    ),
    v.nonEmpty('at least one name'),
    v.maxLength(16, 'at most 16 names'),
    v.description(
      'Names of the trusted roots whose signatures count; `public-good` where no table matches.',
    ),
  ),
  projects: v.optional(v.pipe(v.array(projectGlob), v.nonEmpty('at least one project'))),
  indexes: v.optional(
    v.pipe(
      v.array(text(2_000, 'Address of an index, as the installer is given it.')),
      v.nonEmpty('at least one index'),
    ),
  ),
});

const list = <T extends v.GenericSchema>(entry: T) =>
  v.optional(v.pipe(v.array(entry), v.maxLength(10_000, 'at most 10000 tables')));

export const policyDocument = v.strictObject({
  'first-use': v.optional(firstUse),
  require: v.optional(require),
  'dry-run': v.optional(dryRun),
  'publisher-trust': v.optional(publisherTrust),
  'allow-hosts': v.optional(
    hostGlobs(
      'Hosts that files may lie on, beside the index itself. Without it, hosts are remembered at first use.',
    ),
  ),
  'allow-plain-http': v.optional(
    hostGlobs('Hosts that may be asked over plain http. Loopback always may.'),
  ),
  'allow-inside': v.optional(
    hostGlobs('Hosts of your own network that pages of the outside may name.'),
  ),
  cooldown: v.optional(cooldown),
  'minimum-tls': v.optional(
    v.pipe(v.picklist(['1.2', '1.3']), v.description('Oldest TLS version spoken with servers.')),
  ),
  'weak-tls': v.optional(
    v.pipe(
      v.picklist(['accept', 'refuse']),
      v.description(
        'What becomes of a server with RSA key exchange, cipher suites over SHA-1, keys under 2048 bits or certificates signed over SHA-1; --strict refuses it.',
      ),
    ),
  ),
  'git-branches': v.optional(
    v.pipe(
      v.picklist(['accept', 'refuse']),
      v.description(
        'Whether a requirement may name a branch of a repository, or no revision at all; --strict refuses it.',
      ),
    ),
  ),
  'max-file-size': v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,12}(B|[KMGT]i?B)$/u, 'a size such as "10GiB" or "500MB"'),
      v.description('Largest file that is fetched.'),
    ),
  ),
  'stale-if-error': v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,9}[wdhms]$/u, 'a duration such as "1d", "36h" or "0s"'),
      v.description(
        'How old the last page of an index may be that is used while the index is down; "0s" and --strict use none.',
      ),
    ),
  ),
  project: list(project),
  index: list(index),
  host: list(host),
  exception: list(exception),
  sigstore: list(sigstore),
  signer: list(signerTable(projectGlob)),
});

export type PolicyDocument = v.InferOutput<typeof policyDocument>;

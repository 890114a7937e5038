// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { Refusal } from '../core/errors.ts';
import { isProjectName, normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import type { TrustedRoots } from '../core/trusted-roots.ts';
import { normaliseVersion } from '../core/version.ts';
import { hashesIn, type DocumentHashes } from '../evidence/index.ts';
import { localFiles } from '../host/index.ts';
import { signersIn, type Policy } from '../policy/index.ts';
import { readKeyFiles, rulesWith } from './signer-arguments.ts';
import { sigstoreSigners } from './sigstore-signers.ts';

export interface PinsOptions {
  readonly keyring?: readonly string[];
  readonly signer?: readonly string[];
  readonly for?: string;
  readonly project?: string;
  readonly format: string;
}

export interface PinsContext {
  readonly policy: Policy;
  readonly clock: Clock;
  /** Whom Sigstore signatures are verified against. */
  readonly trustedRoots: TrustedRoots;
  readonly io: { out(text: string): void; err(text: string): void };
}

/**
 * `wheelproof pins from-document`: the hashes of a signed document, ready for a requirement file.
 * @throws Refusal as {@link hashesIn}, and `WP-USAGE` where nobody says whose signature counts.
 */
export async function pinsFromDocument(
  { policy, clock, io, trustedRoots }: PinsContext,
  path: string,
  options: PinsOptions,
): Promise<void> {
  const { keyring = [], signer = [] } = options;
  const meant = options.for === undefined ? null : releaseOf(options.for);
  const project = meant?.project ?? projectOf(options.project);
  const own = project === null ? [] : signersIn(policy)(project);
  const { rules, confirmed } = rulesWith(own, {
    keys: await readKeyFiles(keyring),
    signers: signer,
    project: project ?? '*',
    signatures: [],
    checksums: [resolve(path)],
    revoked: policy.revokedKeys ?? [],
  });
  const [rule] = rules.filter(({ checksums }) => checksums.length > 0);
  if (rule === undefined || !confirmed) {
    throw new Refusal('WP-USAGE', {
      message: `${path}: nobody says whose signature counts`,
      hint: 'Give --project NAME for which the policy has a [[signer]] table, or --keyring FILE with --signer FINGERPRINT.',
    });
  }
  const sigstore = sigstoreSigners(trustedRoots);
  const sources = { files: localFiles, clock, upstream: NOWHERE, sigstore };
  const subject = { index: '', project: project ?? '', version: meant?.version ?? null };
  const ask = { address: resolve(path), rule, from: null, subject };
  const { files, detail } = await hashesIn(sources, ask, meant);
  const wanted = files.filter((file) => project === null || file.project === project);
  if (wanted.length === 0) {
    throw new Refusal('WP-USAGE', { message: `${path}: it names no file of ${project ?? '?'}` });
  }
  io.err(`${safeText(detail, 1_000)}\n`);
  io.out(options.format === 'pylock' ? pylockText(wanted) : requirementText(wanted));
}

const NOWHERE = {
  request: async (): Promise<never> => {
    throw new Refusal('WP-INTERNAL', { message: 'a document on disk asks nothing of the outside' });
  },
  close: async (): Promise<void> => undefined,
};

/** As pip and uv read it (requirements file format, `--hash`). */
function requirementText(files: readonly DocumentHashes[]): string {
  const releases = Map.groupBy(files, ({ project, version }) => `${project}==${version}`);
  return [...releases]
    .map(([release, own]) => {
      const hashes = [...new Set(own.map(({ sha256 }) => sha256))].sort();
      return `${[release, ...hashes.map((hex) => `    --hash=sha256:${hex}`)].join(' \\\n')}\n`;
    })
    .join('');
}

/** The `hashes` of a lock file's packages (PEP 751). */
function pylockText(files: readonly DocumentHashes[]): string {
  const releases = Map.groupBy(files, ({ project, version }) => JSON.stringify([project, version]));
  return [...releases.values()]
    .map((own) => {
      const [first] = own;
      const head = `[[packages]]\nname = "${first?.project ?? ''}"\nversion = "${first?.version ?? ''}"\n`;
      const tables = own.map(({ filename, sha256 }) => {
        const isWheel = filename?.endsWith('.whl') === true;
        const table = isWheel ? '[[packages.wheels]]' : '[packages.sdist]';
        const name = filename === null ? '' : `name = ${JSON.stringify(filename)}\n`;
        return `${table}\n${name}hashes = { sha256 = "${sha256}" }\n`;
      });
      return `${head}\n${tables.join('\n')}`;
    })
    .join('\n');
}

function projectOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (isProjectName(text)) return normaliseName(text);
  throw new Refusal('WP-USAGE', {
    message: `--project: expected a project's name, found ${safeText(text, 100)}`,
  });
}

function releaseOf(text: string): { readonly project: string; readonly version: string } {
  const [name = '', written = '', ...more] = text.split('==');
  const version = normaliseVersion(written);
  if (isProjectName(name) && version !== null && more.length === 0) {
    return { project: normaliseName(name), version };
  }
  throw new Refusal('WP-USAGE', {
    message: `--for: expected PROJECT==VERSION, found ${safeText(text, 100)}`,
  });
}

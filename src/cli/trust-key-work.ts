// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import { signedTextAt } from '../evidence/index.ts';
import { localFiles } from '../host/index.ts';
import { normaliseProjectGlob } from '../policy/index.ts';
import { authoritiesOf, requireKeyName, type HeldKey, type HeldKeys } from '../trust/held-keys.ts';
import { requireText } from '../trust/index.ts';
import { requireRotation, rotationText } from '../trust/key-rotation.ts';
import { fingerprintOf, readKeyFiles } from './signer-arguments.ts';
import {
  occasionOf,
  printJson,
  type Json,
  type TrustContext,
  type TrustIo,
} from './trust-context.ts';

export interface KeyContext extends Omit<TrustContext, 'keys'> {
  readonly keys: HeldKeys;
}

type Io = Pick<TrustIo, 'out'> & { err?(text: string): void };

export interface AddOptions extends Json {
  readonly project: string;
  readonly reason: string;
  readonly fingerprint?: readonly string[];
  readonly signatures?: readonly string[];
  readonly checksums?: readonly string[];
  readonly as?: string;
  readonly threshold: string;
}

export interface RotateOptions extends Json {
  readonly to: string;
  readonly statement?: string;
  readonly reason?: string;
  readonly keep?: true;
}

/** `wheelproof trust key add`: these keys may speak for these projects. */
export async function addKey(
  context: KeyContext,
  io: Io,
  [name, file]: readonly [name: string, file: string],
  options: AddOptions,
): Promise<void> {
  requireKeyName(name);
  if ((await context.keys.find(name)) !== null) {
    throw usage(
      `a key is held as "${name}" already`,
      '`wheelproof trust key rotate`, or another name.',
    );
  }
  const project = normaliseProjectGlob(options.project);
  if (project === null)
    throw usage(`--project: expected a name or glob, found ${safeText(options.project, 100)}`);
  const threshold = Number(options.threshold);
  const named = (options.fingerprint ?? []).map((text) => fingerprintOf(text, '--fingerprint'));
  const keys = await keysOf(file, named);
  const count = keys.openpgp.length + keys.minisign.length + keys.ssh.length;
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > count) {
    throw usage(`--threshold: expected 1 to ${count}, found ${safeText(options.threshold, 20)}`);
  }
  const { checksums = [], signatures } = options;
  if (keys.openpgp.length === 0 && checksums.length === 0) {
    throw usage(
      'minisign and SSH keys sign checksum documents: say where they lie, --checksums PLACE',
    );
  }
  const { now } = occasionOf(context);
  await keep(context, 'key-add', {
    name,
    rule: {
      project,
      speaksFor: options.as === 'distribution' ? 'distribution' : 'publisher',
      ...keys,
      sshNamespace: 'file',
      signatures: signatures?.map(placeOf) ?? null,
      checksums: checksums.map(placeOf),
      threshold,
      acceptEndedKeys: false,
    },
    reason: requireText('the reason', options.reason, 1_000),
    owner: context.owner,
    addedAt: now,
    revokedAt: null,
  });
  await showKeys(context, io, name, options);
}

type Keys = Pick<SignerRule, 'openpgp' | 'keyrings' | 'minisign' | 'ssh'>;

/** Of a keyring with several certificates, the user must say whose he means. */
async function keysOf(file: string, named: readonly string[]): Promise<Keys> {
  const { keyrings, minisign, ssh, fingerprints } = await readKeyFiles([file]);
  if (named.length === 0 && fingerprints.length > 1) {
    throw usage(
      `${file} holds ${fingerprints.length} certificates: ${fingerprints.slice(0, 8).join(', ')}`,
      'Say which of them may speak: --fingerprint FINGERPRINT, compared with what the project publishes.',
    );
  }
  return { openpgp: named.length > 0 ? named : fingerprints, keyrings, minisign, ssh };
}

const placeOf = (text: string): string =>
  /^(?:https?:\/\/|\{url\})/u.test(text) ? text : resolve(text);

/** `wheelproof trust key list` and `show`. */
export async function showKeys(
  { keys }: KeyContext,
  io: Io,
  name: string | null,
  options: Json & { readonly project?: string },
): Promise<void> {
  const all = name === null ? await keys.all() : [await find(keys, name)];
  const glob = options.project;
  const shown =
    name === null && glob !== undefined ? all.filter(({ rule }) => rule.project === glob) : all;
  if (options.json === true) {
    printJson(io, { keys: shown.map(({ rule, ...rest }) => ({ ...rest, ...rule })) });
    return;
  }
  io.out(shown.length === 0 ? 'no keys are held\n' : shown.map(blockOf).join('\n'));
}

function blockOf({ name, rule, reason, owner, addedAt, revokedAt }: HeldKey): string {
  const lines = [
    `${name}${revokedAt === null ? '' : `  REVOKED ${new Date(revokedAt).toISOString()}`}`,
    `  project     ${rule.project} (as ${rule.speaksFor})`,
    ...authoritiesOf(rule).map((words) => `  key         ${words}`),
    ...rule.ssh.map((line) => `  ssh         ${line}`),
    `  signatures  ${rule.signatures?.join(', ') ?? 'where the index says'}`,
    ...rule.checksums.map((place) => `  checksums   ${place}`),
    `  added       ${new Date(addedAt).toISOString()} by ${owner}${revokedAt === null ? `: ${reason}` : ''}`,
    ...(revokedAt === null ? [] : [`  revoked     because: ${reason}`]),
  ];
  return lines.map((line) => `${safeText(line, 400)}\n`).join('');
}

/** `wheelproof trust key rotate`: to another key, by a statement that the old one signed. */
export async function rotateKey(
  context: KeyContext,
  io: Io,
  name: string,
  options: RotateOptions,
): Promise<void> {
  const held = await find(context.keys, name);
  const to = await keysOf(options.to, []);
  const rotation = { from: authoritiesOf(held.rule), to: authoritiesOf({ ...held.rule, ...to }) };
  const kept = options.keep === true ? held.rule : NO_KEYS;
  const after = {
    ...held.rule,
    openpgp: [...new Set([...kept.openpgp, ...to.openpgp])],
    keyrings: [...new Set([...kept.keyrings, ...to.keyrings])],
    minisign: [...new Set([...kept.minisign, ...to.minisign])],
    ssh: [...new Set([...kept.ssh, ...to.ssh])],
  };
  requireSpeaking(name, after);
  if (options.statement === undefined) {
    io.out(rotationText(rotation));
    io.err?.(signingWords(held.rule));
    return;
  }
  if (held.revokedAt !== null) throw usage(`"${name}" was revoked: nothing that it signs counts`);
  const rule = { ...held.rule, source: `trust key ${name}` };
  const { clock } = context;
  const sources = { files: localFiles, clock, upstream: NOWHERE };
  const subject = { index: '', project: rule.project, version: null };
  const ask = { address: resolve(options.statement), rule, from: null, subject };
  requireRotation(await signedTextAt(sources, ask), rotation);
  await keep(context, 'key-rotate', {
    ...held,
    rule: after,
    reason: options.reason ?? held.reason,
    owner: context.owner,
    addedAt: clock.now(),
  });
  await showKeys(context, io, name, options);
}

const NO_KEYS = { openpgp: [], keyrings: [], minisign: [], ssh: [] } as const;

/** What is left must be able to say what the rule wants. @throws Refusal `WP-USAGE` */
function requireSpeaking(name: string, rule: HeldKey['rule']): void {
  const keys = authoritiesOf(rule).length;
  if (keys < rule.threshold) {
    throw usage(`"${name}" wants ${rule.threshold} keys, and would have ${keys}: give --keep`);
  }
  if (rule.openpgp.length > 0 || rule.checksums.length > 0) return;
  throw usage(
    `minisign and SSH keys sign checksum documents, and "${name}" names none`,
    'Add the new key under another name: `wheelproof trust key add … --checksums PLACE`.',
  );
}

/** How the text is signed by whoever holds the old key. */
function signingWords({ openpgp, minisign, ssh }: HeldKey['rule']): string {
  const ways = [
    ...(openpgp.length > 0 ? ['gpg --clear-sign FILE, and give FILE.asc'] : []),
    ...(minisign.length > 0
      ? ['minisign -S -m FILE, and give FILE, with FILE.minisig beside it']
      : []),
    ...(ssh.length > 0
      ? ['ssh-keygen -Y sign -n file -f KEY FILE, and give FILE, with FILE.sig beside it']
      : []),
  ];
  return `Have this text signed with the old key (${ways.join('; or ')}): --statement FILE\n`;
}

/** `wheelproof trust key revoke`: nothing that they sign or signed counts, in any table. */
export async function revokeKey(
  context: KeyContext,
  io: Io,
  name: string,
  options: Json & { readonly reason: string },
): Promise<void> {
  const held = await find(context.keys, name);
  const reason = requireText('the reason', options.reason, 1_000);
  await keep(context, 'key-revoke', { ...held, reason, revokedAt: context.clock.now() });
  await showKeys(context, io, name, options);
}

async function find(keys: HeldKeys, name: string): Promise<HeldKey> {
  const held = await keys.find(name);
  if (held !== null) return held;
  throw usage(`no key is held as "${name}"`, '`wheelproof trust key list` shows the names.');
}

/** Written down first, then what happened. */
async function keep(context: KeyContext, what: string, key: HeldKey): Promise<void> {
  const { now, run } = occasionOf(context);
  await context.keys.save(key);
  const { project } = key.rule;
  const detail = {
    project,
    keys: authoritiesOf(key.rule),
    reason: key.reason,
    owner: context.owner,
  };
  context.rows.audit({ at: now, run, what, subject: `key:${key.name}`, detail });
}

const NOWHERE = {
  request: async (): Promise<never> => {
    throw new Refusal('WP-INTERNAL', {
      message: 'a statement on disk asks nothing of the outside',
    });
  },
  close: async (): Promise<void> => undefined,
};

function usage(message: string, hint?: string): Refusal {
  return new Refusal('WP-USAGE', { message, ...(hint !== undefined && { hint }) });
}

// SPDX-License-Identifier: Apache-2.0
import { hash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { NamedBytes } from '../core/tuf-repository.ts';
import { openStagedFolder } from '../storage/index.ts';
import { PLAN } from '../tuf/ceremony.ts';
import { verifyCeremony, type Finished } from '../tuf/ceremony-finish.ts';
import { checkName } from '../tuf/ceremony-form.ts';
import type { CeremonyPlan, PlannedHolder } from '../tuf/ceremony-plan.ts';
import { PREVIOUS_FILES, understandPrevious } from '../tuf/ceremony-previous.ts';
import { documentFile, OFFLINE_ROLES } from '../tuf/ceremony-proposal.ts';
import { publishCeremony } from '../tuf/ceremony-publish.ts';
import { beginCeremony as begin, finishCeremony as finish } from '../tuf/ceremony-steps.ts';
import { TRANSCRIPT } from '../tuf/ceremony-transcript.ts';
import { BIN_PREFIX } from '../tuf/documents.ts';
import { fingerprintWords } from '../tuf/fingerprint-words.ts';
import { freshPrefix } from '../tuf/offline-change.ts';
import { readState, versionsAfter } from '../tuf/repository-state.ts';
import { openCeremony } from './tuf-ceremony.ts';
import { openSigner, publicKeyFor } from './tuf-keys.ts';
import {
  isProfile,
  livesOf,
  openFolders,
  readSettings,
  writeSettings,
  type TufSettings,
} from './tuf-repository.ts';
import {
  absoluteSpec,
  readGiven,
  tell,
  tellPublished,
  wholeNumber,
  type Json,
  type TufContext,
} from './tuf-work.ts';
import { ownVersion } from './version.ts';

const DAY = 24 * 3_600_000;

export interface CeremonyInitOptions extends Json {
  readonly holder?: readonly string[];
  readonly threshold?: string;
  readonly onlineKey?: string;
  readonly bits?: string;
  readonly days: string;
  readonly repository?: string;
  readonly add?: readonly string[];
  readonly drop?: readonly string[];
  readonly rekey?: readonly string[];
}

type Start = Pick<
  CeremonyPlan,
  'holders' | 'threshold' | 'online' | 'bits' | 'prefix' | 'versions' | 'previous'
> & { readonly copies: readonly NamedBytes[] };

/** `wheelproof tuf ceremony init`: a plan for a new repository, or for a change of one. */
export async function beginCeremony(
  context: TufContext,
  path: string,
  options: CeremonyInitOptions,
): Promise<void> {
  const folder = await openCeremony(path, true);
  const { copies, ...start } =
    options.repository === undefined
      ? await startNew(context, options)
      : await startChange(context, options.repository, options);
  if (start.threshold > start.holders.length)
    throw new Refusal('WP-USAGE', {
      message: `${start.threshold} of ${start.holders.length} holders cannot be`,
    });
  const created = Math.floor(context.now / 1000) * 1000;
  const plan: CeremonyPlan = {
    nonce: randomBytes(32).toString('hex'),
    created,
    tool: thisTool(ownVersion()),
    expires: created + wholeNumber(options.days, 'days', 1, 3_650) * DAY,
    ...start,
  };
  const sha256 = await begin(folder, plan, copies);
  const waiting = plan.holders.filter(({ key }) => key === null).map(({ name }) => name);
  const next =
    waiting.length === 0
      ? `Nobody has to bring a key; next: \`wheelproof tuf ceremony assemble ${path}\`.`
      : `To bring their keys: ${waiting.join(', ')} (\`wheelproof tuf ceremony key ${path} --name NAME --signer KEY\`).`;
  tell(
    context,
    options,
    { ceremony: PLAN, sha256, waiting },
    `${path}/${PLAN} sha256 ${sha256}\n${next}\n`,
  );
}

/** The program that runs, in the transcript: its file names every other by hash. */
function thisTool(version: string): CeremonyPlan['tool'] {
  const bundle = join(import.meta.dirname, 'main.js');
  const file = existsSync(bundle) ? bundle : import.meta.filename;
  return { version, sha256: hash('sha256', readFileSync(file), 'hex') };
}

async function startNew(context: TufContext, options: CeremonyInitOptions): Promise<Start> {
  const { holder = [], add, drop, rekey } = options;
  if (holder.length === 0 || options.onlineKey === undefined)
    throw new Refusal('WP-USAGE', {
      message: 'a new repository needs --holder, once for each, and --online-key',
      hint: 'To change one that there is, name it with --repository.',
    });
  if ([add, drop, rekey].some((names) => names !== undefined))
    throw new Refusal('WP-USAGE', { message: '--add, --drop and --rekey need --repository' });
  return {
    holders: holder.map((name) => ({ name: checkName(name, '--holder'), key: null })),
    threshold: wholeNumber(options.threshold ?? '1', 'threshold', 1, 50),
    online: await publicKeyFor(options.onlineKey, context.environment),
    bits: wholeNumber(options.bits ?? '8', 'bits', 1, 16),
    prefix: BIN_PREFIX,
    versions: { root: 1, targets: 1, bins: 1 },
    previous: null,
    copies: [],
  };
}

async function startChange(
  context: TufContext,
  repository: string,
  options: CeremonyInitOptions,
): Promise<Start> {
  if (options.holder !== undefined)
    throw new Refusal('WP-USAGE', { message: '--holder is for a new repository: use --add' });
  const metadata = await openStagedFolder(join(repository, 'public', 'metadata'));
  const { root, targets, bins, snapshot } = await readState(metadata);
  const read = async (name: string): Promise<Uint8Array> =>
    (await metadata.read(name)) ?? new Uint8Array();
  const copies = {
    root: await read(`${root.version}.root.json`),
    targets: await read(`${targets.version}.targets.json`),
    bins: await read(`${bins.version}.bins.json`),
  };
  const before = understandPrevious(copies);
  const { shape } = before;
  const bits = options.bits === undefined ? shape.bits : wholeNumber(options.bits, 'bits', 1, 16);
  const roles = [...snapshot.meta.keys()].map((name) => name.replace(/\.json$/u, ''));
  return {
    holders: changeHolders(before.holders, options),
    threshold:
      options.threshold === undefined
        ? before.threshold
        : wholeNumber(options.threshold, 'threshold', 1, 50),
    online:
      options.onlineKey === undefined
        ? before.online
        : await publicKeyFor(options.onlineKey, context.environment),
    bits,
    prefix: bits === shape.bits ? shape.prefix : freshPrefix(roles),
    versions: await versionsAfter(metadata, root.version),
    previous: {
      root: hash('sha256', copies.root, 'hex'),
      targets: hash('sha256', copies.targets, 'hex'),
      bins: hash('sha256', copies.bins, 'hex'),
    },
    copies: OFFLINE_ROLES.map((role) => ({ name: PREVIOUS_FILES[role], bytes: copies[role] })),
  };
}

function changeHolders(
  before: ReadonlyMap<string, string>,
  { add = [], drop = [], rekey = [] }: CeremonyInitOptions,
): readonly PlannedHolder[] {
  const names = [...before.values()];
  for (const name of [...drop, ...rekey])
    if (!names.includes(name))
      throw new Refusal('WP-CEREMONY-NAME', {
        message: `"${safeText(name, 40)}" is no holder`,
        hint: `The holders are ${names.join(', ')}.`,
      });
  const kept = [...before].flatMap(([key, name]) =>
    drop.includes(name) ? [] : [{ name, key: rekey.includes(name) ? null : key }],
  );
  return [...kept, ...add.map((name) => ({ name: checkName(name, '--add'), key: null }))];
}

export interface FinishOptions extends Json {
  readonly repository?: string;
  readonly onlineKey?: string;
  readonly profile: string;
  readonly lost?: true;
}

/** `wheelproof tuf ceremony finish`: documents and transcript; with a repository, into effect. */
export async function finishCeremony(
  context: TufContext,
  path: string,
  options: FinishOptions,
): Promise<void> {
  const folder = await openCeremony(path);
  const finished = await finish(folder);
  const sha256 = hash('sha256', finished.transcript, 'hex');
  const words = fingerprintWords(sha256, 8);
  const { plan } = finished;
  const files = OFFLINE_ROLES.map((role) => documentFile(plan, role));
  const text = `${files.join(', ')} and ${TRANSCRIPT} are written.\n${TRANSCRIPT} sha256 ${sha256}\nwords ${words}\nEach holder signs it with \`wheelproof tuf ceremony sign ${path}\`.\n`;
  if (options.repository === undefined)
    return tell(context, options, { files, transcript: TRANSCRIPT, sha256, words }, text);
  if (options.json !== true) context.io.out(text);
  await putIntoEffect(context, options.repository, finished, options);
}

async function putIntoEffect(
  context: TufContext,
  repository: string,
  finished: Finished,
  options: FinishOptions,
): Promise<void> {
  const { plan, previous } = finished;
  const settings = previous === null ? newSettings(options) : await readSettings(repository);
  const online =
    options.onlineKey === undefined ? settings.online : absoluteSpec(options.onlineKey);
  const signer = await openSigner(online, context.environment);
  const isOther = previous !== null && previous.online !== plan.online;
  const needsOld = isOther && options.lost !== true && settings.online !== online;
  const old = needsOld ? await openSigner(settings.online, context.environment) : null;
  const folders = await openFolders(repository, previous === null);
  try {
    if (previous === null && (await folders.metadata.read('timestamp.json')) === null)
      await writeSettings(folders, { ...settings, online });
    const lives = livesOf(settings);
    const server = { online: signer, old, lives, now: context.now };
    const published = await publishCeremony(folders.metadata, finished, server);
    if (previous !== null && settings.online !== online)
      await writeSettings(folders, { ...settings, online });
    await tellPublished(context, folders, options, published);
  } finally {
    folders.close();
  }
}

function newSettings({ profile, onlineKey }: FinishOptions): TufSettings {
  if (!isProfile(profile))
    throw new Refusal('WP-USAGE', {
      message: `--profile ${profile}: expected server, laptop or airgap`,
    });
  if (onlineKey === undefined)
    throw new Refusal('WP-USAGE', { message: 'a new repository needs --online-key' });
  return { profile, online: absoluteSpec(onlineKey) };
}

/** `wheelproof tuf ceremony verify`: everything, from the files alone. */
export async function verifyFolder(
  context: TufContext,
  path: string,
  options: Json & { readonly previousRoot?: string },
): Promise<void> {
  const folder = await openCeremony(path);
  const { plan, witnesses, others, proposal, transcript } = await verifyCeremony(folder);
  if (options.previousRoot !== undefined) {
    const sha256 = hash('sha256', await readGiven(options.previousRoot), 'hex');
    if (sha256 !== plan.previous?.root)
      throw new Refusal('WP-CEREMONY-STALE', {
        message: `the ceremony begins with the root sha256 ${plan.previous?.root ?? 'none'}, and ${options.previousRoot} is sha256 ${sha256}`,
      });
  }
  const root = documentFile(plan, 'root');
  const sha256 = hash('sha256', await readFile(join(path, root)), 'hex');
  const found = {
    root,
    sha256,
    transcript: hash('sha256', transcript, 'hex'),
    threshold: plan.threshold,
    holders: [...proposal.holders.values()],
    witnesses,
    others,
  };
  const lines = [
    `${root} sha256 ${sha256}`,
    `${plan.threshold} of ${found.holders.join(', ')} sign from then on`,
    `the transcript is signed by ${witnesses.join(', ')}`,
    ...(others.length === 0
      ? []
      : [`no part of it: ${others.map((name) => safeText(name)).join(', ')}`]),
  ];
  tell(context, options, found, `${lines.join('\n')}\n`);
}

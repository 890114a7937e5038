// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import { makeKeyFile, publicKeyOf } from '../crypto/index.ts';
import { asciiJson } from '../report/index.ts';
import { openStagedFolder, placeFile } from '../storage/index.ts';
import {
  checkTargetPath,
  collectMetadata,
  createRepository,
  finishRotation,
  hashedPath,
  rebin,
  renewOffline,
  RepositoryWriter,
  rotateOnline,
  type Published,
} from '../tuf/index.ts';
import { claimsIn, dueClaims, signClaimed } from '../tuf/claims.ts';
import type { TrustIo } from './trust-context.ts';
import { makeTokenKey, openSigner, passphraseFor } from './tuf-keys.ts';
import { simplePages } from './tuf-pages.ts';
import {
  dropPending,
  isProfile,
  livesOf,
  openFolders,
  putPending,
  readPending,
  readSettings,
  writeSettings,
  type TufFolders,
} from './tuf-repository.ts';

const MOST_LINE = 10_000;

export interface TufContext {
  readonly io: Pick<TrustIo, 'out'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: number;
}

export interface Json {
  readonly json?: true;
}

export interface InitOptions extends Json {
  readonly rootKey: readonly string[];
  readonly threshold: string;
  readonly onlineKey: string;
  readonly bits: string;
  readonly profile: string;
}

/** `wheelproof tuf key`: a new key in an encrypted file, never over another. */
export async function makeKey(context: TufContext, file: string, options: Json): Promise<void> {
  if (file.startsWith('pkcs11:')) {
    const publicKey = await makeTokenKey(file, context.environment);
    return tell(context, options, { file, publicKey }, `In the token: public key ${publicKey}\n`);
  }
  const path = resolve(file);
  if ((await stat(path).catch(() => null)) !== null)
    throw new Refusal('WP-TUF-KEY', {
      message: `${file} is there already`,
      hint: 'Name a new file.',
    });
  const passphrase = await passphraseFor(file, context.environment);
  if (passphrase === '')
    throw new Refusal('WP-TUF-KEY', {
      message: `${file}: the passphrase is empty, and would keep the key from nobody`,
    });
  const bytes = await makeKeyFile(passphrase);
  const folder = await openStagedFolder(resolve(path, '..'), 0o700);
  const name = basename(path);
  await folder.stage([{ name, bytes }]);
  await folder.commit([name]);
  await folder.sync();
  const publicKey = publicKeyOf(bytes, file);
  tell(context, options, { file, publicKey }, `${file}: public key ${publicKey}\n`);
}

/** `wheelproof tuf init`. */
export async function init(context: TufContext, root: string, options: InitOptions): Promise<void> {
  const { profile } = options;
  if (!isProfile(profile))
    throw new Refusal('WP-USAGE', { message: `"${profile}" is none of server, laptop, airgap` });
  const bits = wholeNumber(options.bits, 'bits', 1, 16);
  const threshold = wholeNumber(options.threshold, 'threshold', 1, options.rootKey.length);
  const online = absoluteSpec(options.onlineKey);
  const holders = await openSigners(options.rootKey, context);
  if (new Set(holders.map(({ publicKey }) => publicKey)).size !== holders.length)
    throw new Refusal('WP-TUF-KEY', { message: 'two of the root keys are the same key' });
  const signer = await openSigner(online, context.environment);
  using folders = disposable(await openFolders(root, true));
  const settings = { profile, online };
  if ((await folders.metadata.read('timestamp.json')) === null)
    await writeSettings(folders, settings);
  await createRepository(folders.metadata, {
    holders,
    threshold,
    online: signer,
    bits,
    lives: livesOf(settings),
    now: context.now,
  });
  const first = (await folders.metadata.read('1.root.json')) ?? new Uint8Array();
  const sha256 = hash('sha256', first, 'hex');
  const text = `${root}/public can be served. Its first root, to be handed to clients:\n  public/metadata/1.root.json sha256 ${sha256}\n`;
  tell(context, options, { root: '1.root.json', sha256, bins: 2 ** bits, threshold }, text);
}

/** `wheelproof tuf add`: bytes go where they will be served; nothing names them before `publish`. */
export async function add(
  context: TufContext,
  root: string,
  files: readonly string[],
  options: Json & { readonly as?: string },
): Promise<void> {
  if (options.as !== undefined && files.length !== 1)
    throw new Refusal('WP-USAGE', { message: '--as names the path of one file' });
  using folders = disposable(await openFolders(root));
  const added: unknown[] = [];
  for (const file of files) {
    const path = options.as ?? pathOf(file);
    checkTargetPath(path);
    const bytes = await readGiven(file);
    const sha256 = hash('sha256', bytes, 'hex');
    await placeFile(folders.targets, hashedPath(path, sha256), bytes);
    await putPending(folders, { path, target: { length: bytes.length, sha256 } });
    added.push({ path, length: bytes.length, sha256 });
  }
  tell(
    context,
    options,
    { added },
    `${added.length} added; \`wheelproof tuf publish\` signs them.\n`,
  );
}

/** `wheelproof tuf remove`: after the next `publish` nobody vouches for these paths. */
export async function remove(
  context: TufContext,
  root: string,
  paths: readonly string[],
  options: Json,
): Promise<void> {
  const settings = await readSettings(root);
  using folders = disposable(await openFolders(root));
  const writer = await RepositoryWriter.open(folders.metadata, livesOf(settings));
  const pending = new Set((await readPending(folders)).map(({ path }) => path));
  const claims = await claimsIn(folders.metadata, writer.state);
  const claimed = new Set(claims.flatMap((one) => one.paths));
  for (const path of paths) {
    checkTargetPath(path);
    if (!pending.has(path) && !claimed.has(path) && !(await writer.has(path)))
      throw new Refusal('WP-TUF-NOT-FOUND', { message: `${path} is not in ${root}` });
  }
  for (const path of paths) await putPending(folders, { path, target: null });
  tell(
    context,
    options,
    { removed: paths },
    `${paths.length} to be removed by \`wheelproof tuf publish\`.\n`,
  );
}

/** `wheelproof tuf publish`. */
export async function publish(
  context: TufContext,
  root: string,
  options: Json & { readonly developerKey?: readonly string[] },
): Promise<void> {
  const settings = await readSettings(root);
  const online = await openSigner(settings.online, context.environment);
  const developers = await openSigners(options.developerKey ?? [], context);
  using folders = disposable(await openFolders(root));
  await finishRotation(folders.metadata);
  const writer = await RepositoryWriter.open(folders.metadata, livesOf(settings));
  const changes = await readPending(folders);
  const pages = await simplePages(root, writer, changes, context.now);
  const { metadata } = folders;
  const { now } = context;
  const { documents, rest } = await signClaimed(metadata, writer, { changes, developers, now });
  const published = await writer.publish([...rest, ...pages.changes], online, now, documents);
  await pages.show();
  await dropPending(folders, changes);
  await tellPublished(context, folders, options, published);
}

/** `wheelproof tuf renew`: with root keys, the offline roles as well. */
export async function renew(
  context: TufContext,
  root: string,
  options: Json & {
    readonly rootKey?: readonly string[];
    readonly developerKey?: readonly string[];
  },
): Promise<void> {
  const settings = await readSettings(root);
  const lives = livesOf(settings);
  const { now } = context;
  const online = await openSigner(settings.online, context.environment);
  const holders = await openSigners(options.rootKey ?? [], context);
  const developers = await openSigners(options.developerKey ?? [], context);
  using folders = disposable(await openFolders(root));
  await finishRotation(folders.metadata);
  if (holders.length > 0) await renewOffline(folders.metadata, { online, holders, lives, now });
  const writer = await RepositoryWriter.open(folders.metadata, lives);
  const claims =
    developers.length === 0 ? [] : await dueClaims(folders.metadata, writer, { developers, now });
  await tellPublished(context, folders, options, await writer.renew(online, now, claims));
}

export interface RotateOptions extends Json {
  readonly rootKey: readonly string[];
  readonly onlineKey: string;
  readonly lost?: true;
}

/** `wheelproof tuf rotate`: another online key. */
export async function rotate(context: TufContext, root: string, options: RotateOptions) {
  const settings = await readSettings(root);
  const { environment, now } = context;
  const online = absoluteSpec(options.onlineKey);
  const next = await openSigner(online, environment);
  const old = options.lost === true ? null : await openSigner(settings.online, environment);
  const holders = await openSigners(options.rootKey, context);
  using folders = disposable(await openFolders(root));
  const lives = livesOf(settings);
  const published = await rotateOnline(folders.metadata, { next, old, holders, lives, now });
  await writeSettings(folders, { ...settings, online });
  await tellPublished(context, folders, options, published);
}

export interface RebinOptions extends Json {
  readonly rootKey: readonly string[];
  readonly bits: string;
  readonly onlineKey?: string;
  readonly lost?: true;
}

/** `wheelproof tuf rebin`: another number of bins, and another online key where one is named. */
export async function changeBins(context: TufContext, root: string, options: RebinOptions) {
  const settings = await readSettings(root);
  const { environment, now } = context;
  const bits = wholeNumber(options.bits, 'bits', 1, 16);
  const online =
    options.onlineKey === undefined ? settings.online : absoluteSpec(options.onlineKey);
  const next = await openSigner(online, environment);
  const isOther = online !== settings.online && options.lost !== true;
  const old = isOther ? await openSigner(settings.online, environment) : null;
  const holders = await openSigners(options.rootKey, context);
  using folders = disposable(await openFolders(root));
  const lives = livesOf(settings);
  const published = await rebin(folders.metadata, { bits, next, old, holders, lives, now });
  if (online !== settings.online) await writeSettings(folders, { ...settings, online });
  await tellPublished(context, folders, options, published);
}

/** Says what was published, after removing what nobody needs any more. */
export async function tellPublished(
  context: TufContext,
  { metadata }: TufFolders,
  options: Json,
  published: Published | null,
): Promise<void> {
  const collected = await collectMetadata(metadata, context.now);
  const text =
    published === null
      ? 'Nothing to sign.\n'
      : `Published: snapshot ${published.snapshot}, timestamp ${published.timestamp}, ${published.files.length} documents signed.\n`;
  tell(context, options, { published, collected: collected.length }, text);
}

/** A file that the user named. */
export async function readGiven(file: string): Promise<Uint8Array> {
  return await readFile(file).catch((error: unknown) => {
    throw new Refusal('WP-USAGE', {
      message: `${file} cannot be read`,
      hint: 'Name a file that is there.',
      cause: error,
    });
  });
}

export function tell({ io }: TufContext, options: Json, value: unknown, text: string): void {
  // A repository's own names and paths may be a thief's: they say nothing to a terminal.
  const lines = text.split('\n').map((line) => safeText(line, MOST_LINE));
  io.out(options.json === true ? asciiJson(value) : lines.join('\n'));
}

export async function openSigners(specs: readonly string[], { environment }: TufContext) {
  const signers = [];
  for (const spec of specs) signers.push(await openSigner(spec, environment));
  return signers;
}

/** A key's name that holds in any folder. */
export function absoluteSpec(spec: string): string {
  return /^(?:agent|pkcs11):/u.test(spec) ? spec : `file:${resolve(spec.replace(/^file:/u, ''))}`;
}

/** `packages/PROJECT/FILENAME`, the project as normalised by PEP 503. */
function pathOf(file: string): string {
  const name = basename(file);
  const found = parseDistributionFilename(name);
  if (found !== null) return `packages/${found.project}/${name}`;
  throw new Refusal('WP-TUF-PATH', {
    message: `${name} is no wheel or sdist: name its path with --as`,
  });
}

/** @throws Refusal `WP-USAGE` */
export function wholeNumber(text: string, what: string, least: number, most: number): number {
  const value = /^\d{1,6}$/u.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Refusal('WP-USAGE', {
    message: `--${what} ${text}: expected a number from ${least} to ${most}`,
  });
}

function disposable(folders: TufFolders): TufFolders & Disposable {
  return { ...folders, [Symbol.dispose]: () => folders.close() };
}

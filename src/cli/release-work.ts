// SPDX-License-Identifier: Apache-2.0
import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import type { Environment } from '../core/machine.ts';
import { safeText } from '../core/safe-text.ts';
import {
  checkMinisign,
  makeSshSignature,
  openPgp,
  readMinisignKey,
  readMinisignSignature,
  sshKeyWords,
} from '../crypto/index.ts';
import { findProgram, runChild } from '../host/index.ts';
import { openOwnSigner } from './own-signer.ts';
import { hashOfWordOrFile } from './trust-arguments.ts';
import { writeDocument } from './trust-files.ts';

export interface ReleaseOptions {
  readonly out: string;
  /** `agent:NAME` or `file:PATH`. */
  readonly ssh?: string;
  readonly principal?: string;
  /** A key of gpg's own keyring. */
  readonly gpg?: string;
  /** A secret key of the program minisign, and the public key beside it. */
  readonly minisign?: string;
  readonly at?: string;
}

export interface ReleaseContext {
  readonly environment: Environment;
  readonly directory: string;
  readonly io: { out(text: string): void };
}

/** What the SSH signature says that it is for: `ssh-keygen -Y verify -n file`. */
const NAMESPACE = 'file';

/**
 * `wheelproof release sign`: a signed list of the files of one release, and the lines by which the
 * policies of its users take it.
 * @throws Refusal `WP-USAGE`, `WP-SIGNING-KEY`
 */
export async function signRelease(
  context: ReleaseContext,
  files: readonly string[],
  options: ReleaseOptions,
): Promise<void> {
  const { project, text } = await listOf(files);
  if (options.ssh === undefined && options.gpg === undefined && options.minisign === undefined) {
    throw usage('nobody is to sign: give --ssh, --gpg or --minisign');
  }
  const path = resolve(context.directory, options.out);
  await writeDocument(path, text);
  const keys = [
    ...(options.ssh === undefined ? [] : await bySsh(context, path, options.ssh, options)),
    ...(options.gpg === undefined ? [] : await byGpg(context, path, options.gpg)),
    ...(options.minisign === undefined ? [] : await byMinisign(context, path, options.minisign)),
  ];
  const place = options.at ?? `https://YOUR.SITE/${project}/{version}/${basename(path)}`;
  context.io.out(
    `${[
      `# ${safeText(path)} lists ${files.length} file${files.length === 1 ? '' : 's'}; publish it with its signature at`,
      `# ${safeText(place)}`,
      '# and tell your users to write into wheelproof.toml, out of band:',
      '[[signer]]',
      `project = "${project}"`,
      ...keys,
      `checksums = [${JSON.stringify(place)}]`,
    ].join('\n')}\n`,
  );
}

/** GNU's form, in one order whatever the shell gave. @throws Refusal `WP-USAGE` */
async function listOf(
  files: readonly string[],
): Promise<{ readonly project: string; readonly text: string }> {
  const names = files.map((file) => basename(file));
  const projects = new Set<string>();
  const releases = new Set<string>();
  for (const name of names) {
    const parsed = parseDistributionFilename(name);
    if (parsed === null) throw usage(`${safeText(name, 200)} is no wheel or sdist`);
    projects.add(parsed.project);
    releases.add(`${parsed.project} ${parsed.version}`);
  }
  const [project] = projects;
  if (project === undefined || releases.size !== 1) {
    throw usage(`expected the files of one release, found ${[...releases].join(', ') || 'none'}`);
  }
  if (new Set(names).size !== names.length) throw usage('a file name is given twice');
  const lines = await Promise.all(
    files.map(async (file) => `${await hashOfWordOrFile(file)}  ${basename(file)}\n`),
  );
  return { project, text: lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('') };
}

async function bySsh(
  { environment }: ReleaseContext,
  path: string,
  spec: string,
  { principal = 'release' }: ReleaseOptions,
): Promise<readonly string[]> {
  if (!/^[^\s",#]{1,200}$/u.test(principal)) throw usage('--principal: expected one word');
  const signer = await openOwnSigner(spec, environment);
  const signature = await makeSshSignature(await readFile(path), NAMESPACE, signer);
  await writeDocument(`${path}.sig`, signature);
  return [`ssh = [${JSON.stringify(`${principal} ${sshKeyWords(signer.publicKey)}`)}]`];
}

async function byGpg(
  context: ReleaseContext,
  path: string,
  user: string,
): Promise<readonly string[]> {
  const words = ['--batch', '--yes', '--armor'];
  const own = ['--local-user', user, '--output', `${path}.asc`, '--detach-sign', path];
  await runTool(context, 'gpg', [...words, ...own], 'stdout-to-stderr');
  const certificate = await runTool(context, 'gpg', [...words, '--export', user], 'capture');
  const { checkDetached, readKeyring } = await openPgp();
  const bytes = Buffer.from(certificate);
  const data = await readFile(path);
  const signature = await readFile(`${path}.asc`);
  const check = { certificates: [bytes], now: Date.now() + 1_000 };
  const found = (await checkDetached(data, signature, check)).find(({ good }) => good);
  if (found?.good !== true) {
    await rm(`${path}.asc`, { force: true });
    throw usage(`what gpg signed as ${safeText(user, 100)} does not verify: use a current key`);
  }
  const [first] = await readKeyring(bytes);
  const keyring = join(dirname(path), `${found.primary}.asc`);
  await writeDocument(keyring, certificate);
  return [
    `openpgp = ["${found.primary}"]  # ${safeText(first?.users[0] ?? '', 100)}`,
    `keyring = ["${found.primary}.asc"]  # written beside the list`,
  ];
}

async function byMinisign(
  context: ReleaseContext,
  path: string,
  secret: string,
): Promise<readonly string[]> {
  const publicFile = secret.replace(/\.key$/u, '.pub');
  const text = await readFile(resolve(context.directory, publicFile), 'utf8').catch(() => '');
  const key = readMinisignKey(text, publicFile);
  const beside = `${path}.minisig`;
  await runTool(
    context,
    'minisign',
    ['-S', '-s', secret, '-m', path, '-x', beside],
    'stdout-to-stderr',
  );
  const signature = readMinisignSignature(await readFile(beside));
  if (signature.id !== key.id || !checkMinisign(await readFile(path), signature, key).good) {
    await rm(beside, { force: true });
    throw usage(
      `what minisign signed is not by ${safeText(publicFile, 200)}: use its own .pub file`,
    );
  }
  return [`minisign = ["${key.text}"]`];
}

/** Runs a signer's own program, which may ask for a passphrase on our terminal. @returns what is captured. */
async function runTool(
  { environment, directory }: ReleaseContext,
  name: string,
  argv: readonly string[],
  stdio: 'capture' | 'stdout-to-stderr',
): Promise<string> {
  const program = await findProgram(name, environment, directory);
  if (program === null) throw usage(`${name} is not installed here`);
  const known = Object.entries(environment).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  const child = await runChild({
    program,
    argv,
    environment: Object.fromEntries(known),
    directory,
    stdio,
  });
  const { code, stdout, stderr } = await child.done;
  if (code === 0) return stdout;
  const why = safeText(stderr.trim().split('\n').at(-1) ?? '', 300);
  throw usage(`${name} did not sign${why === '' ? ', and has said why above' : `: ${why}`}`);
}

function usage(message: string): Refusal {
  return new Refusal('WP-USAGE', { message });
}

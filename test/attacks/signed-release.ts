// SPDX-License-Identifier: Apache-2.0
import { makePgpKey, signDetached, type PgpKey } from '../world/openpgp-keys.ts';
import { FILES } from '../world/world.ts';
import type { Form, Scene, Twin } from './attack.ts';
import { EVIL, GOOD, GOOD_PATH, type Stage } from './stage.ts';

/* What the attacks on maintainers' signatures share: keys, a policy, and where signatures lie. */

const DAY = 86_400_000;
export const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY);

/** Made once for each test process, and only when the first of these attacks is mounted. */
export interface Keys {
  /** The maintainer of `good`. */
  readonly own: PgpKey;
  readonly second: PgpKey;
  readonly stranger: PgpKey;
}

let made: Promise<Keys> | null = null;

export async function keys(): Promise<Keys> {
  made ??= Promise.all([
    makePgpKey(daysAgo(100), 'Good \u001b[31mMaintainer\u202e\nverified: yes'),
    makePgpKey(daysAgo(100), 'Second'),
    makePgpKey(daysAgo(100), 'Stranger'),
  ]).then(([own, second, stranger]) => ({ own, second, stranger }));
  return await made;
}

/** Lays a signature beside the file that the index lists. */
export function laySignature({ world }: Stage, signature: Uint8Array | string): void {
  world.host(FILES).files.set(`${GOOD_PATH}.asc`, Buffer.from(signature));
}

/** Where `good` publishes its checksums. */
export const SUMS = '/good/SHA256SUMS';

export function laySums({ world }: Stage, document: Uint8Array | string, ending = ''): void {
  world.host('good.test').files.set(`${SUMS}${ending}`, Buffer.from(document));
}

export interface SignerWords {
  readonly fingerprints: readonly string[];
  readonly keyring: readonly string[];
  readonly sums?: boolean;
  readonly more?: string;
}

/** A policy by which these keys may speak for `good`. */
export async function letSign(stage: Stage, words: SignerWords, demand = ''): Promise<void> {
  const list = (texts: readonly string[]): string => JSON.stringify(texts);
  const where =
    words.sums === true
      ? `signatures = ["/nowhere/{filename}.asc"]\nchecksums = [${JSON.stringify(stage.world.origin('good.test') + SUMS)}]\n`
      : 'signatures = ["{url}.asc"]\n';
  await stage.write(
    'wheelproof.toml',
    `${demand}[[signer]]\nproject = "good"\nopenpgp = ${list(words.fingerprints)}\n` +
      `keyring = ${list(words.keyring)}\n${where}${words.more ?? ''}`,
  );
}

/** As it should be: the good file with its maintainer's signature, by the key that may. */
export async function honestRelease(stage: Stage): Promise<void> {
  const { own } = await keys();
  stage.honest();
  laySignature(stage, await signDetached([own], GOOD.bytes, daysAgo(1)));
  await letSign(stage, { fingerprints: [own.fingerprint], keyring: [own.armour] });
}

/** The index lists the evil file, with this signature beside it, and the policy names the maintainer. */
export function evilWith(
  signature: (own: Keys) => Promise<Uint8Array | string>,
  ring: (own: Keys) => readonly string[] = ({ own }) => [own.armour],
): Pick<Form, 'mount' | 'stop' | 'defence'> {
  return {
    mount: async (stage) => {
      const all = await keys();
      stage.listOnly(EVIL);
      laySignature(stage, await signature(all));
      await letSign(stage, { fingerprints: [all.own.fingerprint], keyring: ring(all) });
    },
    stop: honestRelease,
    defence: 'openpgp',
  };
}

/** The right signature beside the right file must be told, and its key's own name must be harmless. */
export const vouched: NonNullable<Twin['witness']> = (_stage, { report, reportText, stderr }) => [
  ...(report?.summary.vouched === 1 ? [] : ['nobody vouches']),
  ...(['\u001b', '\u202e'].some((acting) => (reportText + stderr).includes(acting))
    ? ['a key’s name acts on the terminal']
    : []),
];

export const HONEST_TWIN: Twin & Scene = {
  name: 'signed by the maintainer',
  mount: honestRelease,
  witness: vouched,
};

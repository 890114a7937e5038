// SPDX-License-Identifier: Apache-2.0
import type { Signer, StagedFolder } from '../core/tuf-repository.ts';
import { binName } from './delegations.ts';
import { BIN_PREFIX, type BinShape } from './documents.ts';
import { Fragments } from './fragments.ts';
import type { Lives } from './lives.ts';
import { binNames } from './repository-state.ts';
import type { Published, RepositoryWriter, SealedDocument } from './repository-writer.ts';

/** Documents that holders have signed, and what the server has to sign with them. */
export interface OfflineChange {
  /** `null` where the root stays, or is there already. */
  readonly root: SealedDocument | null;
  readonly documents: readonly SealedDocument[];
  readonly shape: BinShape;
  /** Signs from now on. */
  readonly online: Signer;
  /** Signed until now: the same where it stays; `null` where it cannot sign any more. */
  readonly old: Signer | null;
  readonly lives: Lives;
  readonly now: number;
}

/**
 * Publishes what the holders signed. The new root is staged; all that it demands is published, with
 * snapshot and timestamp signed by the old and the new online key, so that they are right under the
 * root before and the root after; then the new root takes effect by one rename.
 *
 * Without the old key the switch takes two renames, and clients refuse between them. Only then may
 * the snapshot cease to name bins that nobody delegates to any more: a client that had seen both a
 * snapshot with them and the new root would refuse one without (section 5.5.5).
 */
export async function publishOffline(
  folder: StagedFolder,
  writer: RepositoryWriter,
  change: OfflineChange,
): Promise<Published> {
  const { root, shape, online, old, lives, now } = change;
  if (root !== null) {
    await folder.stage([{ name: nameOf(root), bytes: root.bytes }]);
    await folder.sync();
  }
  const { state } = writer;
  const isSpreadAnew = shape.bits !== state.bits || shape.prefix !== state.prefix;
  const isOtherKey = old?.publicKey !== online.publicKey;
  const bins = isSpreadAnew || isOtherKey ? await spread(writer, shape) : new Map();
  const places = new Map([...bins.keys()].map((name, place) => [name, place + 1]));
  const published = await writer.write({
    bins,
    documents: change.documents,
    online,
    signers: old === null || !isOtherKey ? [online] : [old, online],
    now,
    // Staggered, so that they do not all fall due at once.
    binLife: (name) =>
      Math.round(lives.bin * (0.5 + (places.get(name) ?? 0) / 2 ** (shape.bits + 1))),
    isNamed: (role) => old !== null || !isOfOtherBins(role, shape),
  });
  if (root !== null) {
    await folder.commit([nameOf(root)]);
    await folder.sync();
  }
  return published;
}

/** Every target in the bin where it belongs. */
async function spread(writer: RepositoryWriter, shape: BinShape): Promise<Map<string, Fragments>> {
  const bins = new Map([...binNames(shape)].map((name) => [name, new Fragments()]));
  for (const name of binNames(writer.state))
    for (const [path, text] of (await writer.bin(name)).entries())
      bins.get(binName(shape.prefix, shape.bits, path))?.set(path, text);
  return bins;
}

/** The prefix that no bin of this repository has had yet. */
export function freshPrefix(roles: Iterable<string>): string {
  const used = new Set([...roles].map((role) => role.slice(0, role.lastIndexOf('-'))));
  for (let number = 2; ; number++) {
    const prefix = `${BIN_PREFIX}${number}`;
    if (!used.has(prefix)) return prefix;
  }
}

/** Of delegated roles, those that were ever bins. */
const BIN_NAME = /^bin\d*-[0-9a-f]+$/u;

/** A bin by its name, of another prefix. */
function isOfOtherBins(role: string, { prefix }: BinShape): boolean {
  return BIN_NAME.test(role) && !role.startsWith(`${prefix}-`);
}

function nameOf({ role, version }: SealedDocument): string {
  return `${version}.${role}.json`;
}

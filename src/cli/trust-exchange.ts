// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../core/canonical-json.ts';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { HeldKey } from '../trust/held-keys.ts';
import {
  exportTrust,
  fileShape,
  importTrust,
  mergeKeys,
  type ImportOutcome,
} from '../trust/index.ts';
import {
  occasionOf,
  printJson,
  type Json,
  type TrustContext,
  type TrustIo,
} from './trust-context.ts';
import { readDocumentFile, writeDocument } from './trust-files.ts';

export async function exportAll(context: TrustContext, io: TrustIo, file: string): Promise<void> {
  const { rows, owner } = context;
  const { now, run } = occasionOf(context);
  const text = exportTrust(rows, await heldBy(context));
  if (file === '-') io.out(text);
  else await writeDocument(file, text);
  rows.audit({ at: now, run, what: 'export', subject: 'trust store', detail: { file, owner } });
}

export async function importAll(
  open: () => Promise<TrustContext>,
  io: TrustIo,
  file: string,
  options: Json,
): Promise<void> {
  if (file === '-' && io.stdinIsTerminal) {
    throw new Refusal('WP-USAGE', {
      message: 'expected a document on standard input, found a terminal',
      hint: 'Name a file, or pipe one in.',
    });
  }
  const bytes = file === '-' ? await io.stdin() : await readDocumentFile(file);
  const context = await open();
  const { keys = [], ...merged } = importTrust(context.rows, bytes, occasionOf(context));
  const outcome = await withKeys(merged, keys, context);
  if (options.json === true) printJson(io, importShape(outcome));
  else io.out(importText(outcome));
  const [first] = outcome.conflicts;
  if (first === undefined) return;
  const { kept, offered } = first;
  throw new Refusal('WP-NAME-REUSED', {
    message:
      `${outcome.conflicts.length} of the files imported carry other bytes than remembered here; ` +
      `what was remembered stays. ${kept.filename}: recorded sha256 ${kept.sha256}, offered ${offered.sha256}`,
  });
}

type Merged = Omit<ImportOutcome, 'keys'> & { readonly otherKeys: readonly string[] };

async function heldBy({ keys }: TrustContext): Promise<readonly HeldKey[]> {
  return keys === undefined ? [] : await (await keys()).all();
}

/** Keys are files of their own, each whole or not at all; what is held under a name stays. */
async function withKeys(
  outcome: Omit<ImportOutcome, 'keys'>,
  offered: readonly HeldKey[],
  context: TrustContext,
): Promise<Merged> {
  const { keys: open } = context;
  if (offered.length === 0 || open === undefined) return { ...outcome, otherKeys: [] };
  const keys = await open();
  let { added, merged, unchanged } = outcome;
  const otherKeys: string[] = [];
  for (const key of offered) {
    const kept = await keys.find(key.name);
    const next = kept === null ? key : mergeKeys(kept, key);
    if (next === null) otherKeys.push(key.name);
    else if (kept !== null && canonicalJson(kept) === canonicalJson(next)) unchanged += 1;
    else {
      await keys.save(next);
      if (kept === null) added += 1;
      else merged += 1;
    }
  }
  return { ...outcome, added, merged, unchanged, otherKeys };
}

function importShape({ conflicts, otherKeys, ...counts }: Merged) {
  return {
    ...counts,
    ...(otherKeys.length > 0 && { otherKeys }),
    conflicts: conflicts.map(({ kept, offered }) => ({
      kept: fileShape(kept),
      offered: fileShape(offered),
    })),
  };
}

function importText({ added, merged, unchanged, conflicts, otherKeys }: Merged): string {
  const lines = conflicts.map(
    ({ kept, offered }) =>
      `other bytes: ${safeText(kept.filename)} of ${safeText(kept.index)}\n` +
      `  kept     sha256 ${kept.sha256}\n  offered  sha256 ${offered.sha256}\n`,
  );
  const counts = `${added} added, ${merged} merged, ${unchanged} unchanged, ${conflicts.length} in conflict\n`;
  const others = otherKeys.map(
    (name) => `another key is held as "${name}" here, and stays: add the one offered by hand\n`,
  );
  return `${lines.join('')}${others.join('')}${counts}`;
}

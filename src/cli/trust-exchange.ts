// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import { exportTrust, fileShape, importTrust, type ImportOutcome } from '../trust/index.ts';
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
  const text = exportTrust(rows);
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
  const outcome = importTrust(context.rows, bytes, occasionOf(context));
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

function importShape({ conflicts, ...counts }: ImportOutcome) {
  return {
    ...counts,
    conflicts: conflicts.map(({ kept, offered }) => ({
      kept: fileShape(kept),
      offered: fileShape(offered),
    })),
  };
}

function importText({ added, merged, unchanged, conflicts }: ImportOutcome): string {
  const lines = conflicts.map(
    ({ kept, offered }) =>
      `other bytes: ${safeText(kept.filename)} of ${safeText(kept.index)}\n` +
      `  kept     sha256 ${kept.sha256}\n  offered  sha256 ${offered.sha256}\n`,
  );
  const counts = `${added} added, ${merged} merged, ${unchanged} unchanged, ${conflicts.length} in conflict\n`;
  return `${lines.join('')}${counts}`;
}

// SPDX-License-Identifier: Apache-2.0
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import path from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Intent } from '../core/installer.ts';
import type { Report } from '../core/report.ts';
import { addressKey } from '../core/url.ts';
import type { FileOutcome, Receipt, StreamingFile, Verification } from '../core/verification.ts';
import {
  endLines,
  fileLine,
  formatNamed,
  refusalLine,
  reportedFile,
  reportedRefusal,
  startLine,
  statementsOf,
  withoutSecrets,
  type RunStart,
  type Statements,
} from '../report/index.ts';
import type { OwnOptions } from './own-options.ts';
import type { SubjectReason } from './run-events.ts';
import type { Run } from './run-report.ts';
import type { Output } from './show-report.ts';
import { ownVersion } from './version.ts';

/** Tells of a run while it lasts, as JSON Lines (`report/json-lines.ts`). */
export class EventStream {
  readonly #sink: EventSink;
  readonly #stated: Statements;
  readonly #asked = new Set<string>();
  /** What was last said of each file, by its address; refusals as they stand. */
  readonly #told = new Map<string, string>();
  #receipts: () => readonly Receipt[] = () => [];

  constructor(sink: EventSink, stated: Statements) {
    this.#sink = sink;
    this.#stated = stated;
  }

  start(run: RunStart): void {
    this.#sink.write(startLine(run));
  }

  /** The same verification; each file is told of as soon as it has its verdict. */
  over(verification: Verification, receipts: () => readonly Receipt[]): Verification {
    this.#receipts = receipts;
    return {
      page: (ask) => verification.page(ask),
      sidecar: (ask) => verification.sidecar(ask),
      file: async (ask) => {
        this.#asked.add(addressKey(ask.url));
        const outcome = await verification.file(ask);
        this.#look();
        return this.#watched(outcome);
      },
    };
  }

  refusal(refusal: SubjectReason): void {
    this.#say(refusal.code + refusal.subject, refusalLine(reportedRefusal(refusal, this.#stated)));
  }

  /** What the end has changed, and what only the end shows. @throws Refusal `WP-STATE-DISK` */
  async end(report: Report): Promise<void> {
    for (const file of report.files) this.#say(file.url, fileLine(file));
    for (const refusal of report.refusals) {
      this.#say(refusal.code + refusal.subject, refusalLine(refusal));
    }
    for (const line of endLines(report)) this.#sink.write(line);
    await this.#sink.close();
  }

  /** A large file has its verdict only when all of it is here. */
  #watched(outcome: FileOutcome): FileOutcome {
    if (outcome.outcome !== 'streaming') return outcome;
    const { file } = outcome;
    const watched: StreamingFile = {
      size: file.size,
      releasable: (beyond) => file.releasable(beyond),
      read: (position, length) => file.read(position, length),
      lend: (position, length) => file.lend(position, length),
      close: async () => {
        await file.close();
        this.#look();
      },
    };
    return { ...outcome, file: watched };
  }

  #look(): void {
    for (const receipt of this.#receipts()) {
      if (!receipt.asked || !this.#asked.has(addressKey(receipt.artifact.url))) continue;
      const file = reportedFile(receipt, this.#stated);
      this.#say(file.url, fileLine(file));
    }
  }

  #say(key: string, line: string): void {
    if (this.#told.get(key) === line) return;
    this.#told.set(key, line);
    this.#sink.write(line);
  }
}

/** Where the user asks for one, begun. */
export function openEvents(
  { options, output }: { readonly options: OwnOptions; readonly output: Output },
  { installer, policyDigest }: Run,
  intent: Intent,
): EventStream | null {
  const place = options.ci.events;
  if (place === null) return null;
  const events = new EventStream(openEventSink(place, output), statementsOf(intent));
  const argv = withoutSecrets(installer.argv);
  events.start({ toolVersion: ownVersion(), policyDigest, installer: { ...installer, argv } });
  return events;
}

/** The events of what has ended already. @throws Refusal `WP-STATE-DISK` */
export async function writeEvents(
  report: Report,
  { ci }: Pick<OwnOptions, 'ci'>,
  output: Output,
): Promise<void> {
  if (ci.events === null) return;
  const sink = openEventSink(ci.events, output);
  sink.write(formatNamed('jsonl').render(report, output.surface));
  await sink.close();
}

interface EventSink {
  write(text: string): void;
  close(): Promise<void>;
}

/** A file made anew, or a pipe as it is; `-` is standard output. */
function openEventSink(place: string, output: Output): EventSink {
  if (place === '-') return { write: (text) => output.out(text), close: async () => undefined };
  const stream = createWriteStream(path.resolve(place));
  let fault: NodeJS.ErrnoException | null = null;
  stream.on('error', (error: NodeJS.ErrnoException) => (fault = error));
  return {
    write: (text) => void (fault === null && stream.write(text)),
    close: async () => {
      await endOf(stream);
      // Whoever read a pipe and left wants no more of it.
      if (fault === null || fault.code === 'EPIPE') return;
      const message = `--events: ${place} could not be written (${fault.code ?? fault.message})`;
      throw new Refusal('WP-STATE-DISK', { message, cause: fault });
    },
  };
}

async function endOf(stream: WriteStream): Promise<void> {
  stream.end();
  // What went wrong was kept where it happened.
  await finished(stream).catch(() => undefined);
}

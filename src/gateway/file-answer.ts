// SPDX-License-Identifier: Apache-2.0
import type { OutgoingHttpHeaders } from 'node:http';
import type { Artifact } from '../core/artifact.ts';
import type { LentBytes } from '../core/bytes.ts';
import { Refusal, reason } from '../core/errors.ts';
import { KIB } from '../core/limits.ts';
import { printableUrl } from '../core/url.ts';
import type { FileOutcome, Receipt, StreamingFile } from '../core/verification.ts';
import type { Exchange } from './exchange.ts';
import type { Gate } from './gate.ts';
import { challengeHeader, passableStatus } from './passed-status.ts';
import { subjectOf } from './problem.ts';
import { needsWholeFile, select } from './selection.ts';

const CHUNK_BYTES = 128 * KIB;

/** Something whose bytes, all of them or those released so far, can be read. */
interface Readable {
  readonly size: number;
  read(position: number, length: number): Promise<Uint8Array>;
  readInto?(position: number, place: Uint8Array): Promise<number>;
  lend?(position: number, length: number): LentBytes | null;
}

/** Answers a distribution file: its bytes after the verdict, or the verdict. */
export async function answerFile(gate: Gate, exchange: Exchange): Promise<void> {
  const ask = { url: exchange.url.href, credentials: exchange.credentials };
  const asked = gate.parts.verification.file(ask);
  let outcome: FileOutcome;
  try {
    outcome = await exchange.whileThere(asked);
  } catch (thrown) {
    void asked.then(closeHandle, () => undefined); // whatever still comes of it is nobody's
    throw thrown;
  }
  try {
    await answerOutcome(gate, exchange, outcome);
  } finally {
    await closeHandle(outcome);
  }
}

async function closeHandle(outcome: FileOutcome): Promise<void> {
  if (outcome.outcome === 'released' || outcome.outcome === 'streaming') {
    await outcome.file.close();
  }
}

async function answerOutcome(gate: Gate, exchange: Exchange, outcome: FileOutcome): Promise<void> {
  switch (outcome.outcome) {
    case 'released': {
      const headers = fileHeaders(gate, outcome.receipt.artifact);
      return sendFile(exchange, outcome.file, { headers, etag: tag(outcome.file.digests.sha256) });
    }
    case 'streaming': {
      const { file, artifact } = outcome;
      const headers = fileHeaders(gate, artifact);
      const etag = tag(artifact.listed?.hashes['sha256'] ?? null);
      if (!needsWholeFile({ method: exchange.method, headers: exchange.request.headers })) {
        return streamFile(exchange, file, { headers, etag });
      }
      await releasedUpTo(exchange, file, file.size - 1);
      return sendFile(exchange, file, { headers, etag });
    }
    case 'refused':
      return refuse(gate, exchange, outcome.receipt);
    case 'not-served':
      return exchange.sendStatus(passableStatus(outcome.status), {
        ...challengeHeader(outcome.challenge),
        'cache-control': 'no-store',
      });
  }
}

function tag(sha256: string | null): string | null {
  return sha256 === null ? null : `"${sha256}"`;
}

/** What is built here is built anew: of it nobody can say later what it was built from. */
function fileHeaders(gate: Gate, { kind }: Artifact): OutgoingHttpHeaders {
  const cached = gate.parts.keepsWheels === true && kind === 'wheel';
  return {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'cache-control': cached ? 'private, max-age=31536000, immutable' : 'no-store',
  };
}

function refuse(gate: Gate, exchange: Exchange, receipt: Receipt): void {
  const { artifact, decision } = receipt;
  const first =
    decision.reasons[0] ??
    reason('WP-INTERNAL', `${artifact.filename}: refused without a reason (${decision.verdict})`);
  gate.parts.log({
    event: 'refused',
    kind: 'file',
    url: printableUrl(exchange.url),
    reason: first,
  });
  const subject = subjectOf(artifact.filename, artifact.project);
  exchange.sendRefusal(403, first, { ...subject, version: artifact.version || subject.version });
}

interface Dress {
  readonly headers: OutgoingHttpHeaders;
  readonly etag: string | null;
}

/** A file whose every byte may go out. */
async function sendFile(exchange: Exchange, file: Readable, dress: Dress): Promise<void> {
  const asked = { method: exchange.method, headers: exchange.request.headers };
  const { status, start, end } = select(asked, file.size, dress.etag);
  const headers = { ...dress.headers, ...(dress.etag === null ? {} : { etag: dress.etag }) };
  if (status === 304 || status === 412) return exchange.sendStatus(status, headers);
  if (status === 416) {
    return exchange.sendStatus(416, { ...headers, 'content-range': `bytes */${file.size}` });
  }
  const range = { 'content-range': `bytes ${start}-${end - 1}/${file.size}` };
  const framing = { ...(status === 206 ? range : {}), 'content-length': end - start };
  exchange.begin(status, { ...headers, ...framing });
  if (exchange.method !== 'HEAD') await pump(exchange, file, { start, end });
  exchange.end();
}

/** A file whose bytes are still coming: nothing is said before the first of them may go out. */
async function streamFile(exchange: Exchange, file: StreamingFile, dress: Dress): Promise<void> {
  let until = await releasedUpTo(exchange, file, 0);
  exchange.begin(200, {
    ...dress.headers,
    ...(dress.etag === null ? {} : { etag: dress.etag }),
    'content-length': file.size,
  });
  await pump(exchange, file, { start: 0, end: until });
  while (until < file.size) {
    const start = until;
    until = await releasedUpTo(exchange, file, start);
    await pump(exchange, file, { start, end: until });
  }
  exchange.end();
}

/** @throws Refusal the verdict, when the file is refused while it streams */
async function releasedUpTo(
  exchange: Exchange,
  file: StreamingFile,
  beyond: number,
): Promise<number> {
  const until = Math.min(await exchange.whileThere(file.releasable(beyond)), file.size);
  if (until > beyond) return until;
  throw new Refusal('WP-INTERNAL', { message: `a streaming file stood still at byte ${beyond}` });
}

interface Span {
  readonly start: number;
  readonly end: number;
}

async function pump(exchange: Exchange, file: Readable, { start, end }: Span): Promise<void> {
  let place: Uint8Array | null = null;
  for (let position = start; position < end;) {
    const wanted = Math.min(CHUNK_BYTES, end - position);
    const lent = file.lend?.(position, wanted) ?? null;
    let count = lent?.bytes.length ?? 0;
    if (lent !== null) {
      await exchange.writeThrough(lent.bytes);
      lent.giveBack(); // not where the client went away: something may still read it
    } else if (file.readInto === undefined) {
      const chunk = await file.read(position, wanted);
      count = chunk.length;
      if (count > 0) await exchange.write(chunk);
    } else {
      // One place for all of it: memory that waits for its collection costs more than the bytes in it.
      place ??= Buffer.allocUnsafeSlow(wanted);
      count = await file.readInto(position, place.subarray(0, wanted));
      if (count > 0) await exchange.writeThrough(place.subarray(0, count));
    }
    if (count === 0) {
      throw new Refusal('WP-STATE-DAMAGED', {
        message: `a held file ended at byte ${position}, expected ${end}`,
      });
    }
    position += count;
  }
}

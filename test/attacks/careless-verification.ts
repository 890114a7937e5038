// SPDX-License-Identifier: Apache-2.0
import type { PageReader } from '../../src/core/evidence.ts';
import { MIB } from '../../src/core/limits.ts';
import type { Upstream } from '../../src/core/upstream.ts';
import type { FileAsk, FileOutcome, Receipt, Verification } from '../../src/core/verification.ts';
import { openCarelessUpstream } from './careless-upstream.ts';

/** No question is asked at all: pages and files go through as they come, each time anew. */
export function openCarelessVerification(upstream: Upstream, pages: PageReader): Verification {
  return {
    async page(ask) {
      const came = await pages.read(ask);
      const reading = came.outcome === 'unread' ? await came.read() : came;
      if (reading.outcome !== 'page') return reading;
      const { page } = reading;
      return { outcome: 'judged', judged: { page, offered: page.files, shown: [] } };
    },
    file: (ask) => passThrough(upstream, ask),
    sidecar: async () => ({ outcome: 'not-found', status: 404 }),
  };
}

/** Metadata is handed on as it comes, and the wheel is not held against it. */
export function believeSidecars(real: Verification): Verification {
  return {
    page: (ask) => real.page(ask),
    file: (ask) => real.file(ask),
    async sidecar(ask) {
      const outcome = await passThrough(openCarelessUpstream(), ask);
      if (outcome.outcome !== 'released') return { outcome: 'not-found', status: 404 };
      const bytes = await outcome.file.read(0, outcome.file.size);
      return { outcome: 'served', bytes };
    },
  };
}

async function passThrough(upstream: Upstream, ask: FileAsk): Promise<FileOutcome> {
  const answer = await upstream.request({
    url: ask.url,
    method: 'GET',
    headers: ask.credentials,
    maxBytes: MIB,
    redirects: 'follow',
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return {
    outcome: 'released',
    receipt: receiptOf(ask.url),
    file: {
      size: bytes.length,
      digests: { sha256: '' },
      read: async (position, length) => bytes.subarray(position, position + length),
      close: async () => undefined,
    },
  };
}

function receiptOf(url: string): Receipt {
  const filename = new URL(url).pathname.split('/').at(-1) ?? '';
  return {
    artifact: {
      index: '',
      project: '',
      version: '',
      filename,
      kind: 'archive',
      url,
      listed: null,
    },
    sha256: null,
    size: null,
    decision: { verdict: 'first-seen', reasons: [], findings: [], notes: [] },
    at: 0,
    asked: true,
  };
}

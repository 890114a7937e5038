// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import { MAX_PROVENANCE_BYTES, PAGE_DEADLINE_MS } from '../core/limits.ts';
import type { Upstream, UpstreamAnswer } from '../core/upstream.ts';
import { printableUrl } from '../core/url.ts';

const ACCEPT = 'application/vnd.pypi.integrity.v1+json, application/json;q=0.5';
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/iu;

/**
 * Fetches the provenance object that an index page names (PEP 740). The page said that it is there,
 * so whatever else comes leaves the question open: it is unreachable, never absent (attack H03).
 * @throws Refusal of the class E-UPSTREAM, or `WP-ATTESTATION-LIMIT`
 */
export async function fetchProvenance(
  upstream: Upstream,
  artifact: Artifact,
  url: string,
  credentials: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  try {
    const own = new URL(url).origin === new URL(artifact.url).origin;
    const answer = await upstream.request({
      url,
      method: 'GET',
      headers: { ...(own ? credentials : {}), accept: ACCEPT, 'accept-encoding': 'identity' },
      maxBytes: MAX_PROVENANCE_BYTES,
      redirects: 'follow',
      from: artifact.listedBy ?? null,
      withinMs: PAGE_DEADLINE_MS,
    });
    return await bodyOf(answer, url);
  } catch (thrown) {
    throw thrown instanceof Refusal ? asProvenanceRefusal(thrown, url) : thrown;
  }
}

async function bodyOf(answer: UpstreamAnswer, url: string): Promise<Uint8Array> {
  const type = answer.headers['content-type'] ?? '';
  if (answer.status !== 200 || !JSON_TYPE.test(type)) {
    for await (const _ of answer.body) break;
    const found = answer.status === 200 ? `content of the type "${type}"` : answer.status;
    throw new Refusal('WP-UPSTREAM-STATUS', {
      message: `${printableUrl(url)} answered ${found} where the page promises attestations`,
    });
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function asProvenanceRefusal(refusal: Refusal, url: string): Refusal {
  const { message } = refusal;
  if (refusal.code === 'WP-LIMIT-SIZE') {
    return new Refusal('WP-ATTESTATION-LIMIT', { message, cause: refusal });
  }
  if (refusal.class !== 'E-LIMIT') return refusal;
  const why = `${printableUrl(url)} did not give its attestations: ${message}`;
  return new Refusal('WP-UPSTREAM-UNREACHABLE', { message: why, cause: refusal });
}

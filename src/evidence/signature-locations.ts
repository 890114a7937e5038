// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import { PAGE_DEADLINE_MS } from '../core/limits.ts';
import type { LocalFiles } from '../core/signer-rule.ts';
import type { Upstream } from '../core/upstream.ts';
import { printableUrl } from '../core/url.ts';

export interface LocationAccess {
  readonly upstream: Upstream;
  readonly files: LocalFiles;
}

/** One place at which a signature or document may lie. */
export interface Place {
  /** An https address, or an absolute path. */
  readonly address: string;
  /** The page that named it; `null`: the policy did. */
  readonly from: string | null;
  /** Its not being there is no answer: somebody promised it. */
  readonly promised: boolean;
}

/**
 * Fills `{project}`, `{version}`, `{filename}` and `{url}` of a template that the policy holds. What
 * comes from an index is encoded, so that it cannot lead to another host or folder.
 */
export function fillTemplate(template: string, artifact: Artifact): string {
  const isUrl = /^(?:https?:\/\/|\{url\})/u.test(template);
  return template.replace(/\{(\w+)\}/gu, (whole, name: string) => {
    if (name === 'url') return artifact.url;
    const { project, version, filename } = artifact;
    const value = { project, version, filename }[name];
    if (value === undefined) return whole;
    // A file name holds no slash (it was read strictly); a dot alone would still climb.
    if (!isUrl && /^\.{0,2}$|[/\\\0]/u.test(value)) return '%';
    return isUrl ? encodeURIComponent(value) : value;
  });
}

/**
 * What lies there; `null` where nothing does.
 * @throws Refusal of the class E-UPSTREAM or E-SOURCE where it could not be found out, and
 *   `WP-SIGNATURE-LIMIT`.
 */
export async function fetchPlace(
  { upstream, files }: LocationAccess,
  { address, from, promised }: Place,
  maxBytes: number,
  credentials: Readonly<Record<string, string>> = {},
): Promise<Uint8Array | null> {
  if (!/^https?:\/\//u.test(address)) {
    const found = await files.read(address, maxBytes);
    if (found === 'too long') throw tooLong(address, maxBytes);
    return found;
  }
  try {
    const answer = await upstream.request({
      url: address,
      method: 'GET',
      headers: { ...credentials, 'accept-encoding': 'identity' },
      maxBytes,
      redirects: 'follow',
      from,
      withinMs: PAGE_DEADLINE_MS,
    });
    const chunks: Uint8Array[] = [];
    if (answer.status !== 200) {
      for await (const _ of answer.body) break;
      if (!promised && (answer.status === 404 || answer.status === 410)) return null;
      throw new Refusal('WP-UPSTREAM-STATUS', {
        message: `${printableUrl(address)} answered ${answer.status} where a signature is due`,
      });
    }
    for await (const chunk of answer.body) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    if (thrown.code === 'WP-LIMIT-SIZE') throw tooLong(printableUrl(address), maxBytes);
    if (thrown.class !== 'E-LIMIT') throw thrown;
    const message = `${printableUrl(address)} did not give its signature: ${thrown.message}`;
    throw new Refusal('WP-UPSTREAM-UNREACHABLE', { message, cause: thrown });
  }
}

function tooLong(address: string, maxBytes: number): Refusal {
  return new Refusal('WP-SIGNATURE-LIMIT', {
    message: `${address}: expected at most ${maxBytes} bytes, found more`,
  });
}

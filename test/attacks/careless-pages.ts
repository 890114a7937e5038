// SPDX-License-Identifier: Apache-2.0
import type { ListedFile } from '../../src/core/artifact.ts';
import type { PageReader } from '../../src/core/evidence.ts';
import { MIB } from '../../src/core/limits.ts';
import { normaliseName } from '../../src/core/project-name.ts';
import type { Upstream } from '../../src/core/upstream.ts';
import { bareListing } from '../../src/core/listed-file.ts';

/** A page reader as a hurried program has it: takes names, addresses and hashes as they stand. */
export function readPagesCarelessly(upstream: Upstream): PageReader {
  return {
    async read(ask) {
      const accept = 'application/vnd.pypi.simple.v1+json, text/html;q=0.1';
      const answer = await upstream.request({
        url: ask.url,
        method: 'GET',
        headers: { ...ask.credentials, accept },
        maxBytes: MIB,
        redirects: 'follow',
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of answer.body) chunks.push(chunk);
      if (answer.status !== 200) return { outcome: 'not-found', status: answer.status };
      const text = Buffer.concat(chunks).toString('utf8');
      const files = text.startsWith('{') ? filesOfJson(text) : filesOfHtml(text);
      const asked = new URL(ask.url).pathname.split('/').at(-2) ?? '';
      return {
        outcome: 'page',
        url: answer.url,
        page: {
          project: normaliseName(asked),
          apiVersion: '1.1',
          status: 'active',
          statusReason: null,
          files: files.map((file) => listedFile(file, answer.url)),
          refused: [],
          lastSerial: null,
        },
      };
    },
  };
}

interface Loose {
  readonly filename: string;
  readonly url: string;
  readonly sha256: string | undefined;
}

function filesOfJson(text: string): Loose[] {
  const page: { files: { filename: string; url: string; hashes: Record<string, string> }[] } =
    JSON.parse(text);
  return page.files.map(({ filename, url, hashes }) => ({
    filename,
    url,
    sha256: hashes['sha256'],
  }));
}

function filesOfHtml(text: string): Loose[] {
  return [...text.matchAll(/<a href="([^"]*)"[^>]*>([^<]*)</gu)].map((found) => {
    const [, href = '', filename = ''] = found;
    const [url = '', fragment = ''] = href.replaceAll('&amp;', '&').split('#');
    return { filename, url, sha256: /^sha256=(.*)$/u.exec(fragment)?.[1] };
  });
}

function listedFile({ filename, url, sha256 }: Loose, page: string): ListedFile {
  const usable = sha256 !== undefined && /^[0-9a-f]{64}$/iu.test(sha256);
  const hashes = usable ? { sha256: sha256.toLowerCase() } : {};
  return { ...bareListing(filename, new URL(url, page).href), hashes };
}

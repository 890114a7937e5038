// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { PAGE_DEADLINE_MS } from '../core/limits.ts';
import type { Tries } from '../core/tries.ts';
import type { Upstream, UpstreamAnswer } from '../core/upstream.ts';
import { printableUrl } from '../core/url.ts';
import { ServerFailure } from './server-failure.ts';
import { wholeAnswer } from './whole-answer.ts';

/** A file of a repository, not looked at yet. */
export interface Got {
  readonly bytes: Uint8Array;
  /** Its server is known to lie inside (`UpstreamAnswer.inside`). */
  readonly inside: boolean;
}

/** The server wants to know who asks. */
export class Unauthorised extends Refusal {
  readonly status: number;
  readonly challenge: string | null;

  constructor(url: string, status: number, challenge: string | null) {
    super('WP-UPSTREAM-STATUS', { message: `${printableUrl(url)} answered ${status}` });
    this.status = status;
    this.challenge = challenge;
  }
}

/** What lies under one address. Nothing that comes from here is believed by itself. */
export class RepositoryFiles {
  readonly #upstream: Upstream;
  readonly #base: string;
  readonly #origin: string;
  readonly #running = new Map<string, Promise<Got | null>>();
  #credentials: Readonly<Record<string, string>> = {};

  constructor(upstream: Upstream, base: string, index: string) {
    this.#upstream = upstream;
    this.#base = base;
    this.#origin = new URL(index).origin;
  }

  /** @returns whether they are others than before. Never sent to another origin than the index's. */
  useCredentials(credentials: Readonly<Record<string, string>>): boolean {
    if (Object.keys(credentials).length === 0 || new URL(this.#base).origin !== this.#origin)
      return false;
    const isNew = JSON.stringify(credentials) !== JSON.stringify(this.#credentials);
    this.#credentials = credentials;
    return isNew;
  }

  /** @param path as it stands in addresses. Asked for once, however many want it, until {@link forget}. */
  async once(path: string, maxBytes: number): Promise<Got | null> {
    const running = this.#running.get(path) ?? this.get(path, maxBytes);
    this.#running.set(path, running);
    return await running;
  }

  forget(): void {
    this.#running.clear();
  }

  /** @param path as it stands in addresses. @returns `null` where there is no such file. @throws Refusal for whatever else happens. */
  async get(path: string, maxBytes: number): Promise<Got | null> {
    const url = `${this.#base}${path}`;
    return await wholeAnswer(async (tries) => await this.#ask(url, maxBytes, tries));
  }

  async #ask(url: string, maxBytes: number, tries: Tries): Promise<Got | null> {
    const answer = await this.#upstream.request({
      url,
      method: 'GET',
      // A cache on the way must not keep us behind.
      headers: {
        ...this.#credentials,
        'accept-encoding': 'identity',
        'cache-control': 'no-cache',
      },
      maxBytes,
      redirects: 'follow',
      withinMs: PAGE_DEADLINE_MS,
      tries,
    });
    const { status } = answer;
    if (status === 200) return { bytes: await whole(answer), inside: answer.inside === true };
    for await (const _ of answer.body) break;
    if (status === 404 || status === 410) return null;
    if (status === 401 || status === 403 || status === 407)
      throw new Unauthorised(url, status, answer.headers['www-authenticate'] ?? null);
    throw new Refusal('WP-UPSTREAM-STATUS', {
      message: `${printableUrl(url)} answered ${status} where TUF metadata was expected`,
      ...(status >= 500 && status <= 599 ? { cause: new ServerFailure(status) } : {}),
    });
  }
}

async function whole({ body }: UpstreamAnswer): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// SPDX-License-Identifier: Apache-2.0
import type { OutgoingHttpHeaders } from 'node:http';
import type { Reason } from '../core/errors.ts';
import { problemBody, reasonPhrase, type Subject } from './problem.ts';
import type { RequestKind } from './classify.ts';
import type { Request } from './request.ts';
import { writeHead, type Response } from './response.ts';

/** The client went away before its answer was complete; nobody is left to be told. */
export class ClientGone extends Error {
  constructor() {
    super('the client went away');
    this.name = 'ClientGone';
  }
}

/** One request, and what is needed to answer it. */
export class Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly url: URL;
  readonly kind: RequestKind;
  readonly #gone = new AbortController();
  #status = 200;

  constructor(request: Request, response: Response, url: URL, kind: RequestKind) {
    this.request = request;
    this.response = response;
    this.url = url;
    this.kind = kind;
    response.once('aborted', () => this.#gone.abort(new ClientGone())); // HTTP/2: seems finished then
    response.once('close', () => {
      if (!response.writableFinished) this.#gone.abort(new ClientGone());
    });
  }

  get method(): string {
    return this.request.method;
  }

  /** As it was answered, or would have been. */
  get status(): number {
    return this.#status;
  }

  /** Aborted when the client is gone before the answer is complete. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** What the client sent to prove to this address's origin who it is. */
  get credentials(): Readonly<Record<string, string>> {
    const { authorization, cookie } = this.request.headers;
    return {
      ...(authorization === undefined ? {} : { authorization }),
      ...(cookie === undefined ? {} : { cookie }),
    };
  }

  /** `work`, or {@link ClientGone} as soon as nobody waits for it any more. */
  async whileThere<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const leave = (): void => reject(new ClientGone());
    if (this.gone.aborted) leave();
    this.gone.addEventListener('abort', leave);
    try {
      return await Promise.race([work, promise]);
    } finally {
      this.gone.removeEventListener('abort', leave);
    }
  }

  begin(status: number, headers: OutgoingHttpHeaders, phrase?: string): void {
    if (this.gone.aborted) throw new ClientGone();
    this.#status = status;
    writeHead(this.response, status, headers, phrase);
  }

  /** Resolves when the client has room for more. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.gone.aborted || this.response.destroyed) throw new ClientGone();
    if (this.response.write(chunk)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.response.once('drain', resolve);
    try {
      await this.whileThere(promise);
    } finally {
      this.response.off('drain', resolve);
    }
  }

  /** Resolves when nothing of the chunk is needed any more: it is with the kernel. */
  async writeThrough(chunk: Uint8Array): Promise<void> {
    if (this.gone.aborted || this.response.destroyed) throw new ClientGone();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.response.write(chunk, (error) => (error ? reject(new ClientGone()) : resolve()));
    await this.whileThere(promise);
  }

  end(): void {
    this.response.end();
  }

  sendWhole(status: number, headers: OutgoingHttpHeaders, body: Uint8Array): void {
    this.begin(status, { ...headers, 'content-length': body.length });
    this.response.end(this.method === 'HEAD' ? undefined : body);
  }

  sendStatus(status: number, headers: OutgoingHttpHeaders = {}): void {
    const bodyless = status === 304 || status === 204;
    this.begin(status, bodyless ? headers : { ...headers, 'content-length': 0 });
    this.response.end();
  }

  /** A refusal as installers show it: the status line and a problem body both carry the sentence. */
  sendRefusal(status: number, reason: Reason, subject: Subject): void {
    const body = problemBody(status, reason, subject);
    this.begin(
      status,
      {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'content-length': body.length,
      },
      reasonPhrase(reason),
    );
    this.response.end(this.method === 'HEAD' ? undefined : body);
  }
}

// SPDX-License-Identifier: Apache-2.0
import { isHttp2, type Protocol, type Request, type Response } from './exchange.ts';
import { renderPage, type ProjectModel } from './index-model.ts';

/** One request as it came in. */
export interface Seen {
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: Protocol;
  readonly method: string;
  readonly path: string;
  readonly agent: string;
  readonly authorization: string | null;
  /** Names and values of all headers, for looking for secrets. */
  readonly headers: readonly string[];
}

/** Answers one path in place of what the model says; `count` starts at 1 for each path. */
export type Hook = (request: Request, response: Response, count: number) => void;

/** As a hook, of every path; `honest` answers as the model says. */
export type Filter = (
  request: Request,
  response: Response,
  count: number,
  honest: () => void,
) => void;

/** One named server of the world: an index, a file host, an attacker. Honest until told otherwise. */
export class Host {
  readonly name: string;
  readonly seen: Seen[] = [];
  readonly projects = new Map<string, ProjectModel>();
  readonly files = new Map<string, Uint8Array>();
  /** By path with query, as the client wrote it. */
  readonly hooks = new Map<string, Hook>();
  /** `user:password` that every request must show. */
  credentials: string | null = null;
  readonly #counts = new Map<string, number>();
  #filter: Filter | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /** Forgets everything it was told and all that it saw. */
  reset(): void {
    this.seen.length = 0;
    this.projects.clear();
    this.files.clear();
    this.hooks.clear();
    this.credentials = null;
    this.#counts.clear();
    this.#filter = null;
  }

  answer(request: Request, response: Response, scheme: 'http' | 'https'): void {
    const path = request.url ?? '/';
    this.#note(request, path, scheme);
    const count = (this.#counts.get(path) ?? 0) + 1;
    this.#counts.set(path, count);
    if (this.#filter !== null) {
      this.#filter(request, response, count, () => this.#answerHonestly(request, response, path));
      return;
    }
    const hook = this.hooks.get(path);
    if (hook !== undefined) return hook(request, response, count);
    this.#answerHonestly(request, response, path);
  }

  /** Every request goes through this, which may answer itself or let the honest answer go out. */
  through(filter: Filter): void {
    this.#filter = filter;
    this.#counts.clear();
  }

  #answerHonestly(request: Request, response: Response, path: string): void {
    if (!this.#admits(request)) {
      send(request, response, 401, { 'www-authenticate': 'Basic realm="index"' }, 'who are you?');
      return;
    }
    const plainPath = path.replace(/\?.*$/u, '');
    const file = this.files.get(path) ?? this.files.get(plainPath) ?? this.#likeNamed(path);
    if (file !== undefined) return sendBytes(request, response, file);
    this.#answerPage(request, response, plainPath);
  }

  #answerPage(request: Request, response: Response, path: string): void {
    const [, asked] = /^\/simple\/+([^/]+)\/$/u.exec(path) ?? [];
    const project = asked === undefined ? undefined : this.projects.get(decodeURIComponent(asked));
    if (project === undefined) return this.#answerSpelled(request, response, asked ?? '');
    const page = renderPage(project, request.headers.accept ?? '');
    send(request, response, 200, { 'content-type': page.type }, page.body);
  }

  /** Another spelling of a name leads to its page, as indexes have it (PEP 503). */
  #answerSpelled(request: Request, response: Response, asked: string): void {
    const name = asked.toLowerCase().replaceAll(/[-_.]+/gu, '-');
    if (name === asked || !this.projects.has(name))
      return send(request, response, 404, {}, 'no such thing');
    send(request, response, 301, { location: `/simple/${name}/` }, '');
  }

  /**
   * `%2f` and `%2F` are one (RFC 3986, 2.1): clients may change one into the other. So are `+` and
   * `%2B` to every file host: pip asks for a local version's metadata with the latter.
   */
  #likeNamed(path: string): Uint8Array | undefined {
    const upper = (text: string): string =>
      text.replace(/%[0-9a-f]{2}/giu, (code) => code.toUpperCase()).replaceAll('%2B', '+');
    return [...this.files].find(([name]) => upper(name) === upper(path))?.[1];
  }

  #admits(request: Request): boolean {
    if (this.credentials === null) return true;
    const expected = `Basic ${Buffer.from(this.credentials).toString('base64')}`;
    return request.headers.authorization === expected;
  }

  #note(request: Request, path: string, scheme: 'http' | 'https'): void {
    this.seen.push({
      host: this.name,
      scheme,
      protocol: isHttp2(request) ? 'h2' : 'http/1.1',
      method: request.method ?? 'GET',
      path,
      agent: request.headers['user-agent'] ?? '',
      authorization: request.headers.authorization ?? null,
      headers: request.rawHeaders,
    });
  }
}

export function send(
  request: Request,
  response: Response,
  status: number,
  headers: Record<string, string>,
  body: string | Uint8Array,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** A file with one range at most (RFC 9110, 14). */
export function sendBytes(request: Request, response: Response, bytes: Uint8Array): void {
  const headers = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' };
  const range = /^bytes=(\d*)-(\d*)$/u.exec(request.headers.range ?? '');
  if (range === null) return send(request, response, 200, headers, bytes);
  const [, from = '', to = ''] = range;
  const start = from === '' ? Math.max(0, bytes.length - Number(to)) : Number(from);
  const end = from === '' || to === '' ? bytes.length : Math.min(bytes.length, Number(to) + 1);
  const extra = { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` };
  send(request, response, 206, { ...headers, ...extra }, bytes.subarray(start, end));
}

export function redirect(location: string, status = 302): Hook {
  return (request, response) => send(request, response, status, { location }, '');
}

export function serveBytes(bytes: Uint8Array): Hook {
  return (request, response) => sendBytes(request, response, bytes);
}

export function servePage(type: string, body: string | Uint8Array): Hook {
  return (request, response) => send(request, response, 200, { 'content-type': type }, body);
}

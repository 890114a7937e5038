// SPDX-License-Identifier: Apache-2.0
import { SHARED_CONNECTION } from '../core/limits.ts';
import { Tries } from '../core/tries.ts';
import type { Upstream, UpstreamAnswer, UpstreamAsk } from '../core/upstream.ts';
import { printableUrl } from '../core/url.ts';
import { readCaFile } from './ca-bundle.ts';
import { endAfter } from './deadline.ts';
import { Ending } from './ending.ts';
import { exchange, type Answer } from './exchange.ts';
import { firstHop } from './first-hop.ts';
import { peerOf, unreachable } from './failure.ts';
import { Paces } from './pace.ts';
import { requirePinnedKey } from './pinned-keys.ts';
import { Provenance } from './provenance.ts';
import { readProxy } from './proxy-choice.ts';
import { RedirectTrail, targetOf, type Hop } from './redirects.ts';
import { Routes } from './routes.ts';
import { DEFAULT_LIMITS, type UpstreamLimits, type UpstreamSettings } from './settings.ts';
import { tryRepeatedly, waitReally, type Trying } from './tries.ts';
import { proxyStatus } from './tunnel.ts';
import { Whereabouts } from './whereabouts.ts';

/**
 * The way out: every connection of this program to the outside is made here.
 *
 * An answer's body belongs to whoever asked: read it to its end or call its iterator's `return()`,
 * or the connection stays taken. An aborted ask throws its signal's reason.
 * @throws Refusal `WP-USAGE` for a CA bundle or a proxy that cannot be used.
 */
export function openUpstream(settings: UpstreamSettings): Upstream {
  if (settings.proxy !== null) readProxy(settings.proxy, 'the proxy option');
  return new PooledUpstream(settings);
}

class PooledUpstream implements Upstream {
  readonly #settings: UpstreamSettings;
  readonly #limits: UpstreamLimits;
  readonly #routes: Routes;
  readonly #whereabouts: Whereabouts;
  readonly #paces = new Paces();
  /** Of the asks that are under way, or whose body is. */
  readonly #endings = new Set<Ending>();
  #closed: Error | null = null;

  constructor(settings: UpstreamSettings) {
    this.#settings = settings;
    this.#limits = { ...DEFAULT_LIMITS, ...settings.limits };
    this.#whereabouts = new Whereabouts(settings.isInside);
    this.#routes = new Routes(settings, {
      ownRoots: settings.caFiles.flatMap(readCaFile),
      minimumTls: settings.minimumTls,
      timeoutMs: this.#limits.connectTimeoutMs,
      connections: this.#limits.connections,
      allowH2: settings.allowH2 ?? true,
      lookup: settings.lookup,
      whereabouts: this.#whereabouts,
      refuseWeakTls: settings.refuseWeakTls ?? false,
      pinsOf: settings.pinsOf ?? (() => []),
      note: settings.note ?? (() => undefined),
    });
    if (settings.environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') settings.note?.(BYPASS);
  }

  async request(ask: UpstreamAsk): Promise<UpstreamAnswer> {
    const start = firstHop(ask, this.#settings.allowPlainHttp);
    const { ending, over } = this.#begin(ask, start.url);
    try {
      return await this.#follow(start, ask, { ending, over });
    } catch (thrown) {
      over();
      throw thrown;
    }
  }

  async close(): Promise<void> {
    this.#closed = unreachable('wheelproof is ending');
    for (const ending of this.#endings) ending.abort(this.#closed);
    await this.#routes.close();
  }

  /** What ends an ask: we, whoever asked, or its time. */
  #begin({ signal, withinMs }: UpstreamAsk, url: URL): Pick<Way, 'ending' | 'over'> {
    const ending = new Ending();
    if (this.#closed !== null) ending.abort(this.#closed);
    this.#endings.add(ending);
    const stop = (): void => ending.abort(signal?.reason);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
    const unset = withinMs === undefined ? null : endAfter(ending, url, withinMs);
    const over = (): void => {
      this.#endings.delete(ending);
      signal?.removeEventListener('abort', stop);
      unset?.();
    };
    return { ending, over };
  }

  async #follow(
    start: Hop,
    ask: UpstreamAsk,
    way: Pick<Way, 'ending' | 'over'>,
  ): Promise<UpstreamAnswer> {
    const { allowPlainHttp, allowInside = () => false } = this.#settings;
    const trail = new RedirectTrail(start, {
      maxRedirects: this.#limits.maxRedirects,
      allowPlainHttp,
    });
    const follows = ask.redirects === 'follow' && isSafe(ask);
    const provenance = new Provenance(this.#whereabouts, allowInside, ask);
    for (let hop = start; ;) {
      const answer = await this.#ask(hop, ask, { ...way, provenance });
      const next = follows ? this.#nextHop(trail, hop, answer) : null;
      provenance.leadsOn(hop.url);
      if (next === null) return this.#handOver(hop, answer, { ...way, provenance });
      hop = next;
    }
  }

  async #ask(hop: Hop, ask: UpstreamAsk, { ending, provenance }: Way): Promise<Answer> {
    try {
      const way = { ending, outside: this.#judge(hop.url, provenance) };
      return await tryRepeatedly((trying) => this.#askOnce(hop, ask, { ...way, trying }), {
        maxTries: isSafe(ask) ? this.#limits.maxTries : 1,
        count: (ask.tries ?? new Tries()).of(hop.url.href),
        wait: this.#settings.wait ?? waitReally,
        signal: () => ending.signal(),
        pace: this.#paces.of(hop.url.origin),
        beside: ask.tries !== undefined,
      });
    } catch (thrown) {
      throw provenance.explain(thrown);
    }
  }

  /**
   * Whether the way there has to stay outside.
   * @throws Refusal `WP-INSIDE-ADDRESS`, `WP-SPKI-MISMATCH` where the address itself says enough.
   */
  #judge(url: URL, provenance: Provenance): boolean {
    const outside = provenance.judge(url);
    if (url.protocol === 'http:') {
      const { hostname, port } = peerOf(url);
      const pinned = this.#settings.pinsOf?.(hostname, port) ?? [];
      requirePinnedKey(`${printableUrl(url)}, without TLS`, [], pinned);
    }
    return outside;
  }

  /**
   * What is late or has failed over a connection that carries others as well, and what takes long, is
   * asked for over one of its own.
   */
  async #askOnce(hop: Hop, ask: UpstreamAsk, way: Passage): Promise<Answer> {
    const alone = way.trying.isFurther || !isSafe(ask);
    const answer = await this.#askOver(hop, ask, { ...way, alone });
    const { isShared, declared } = answer;
    const isLong = isShared && declared !== null && declared > SHARED_CONNECTION.mostBytes;
    if (!isLong || declared > ask.maxBytes) return answer;
    answer.discard();
    return this.#askOver(hop, ask, { ...way, alone: true });
  }

  async #askOver(
    hop: Hop,
    ask: UpstreamAsk,
    { ending, trying, outside, alone }: Passage & { readonly alone: boolean },
  ): Promise<Answer> {
    const endings = [ending, trying.signal];
    for (const one of endings) one.throwIfAborted();
    const { headersTimeoutMs, stallTimeoutMs } = this.#limits;
    const { route, proxy } = this.#routes.to(hop.url, { outside, alone });
    const question = {
      ...hop,
      method: ask.method,
      body: ask.body ?? null,
      maxBytes: ask.maxBytes,
      headersTimeoutMs,
      stallTimeoutMs,
      endings,
      onSent: trying.sent,
    };
    const answer = await exchange(question, route);
    return proxy === null ? answer : refuseProxyLogin(answer, hop.url, proxy.origin);
  }

  #handOver({ url }: Hop, answer: Answer, { provenance, over }: Way): UpstreamAnswer {
    answer.body.refuseOversized();
    // Whoever asked will follow by himself, and ask for the next address as if it were his own.
    const next = targetOf(url, answer);
    try {
      if (next !== null) provenance.judge(next);
    } catch (thrown) {
      answer.discard();
      throw provenance.explain(thrown);
    }
    const { status, headers, body } = answer;
    body.whenOver(over);
    const inside = this.#whereabouts.isInside(url.hostname) ? { inside: true as const } : {};
    return { status, headers, url: url.href, body, ...inside };
  }

  #nextHop(trail: RedirectTrail, from: Hop, answer: Answer): Hop | null {
    try {
      const next = trail.follow(from, answer);
      if (next !== null) answer.discard();
      return next;
    } catch (error) {
      answer.discard();
      throw error;
    }
  }
}

/** Through every hop of one ask. */
interface Way {
  readonly ending: Ending;
  /** Nothing of the ask is left. */
  readonly over: () => void;
  readonly provenance: Provenance;
}

/** Of one try. */
interface Passage extends Pick<Way, 'ending'> {
  readonly outside: boolean;
  readonly trying: Trying;
}

const BYPASS =
  'NODE_TLS_REJECT_UNAUTHORIZED=0 was not obeyed: every server has to prove who it is.';

/** Whether asking twice does no more than asking once. */
function isSafe(ask: UpstreamAsk): boolean {
  return (ask.method === 'GET' || ask.method === 'HEAD') && (ask.body ?? null) === null;
}

/** 407 over a proxy's absolute form is the proxy speaking, not the server. */
function refuseProxyLogin(answer: Answer, url: URL, proxy: string): Answer {
  if (answer.status !== 407) return answer;
  answer.discard();
  throw proxyStatus(`proxy ${proxy} answered 407 when asked for ${printableUrl(url)}`, 407);
}

// SPDX-License-Identifier: Apache-2.0
import type { LookupFunction } from 'node:net';
import type { KeyPins } from '../core/key-pins.ts';
import {
  CONNECT_TIMEOUT_MS,
  HEADERS_TIMEOUT_MS,
  MAX_REDIRECTS,
  MAX_TRIES,
  STALL_TIMEOUT_MS,
  UPSTREAM_CONNECTIONS,
} from '../core/limits.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface UpstreamLimits {
  readonly connectTimeoutMs: number;
  /** From the request (or the last of its body) to the end of the answer's headers. */
  readonly headersTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly maxRedirects: number;
  readonly maxTries: number;
  /** To one origin at a time. */
  readonly connections: number;
}

export type Wait = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

export interface UpstreamSettings {
  /** PEM bundles trusted beside Node's own and the system's roots. */
  readonly caFiles: readonly string[];
  /** The installer's own proxy option; it wins over the environment. May hold credentials. */
  readonly proxy: string | null;
  /** Whose HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY (either case) count. */
  readonly environment: Environment;
  readonly minimumTls: 'TLSv1.2' | 'TLSv1.3';
  /** Beside loopback, which is always allowed. */
  readonly allowPlainHttp: (host: string) => boolean;
  /** Weak TLS ends a connection; where absent or `false` it is only noted. */
  readonly refuseWeakTls?: boolean;
  /** The keys that a server must show; none where absent. */
  readonly pinsOf?: (hostname: string, port: number) => readonly KeyPins[];
  /** Hosts inside that pages of the outside may name; none where absent. */
  readonly allowInside?: (host: string) => boolean;
  /** Whether an IP address lies inside; the registries of special addresses decide where absent. */
  readonly isInside?: (address: string) => boolean;
  /** Takes what the reader should know of connections that came about, a sentence each. */
  readonly note?: (sentence: string) => void;
  /** Offers HTTP/2, beside HTTP/1.1; `true` where absent. */
  readonly allowH2?: boolean;
  /** How names become addresses; the system's way where absent. */
  readonly lookup?: LookupFunction;
  readonly limits?: Partial<UpstreamLimits>;
  /** How waits between tries pass. */
  readonly wait?: Wait;
}

export const DEFAULT_LIMITS: UpstreamLimits = {
  connectTimeoutMs: CONNECT_TIMEOUT_MS,
  headersTimeoutMs: HEADERS_TIMEOUT_MS,
  stallTimeoutMs: STALL_TIMEOUT_MS,
  maxRedirects: MAX_REDIRECTS,
  maxTries: MAX_TRIES,
  connections: UPSTREAM_CONNECTIONS,
};

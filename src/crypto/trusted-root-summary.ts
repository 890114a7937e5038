// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readTrustedRoot } from './trusted-root.ts';

/** One log or authority of a trusted root. */
export interface RootPart {
  readonly kind: 'log' | 'ct-log' | 'authority' | 'timestamp';
  /** Its address or subject, and the beginning of its key's digest. */
  readonly name: string;
  /** Milliseconds since 1970; `null`: never said, so never valid. */
  readonly start: number | null;
  readonly end: number;
}

/** What a trusted root holds, for people. @throws Refusal `WP-TRUSTED-ROOT` */
export function trustedRootSummary(bytes: Uint8Array): readonly RootPart[] {
  const root = readTrustedRoot(bytes);
  const short = (der: Uint8Array): string =>
    `(${createHash('sha256').update(der).digest('hex').slice(0, 16)})`;
  const logs = (kind: 'log' | 'ct-log', all: typeof root.logs): readonly RootPart[] =>
    all.map(({ name, key, start, end }) => ({
      kind,
      name: `${name} ${short(key.export({ type: 'spki', format: 'der' }))}`,
      start,
      end,
    }));
  return [
    ...logs('log', root.logs),
    ...logs('ct-log', root.certificateLogs),
    ...root.certificateAuthorities.map(({ certificates, start, end }) => ({
      kind: 'authority' as const,
      name: `certificate authority ${short(certificates[0]?.der ?? Buffer.alloc(0))}`,
      start,
      end,
    })),
    ...root.timestampAuthorities.map(({ name, leaf, chain }) => ({
      kind: 'timestamp' as const,
      name: `${name} ${short((leaf ?? chain.certificates[0])?.der ?? Buffer.alloc(0))}`,
      start: chain.start,
      end: chain.end,
    })),
  ];
}

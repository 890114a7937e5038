// SPDX-License-Identifier: Apache-2.0
import { createRequire } from 'node:module';

/** Written into the bundle by scripts/bundle.ts; undefined where the sources run unbuilt. */
declare const WHEELPROOF_VERSION: string | undefined;

/** This program's own version, from package.json. */
export function ownVersion(): string {
  if (typeof WHEELPROOF_VERSION === 'string') return WHEELPROOF_VERSION;
  const manifest: unknown = createRequire(import.meta.url)('../../package.json');
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : 'unknown';
}

// SPDX-License-Identifier: Apache-2.0
import type { Call, Route } from '../core/installer.ts';
import { compareVersions } from '../core/version.ts';
import { has, type Scan } from './argument-scan.ts';
import { pipVariables } from './pip-configuration.ts';

/** From here on pip adds the system's roots to `--cert`, and knows the word that stops it. */
const LEGACY_CERTS_SINCE = '24.2';

/** Behind the user's own, since the last one wins; other users can read them, so without the secret. */
export function ownArguments(told: {
  readonly scan: Scan;
  readonly isolated: boolean;
  readonly call: Call;
  readonly route: Route;
}): readonly string[] {
  const { scan, isolated, call, route } = told;
  const cache = scan.options.findLast(({ name }) => CACHE_OPTIONS.has(name))?.name;
  const variables = isolated ? [] : pipVariables(call.environment);
  const cacheless =
    cache === '--no-cache-dir' ||
    (cache === undefined &&
      variables.some(({ key, value }) => key === 'no-cache-dir' && value !== ''));
  // With --isolated pip does not look at PIP_TIMEOUT.
  const patience = isolated && !has(scan, '--timeout') ? ['--timeout', '600'] : [];
  return [
    '--proxy',
    route.proxy,
    '--cert',
    route.caFile,
    ...(cacheless ? [] : ['--cache-dir', route.cacheDirectory]),
    ...patience,
  ];
}

const CACHE_OPTIONS: ReadonlySet<string> = new Set(['--cache-dir', '--no-cache-dir']);

/** The word that keeps newer pips from believing more roots than ours. */
export function deprecated(
  version: string,
  { environment }: Call,
): Readonly<Record<string, string>> {
  if (compareVersions(version, LEGACY_CERTS_SINCE) < 0) return {};
  const theirs = (environment['PIP_USE_DEPRECATED'] ?? '').split(/\s+/u);
  const words = [...theirs.filter((word) => word !== ''), 'legacy-certs'];
  return { PIP_USE_DEPRECATED: [...new Set(words)].join(' ') };
}

// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { Call, Route } from '../core/installer.ts';
import { gitEnvironment, type GitKeys } from './git-settings.ts';
import { scrub, withoutReplaced } from './dropped-variables.ts';

/** A name that never resolves: with it set, no inherited exception sends anything past the proxy. */
const NOWHERE = 'wheelproof.invalid';
/** Seconds: a large file is held until its verdict, and no installer may lose patience meanwhile. */
const PATIENCE = '600';

const PROXY = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];
const PAST_PROXY = ['NO_PROXY', 'no_proxy', 'npm_config_noproxy'];
const CA_FILE = [
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'PIP_CERT',
  'GIT_SSL_CAINFO',
  'CARGO_HTTP_CAINFO',
  'NODE_EXTRA_CA_CERTS',
  'npm_config_cafile',
];
const TIMEOUT = [
  'PIP_TIMEOUT',
  'UV_HTTP_TIMEOUT',
  'POETRY_REQUESTS_TIMEOUT',
  'PDM_REQUEST_TIMEOUT',
  'PIPENV_REQUESTS_TIMEOUT',
];
/** Other installers may be started by a build or by `uv run`: they must not meet their usual caches. */
const CACHES = {
  pip: 'PIP_CACHE_DIR',
  uv: 'UV_CACHE_DIR',
  poetry: 'POETRY_CACHE_DIR',
  pipenv: 'PIPENV_CACHE_DIR',
  pdm: 'PDM_CACHE_DIR',
  'pip-tools': 'PIP_TOOLS_CACHE_DIR',
  // Holds the wheels that new environments are seeded with.
  virtualenv: 'VIRTUALENV_OVERRIDE_APP_DATA',
} as const;

/** Would lead git, cargo, npm or Node round the proxy, or make them accept any certificate. */
const SILENTLY_UNSET =
  /^(?:GIT_CONFIG_(?:COUNT|PARAMETERS|KEY_\d+|VALUE_\d+)|GIT_ALLOW_PROTOCOL|GIT_PROTOCOL_FROM_USER|GIT_PROXY_COMMAND|GIT_SSL_(?:NO_VERIFY|CAPATH)|CARGO_HTTP_PROXY|npm_config_(?:https?[-_])?proxy|NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)$/iu;

const GIT_STEERED = /^GIT_(?:ALLOW_PROTOCOL|CONFIG|HTTP_PROXY|PROTOCOL_FROM_USER|PROXY|SSL)/iu;
const STEERED: ReadonlySet<string> = new Set(
  [
    ...PROXY,
    ...PAST_PROXY,
    ...CA_FILE,
    ...Object.values(CACHES),
    'SSL_CERT_DIR',
    'PIP_PROXY',
    'PIP_TRUSTED_HOST',
    'UV_INSECURE_HOST',
  ].map((name) => name.toLowerCase()),
);

/** Whether a variable, set once more for builds alone, would undo what is set or taken out here. */
export function steersBuilds(name: string): boolean {
  return STEERED.has(name.toLowerCase()) || SILENTLY_UNSET.test(name) || GIT_STEERED.test(name);
}

/** What a child must not lose: without one of these, something would leave the way. */
export const STEERED_NAMES: readonly string[] = [
  ...PROXY,
  ...CA_FILE.filter((name) => !/^(?:CARGO|NODE|npm)/u.test(name)),
  'SSL_CERT_DIR',
  'PIP_PROXY',
  'PIP_CACHE_DIR',
  'UV_CACHE_DIR',
  'GIT_ALLOW_PROTOCOL',
  'GIT_CONFIG_COUNT',
];

/**
 * The user's environment, steered onto the route: as one set it held all installers tried. What
 * goes round the proxy meets a certificate that nobody trusts, and fails.
 */
export function steeredEnvironment(
  call: Call,
  route: Route,
  installer: string,
  git: GitKeys,
): Readonly<Record<string, string>> {
  const theirs = withoutReplaced(scrub(call.environment, installer).environment);
  const kept = Object.entries(theirs).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !SILENTLY_UNSET.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    ...all(PROXY, route.proxyWithSecret),
    ...all(PAST_PROXY, NOWHERE),
    ...all(CA_FILE, route.caFile),
    ...all(TIMEOUT, PATIENCE),
    ...caches(route, installer),
    SSL_CERT_DIR: route.emptyDirectory,
    PIP_PROXY: route.proxyWithSecret,
    // Takes the place of what a configuration file of pip trusts.
    PIP_TRUSTED_HOST: NOWHERE,
    // A process of its own would look for newer seeds after the run.
    VIRTUALENV_NO_PERIODIC_UPDATE: '1',
    // Otherwise one forge's own service, and not the repository, tells uv what a tag names.
    UV_NO_GITHUB_FAST_PATH: '1',
    ...gitEnvironment(call, route, git),
  };
}

function all(names: readonly string[], value: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, value]));
}

function caches(route: Route, installer: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(CACHES).map(([name, variable]) => [
      variable,
      name === installer ? route.cacheDirectory : join(route.cacheDirectory, 'others', name),
    ]),
  );
}

// SPDX-License-Identifier: Apache-2.0

/** Of our own variables tox hands on the proxies, pip's and some certificates by itself. */
const HANDED_ON =
  'ALL_PROXY,SSL_CERT_DIR,REQUESTS_CA_BUNDLE,GIT_*,UV_*,CARGO_*,NODE_*,npm_config_*';
/** INI's and TOML's names for what every environment takes over, and packaging ones. */
const BASES = [
  'testenv',
  'pkgenv',
  ...['env_run_base', 'env_pkg_base'].flatMap((base) => [base, `tool.tox.${base}`]),
];

/**
 * `TOX_OVERRIDE`: what tox is to hand on to its environments.
 * @param theirs what stands there already
 * @param places sections and keys of a project that say for themselves what is handed on
 */
export function toxOverride(theirs: string | undefined, places: readonly string[]): string {
  const bases = BASES.map((base) => `${base}.pass_env`);
  const all = [...new Set([...bases, ...places])].map((place) => `${place}+=${HANDED_ON}`);
  return [...((theirs ?? '') === '' ? [] : [theirs]), ...all].join(';');
}

// SPDX-License-Identifier: Apache-2.0
import type { Call, Route } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';

/** Keys of git's configuration that are stronger than its environment; `null`: git could not be asked. */
export type GitKeys = readonly string[] | null;

/** Stands in every answer, so that "none of these" differs from "could not be asked". */
const ASKED = 'wheelproof.asked';
/** git-config(1): a proxy for one address or one remote beats `http.proxy`, which beats the environment. */
const STRONGER = String.raw`^(http\.(.+\.)?(proxy|sslverify)|remote\..+\.proxy|wheelproof\.asked)$`;
const MAX_KEYS = 500;

/** Looks through all of git's files, with what they include. */
export async function readGitKeys(machine: Machine, call: Call): Promise<GitKeys> {
  const { environment, directory } = call;
  const git = await machine.findProgram('git', environment, directory);
  if (git === null) return null;
  const question = ['config', '--null', '--name-only', '--get-regexp', STRONGER];
  const answer = await machine.ask(
    git,
    ['-c', `${ASKED}=yes`, ...question],
    environment,
    directory,
  );
  const keys = new Set((answer ?? '').split('\0').filter((key) => key !== ''));
  if (!keys.delete(ASKED) || keys.size > MAX_KEYS) return null;
  return [...keys];
}

/**
 * git on the route, with the user's own configuration otherwise: credential helpers, address
 * rewriting, headers. Where git could not be asked, without that configuration.
 */
export function gitEnvironment(
  { environment }: Call,
  route: Route,
  keys: GitKeys,
): Readonly<Record<string, string>> {
  const always = {
    // uv clones from its own copy, which is a file; ssh, git and plain http do not pass the gate.
    GIT_ALLOW_PROTOCOL: 'https:file',
    GIT_HTTP_PROXY_AUTHMETHOD: 'basic',
  };
  if (keys === null) return { ...always, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const settings: readonly (readonly [string, string])[] = [
    ...ownSettings(environment),
    ['http.proxy', route.proxyWithSecret],
    ['http.sslVerify', 'true'],
    // git would hand this run's secret to the user's helpers to keep: an empty one clears the list.
    [`credential.${route.proxy}.helper`, ''],
    ...keys.map((key): [string, string] => [
      key,
      key.endsWith('.sslverify') ? 'true' : route.proxyWithSecret,
    ]),
  ];
  const numbered = settings.flatMap(([key, value], at): [string, string][] => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return { ...always, ...Object.fromEntries(numbered), GIT_CONFIG_COUNT: String(settings.length) };
}

/** What the user gave git in the environment stays, before ours: the last of a key holds. */
function ownSettings(environment: Call['environment']): readonly (readonly [string, string])[] {
  const stated = environment['GIT_CONFIG_COUNT'] ?? '';
  if (!/^\d{1,3}$/u.test(stated)) return [];
  return Array.from({ length: Number(stated) }, (_, at): [string, string] => [
    environment[`GIT_CONFIG_KEY_${at}`] ?? '',
    environment[`GIT_CONFIG_VALUE_${at}`] ?? '',
  ]).filter(([key]) => key !== '');
}

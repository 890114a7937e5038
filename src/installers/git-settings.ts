// SPDX-License-Identifier: Apache-2.0
import type { Call, Route } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import type { AddressRewrite } from '../core/repository.ts';

/** What matters here of git's configuration; `null`: git could not be asked. */
export type GitKeys = {
  /** Keys that are stronger than its environment. */
  readonly keys: readonly string[];
  /** Where it leads in place of addresses. */
  readonly rewrites: readonly AddressRewrite[];
} | null;

/** Stands in every answer, so that "none of these" differs from "could not be asked". */
const ASKED = 'wheelproof.asked';
/** git-config(1): a proxy for one address or one remote beats `http.proxy`, which beats the environment. */
const STRONGER = String.raw`^(http\.(.+\.)?(proxy|sslverify)|remote\..+\.proxy|protocol\..+\.allow|url\..+\.insteadof|wheelproof\.asked)$`;
const MAX_KEYS = 500;

const asked = new WeakMap<Machine, WeakMap<Call, Promise<GitKeys>>>();

/**
 * Looks through all of git's files, with what they include. What we tell git of proxies and protocols
 * we tell it in numbered variables; a git that does not know these (before 2.31) is told by others.
 * Asked once for each call.
 */
export async function readGitKeys(machine: Machine, call: Call): Promise<GitKeys> {
  const here = asked.get(machine) ?? new WeakMap<Call, Promise<GitKeys>>();
  asked.set(machine, here);
  const answer = here.get(call) ?? askGit(machine, call);
  here.set(call, answer);
  return await answer;
}

/** Has git asked while others are: the answer is there, or on its way, when it is read. */
export function askForGitKeys(machine: Machine, call: Call): void {
  readGitKeys(machine, call).catch(() => undefined); // told to whoever reads it
}

async function askGit(machine: Machine, call: Call): Promise<GitKeys> {
  const { environment, directory } = call;
  const git = await machine.findProgram('git', environment, directory);
  if (git === null) return null;
  const question = ['config', '--null', '--get-regexp', STRONGER];
  const asking = { ...environment, ...numbered([...ownSettings(environment), [ASKED, 'yes']]) };
  const answer = await machine.ask(git, question, asking, directory);
  const found = (answer ?? '').split('\0').flatMap((entry) => {
    const [key = '', ...value] = entry.split('\n');
    return key === '' ? [] : [{ key, value: value.join('\n') }];
  });
  const keys = new Set(found.map(({ key }) => key).filter((key) => !key.startsWith('url.')));
  if (!keys.delete(ASKED) || found.length > MAX_KEYS) return null;
  const rewrites = found.flatMap(({ key, value }) => {
    const base = /^url\.(.+)\.insteadof$/su.exec(key)?.[1];
    return base === undefined || value === '' ? [] : [{ base, insteadOf: value }];
  });
  return { keys: [...keys], rewrites };
}

type Settings = readonly (readonly [string, string])[];

/**
 * git on the route, with the user's own configuration otherwise: credential helpers, address
 * rewriting, headers. Where git could not be asked, without that configuration.
 */
export function gitEnvironment(
  { environment }: Call,
  route: Route,
  git: GitKeys,
): Readonly<Record<string, string>> {
  const always = { GIT_HTTP_PROXY_AUTHMETHOD: 'basic' };
  if (git === null) {
    const bare = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    return { ...always, ...bare, GIT_ALLOW_PROTOCOL: 'https:file' };
  }
  return {
    ...always,
    ...numbered([
      ...ownSettings(environment),
      ['http.proxy', route.proxyWithSecret],
      ['http.sslVerify', 'true'],
      // git would hand this run's secret to the user's helpers to keep: an empty one clears the list.
      [`credential.${route.proxy}.helper`, ''],
      ...ALLOWED,
      ...git.keys.map((key): [string, string] => [key, steered(key, route)]),
    ]),
  };
}

/**
 * ssh, git and plain http do not pass the gate. uv clones from its own copy, which is a file; what a
 * repository names itself, its submodules, may not lie on this machine (CVE-2022-39253), which
 * `GIT_ALLOW_PROTOCOL` cannot say.
 */
const ALLOWED: Settings = [
  ['protocol.allow', 'never'],
  ['protocol.https.allow', 'always'],
  ['protocol.file.allow', 'user'],
];

/** In place of what the user's files say under a key that is stronger than what is said for all. */
function steered(key: string, { proxyWithSecret }: Route): string {
  if (key.startsWith('protocol.'))
    return ALLOWED.find(([allowed]) => allowed === key)?.[1] ?? 'never';
  return key.endsWith('.sslverify') ? 'true' : proxyWithSecret;
}

function numbered(settings: Settings): Readonly<Record<string, string>> {
  const each = settings.flatMap(([key, value], at): [string, string][] => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return { ...Object.fromEntries(each), GIT_CONFIG_COUNT: String(settings.length) };
}

/** What the user gave git in the environment stays, before ours: the last of a key holds. */
function ownSettings(environment: Call['environment']): Settings {
  const stated = environment['GIT_CONFIG_COUNT'] ?? '';
  if (!/^\d{1,3}$/u.test(stated)) return [];
  return Array.from({ length: Number(stated) }, (_, at): [string, string] => [
    environment[`GIT_CONFIG_KEY_${at}`] ?? '',
    environment[`GIT_CONFIG_VALUE_${at}`] ?? '',
  ]).filter(([key]) => key !== '');
}

// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Intent } from '../core/installer.ts';
import type { Environment } from '../core/machine.ts';
import { readCaFile } from '../upstream/ca-bundle.ts';
import { readProxy } from '../upstream/proxy-choice.ts';
import { note, ok, refused, warning, type Check, type Surroundings } from './doctor-check.ts';
import { lookAt, octal, quoted } from './doctor-places.ts';

/** Variables that would lead a network connection elsewhere, or make it believe anybody. */
export function judgeNetworkVariables(environment: Environment): readonly Check[] {
  return [...judgeProxies(environment), ...judgeTlsSwitches(environment)];
}

function judgeProxies(environment: Environment): readonly Check[] {
  const checks: Check[] = [];
  for (const [name, value] of setIn(environment, /^(?:https?|all)_proxy$/iu)) {
    try {
      const { origin } = readProxy(value, name);
      const message = `overridden for the installer; the gate itself goes through ${origin}`;
      checks.push(note(['network.proxy', name], message));
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      checks.push(refused(['network.proxy', name], thrown));
    }
  }
  for (const [name] of setIn(environment, /^no_proxy$/iu)) {
    const message =
      'overridden for the installer: nothing goes past the gate; it holds for the gate itself';
    checks.push(note(['network.no-proxy', name], message));
  }
  return checks;
}

/** Some hold for wheelproof's own process too, which no steering of the installer changes. */
function judgeTlsSwitches(environment: Environment): readonly Check[] {
  const checks: Check[] = [];
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const message =
      'has no effect on wheelproof or the installer; every other Node program believes any server';
    const hint =
      'unset NODE_TLS_REJECT_UNAUTHORIZED; name a private authority in NODE_EXTRA_CA_CERTS.';
    checks.push(warning(['network.tls', 'NODE_TLS_REJECT_UNAUTHORIZED'], message, hint));
  }
  for (const [name] of setIn(
    environment,
    /^(?:NODE_OPTIONS|LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)$/u,
  )) {
    const hint = `unset ${name}, unless you put it there.`;
    checks.push(warning(['network.tls', name], 'can bring code into wheelproof itself', hint));
  }
  for (const [name] of setIn(
    environment,
    /^(?:GIT_SSL_NO_VERIFY|GIT_PROXY_COMMAND|PYTHONHTTPSVERIFY)$/u,
  )) {
    checks.push(
      note(['network.tls', name], 'taken out of the way of whatever the installer starts'),
    );
  }
  return checks;
}

const CA_VARIABLES =
  /^(?:REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|PIP_CERT)$/u;

/** Which certificates the gate will believe besides the system's. */
export function checkAuthorities(
  { environment, directory }: Surroundings,
  intents: readonly Intent[],
): readonly Check[] {
  const sources = new Map<string, string[]>();
  for (const [name, value] of setIn(environment, CA_VARIABLES)) {
    const file = resolve(directory, value);
    sources.set(file, [...(sources.get(file) ?? []), name]);
  }
  for (const file of intents.flatMap(({ caFiles }) => caFiles)) {
    if (!sources.has(file)) sources.set(file, ['configuration']);
  }
  const checks = [...sources].map(([file, names]) => judgeAuthority(names.join(', '), file));
  for (const [name] of setIn(environment, /^SSL_CERT_DIR$/u)) {
    const message = 'overridden for the installer; the gate does not read it';
    checks.push(note(['network.ca', name], message, 'Name a file in SSL_CERT_FILE instead.'));
  }
  return checks.length > 0
    ? checks
    : [ok(['network.ca', 'certificates'], "the system's own alone")];
}

function judgeAuthority(name: string, file: string): Check {
  try {
    const count = readCaFile(file).length;
    return note(['network.ca', name], `${file}: the gate believes its ${count} certificates too`);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return warning(['network.ca', name], thrown.message, thrown.hint);
  }
}

/** That there are some, never what they are. */
export async function checkCredentials(around: Surroundings): Promise<readonly Check[]> {
  const { machine, environment, directory, home } = around;
  const named = environment['NETRC'] ?? '';
  const files = [...(named === '' ? [] : [named]), join(home, '.netrc'), join(home, '_netrc')];
  const checks: Check[] = [];
  for (const file of new Set(files.map((one) => resolve(directory, one)))) {
    const facts = await lookAt(file);
    if (facts === null) continue;
    const told = `${file} is there: its passwords go to the hosts they are for; not read here`;
    if ((facts.mode & 0o077) === 0) checks.push(note(['credentials', 'netrc'], told));
    else {
      const open = `${told}; other users can read it (mode ${octal(facts.mode)})`;
      checks.push(warning(['credentials', 'netrc'], open, `chmod 600 ${quoted(file)}`));
    }
  }
  const keyring = await machine.findProgram('keyring', environment, directory);
  if (keyring !== null) {
    checks.push(
      note(['credentials', 'keyring'], `${keyring}: installers may ask it for passwords`),
    );
  }
  for (const [name] of setIn(environment, /^UV_INDEX_.+_(?:USERNAME|PASSWORD)$/u)) {
    checks.push(note(['credentials', name], 'goes to that index alone; not read here'));
  }
  return checks;
}

function setIn(environment: Environment, names: RegExp): readonly (readonly [string, string])[] {
  return Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      names.test(entry[0]) && entry[1] !== undefined && entry[1] !== '',
  );
}

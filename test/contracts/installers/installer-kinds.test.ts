// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/core/errors.ts';
import type { Call, Installer, Steered } from '../../../src/core/installer.ts';
import { createInstallers, INSTALLER_KINDS } from '../../../src/installers/index.ts';
import { callOf, FakePins, machineOf, ROUTE } from '../../../src/installers/scene.test-support.ts';

const SECRET = 'sEcReT';
const ports = { machine: machineOf({}), pins: new FakePins() };
const installers = createInstallers(ports);

/** How each installer may be started; a new one adds its line. */
const STARTERS: Readonly<Record<string, readonly string[]>> = {
  pip: ['pip', '/v/bin/pip3', 'python3 -I -m pip'],
  uv: ['uv', 'uvx', '/p/bin/python -m uv'],
  poetry: ['poetry', '/p/bin/python -m poetry'],
  pipenv: ['pipenv', '/p/bin/python -m pipenv'],
  pdm: ['pdm', '/p/bin/python -m pdm'],
  'pip-tools': ['pip-compile', '/v/bin/pip-sync', 'python3 -m piptools'],
  hatch: ['hatch', 'python3 -m hatch'],
  tox: ['tox', 'python3 -m tox'],
  nox: ['nox', 'python3 -m nox'],
  conda: ['conda', 'mamba', '/opt/bin/micromamba'],
  run: ['run -- make', 'run make'],
};

/** Only the pip that they start is steered. */
const PIP_ALONE: ReadonlySet<string> = new Set(['conda']);

const word = fc.oneof(
  fc.constantFrom(
    'install',
    'pip',
    'sync',
    'run',
    'tool',
    'add',
    '--',
    '-',
    '-r',
    '-t',
    '--index-url',
    '--proxy',
    '--cache-dir=/x',
    '--isolated',
    '--no-cache-dir',
    'requests',
    '.',
    './x.whl',
  ),
  fc.string({ unit: 'binary' }),
);
const environment = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      'PATH',
      'PIP_PROXY',
      'PIP_TRUSTED_HOST',
      'NO_PROXY',
      'no_proxy',
      'UV_OFFLINE',
      'SSL_CERT_DIR',
      'GIT_CONFIG_COUNT',
      '__proto__',
      'PIP___proto__',
    ),
    fc.stringMatching(/^[A-Z_]{1,12}$/u),
  ),
  fc.string(),
);

function steer(installer: Installer, call: Call): Steered | null {
  const recognised = installer.recognise(call.words);
  if (recognised === null) return null;
  const located = { program: '/real', prefix: recognised.starter.slice(1), version: '26.3' };
  try {
    return installer.steer(recognised, located, call, ROUTE);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'WP-USAGE') return null;
    throw error;
  }
}

function isInOrder(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const item of whole) if (at < part.length && item === part[at]) at += 1;
  return at === part.length;
}

describe.each(installers.map((installer) => [installer.name, installer] as const))(
  '%s',
  (name, installer) => {
    const starters = STARTERS[name] ?? [];
    const words = fc
      .tuple(fc.constantFrom(...starters), fc.array(word))
      .map(([starter, argv]) => [...starter.split(' '), ...argv]);

    it('is recognised by its words, and splits them without loss', () => {
      expect(starters.length).toBeGreaterThan(0);
      fc.assert(
        fc.property(words, (all) => {
          const recognised = installer.recognise(all);
          expect([...(recognised?.starter ?? []), ...(recognised?.argv ?? [])]).toStrictEqual(all);
        }),
      );
    });

    it('claims no words of another, and survives any', () => {
      fc.assert(
        fc.property(fc.array(word), (all) => {
          const claimed = installers.filter((other) => other.recognise(all) !== null);
          expect(claimed.length).toBeLessThanOrEqual(1);
        }),
      );
    });

    it('never changes an argument’s order or value, and shows no secret in arguments', () => {
      fc.assert(
        fc.property(words, environment, (all, variables) => {
          const steered = steer(installer, { words: all, environment: variables, directory: '/w' });
          if (steered === null) return;
          const argv = installer.recognise(all)?.argv ?? [];
          expect(isInOrder(argv, steered.argv)).toBe(true);
          expect(steered.argv.join(' ')).not.toContain(SECRET);
        }),
        { numRuns: 300 },
      );
    });

    it.skipIf(PIP_ALONE.has(name))(
      'steers everything that fetches onto the route, and keeps the user’s own variables',
      () => {
        fc.assert(
          fc.property(environment, (variables) => {
            const call = {
              words: [...(starters[0] ?? '').split(' '), 'install', 'x'],
              environment: variables,
              directory: '/w',
            };
            const steered = steer(installer, call)?.environment ?? {};
            for (const proxy of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'PIP_PROXY']) {
              expect(steered[proxy]).toBe(ROUTE.proxyWithSecret);
              expect(steered[proxy.startsWith('PIP') ? proxy : proxy.toLowerCase()]).toBe(
                ROUTE.proxyWithSecret,
              );
            }
            for (const exception of ['NO_PROXY', 'no_proxy'])
              expect(steered[exception]).toBe('wheelproof.invalid');
            for (const ca of [
              'SSL_CERT_FILE',
              'REQUESTS_CA_BUNDLE',
              'CURL_CA_BUNDLE',
              'PIP_CERT',
              'GIT_SSL_CAINFO',
              'CARGO_HTTP_CAINFO',
              'NODE_EXTRA_CA_CERTS',
              'npm_config_cafile',
            ]) {
              expect(steered[ca]).toBe(ROUTE.caFile);
            }
            expect(steered).toMatchObject({
              SSL_CERT_DIR: ROUTE.emptyDirectory,
              GIT_ALLOW_PROTOCOL: 'https:file',
              GIT_CONFIG_GLOBAL: '/dev/null',
              GIT_CONFIG_NOSYSTEM: '1',
            });
            for (const [key, value] of Object.entries(variables)) {
              if (/^[A-Z]{1,12}$/u.test(key)) expect(steered[key]).toBe(value);
            }
          }),
        );
      },
    );

    it.skipIf(PIP_ALONE.has(name))('lets every private cache be below the route’s own', () => {
      const steered = steer(installer, callOf(`${starters[0]} install x`))?.environment ?? {};
      const caches = Object.entries(steered).filter(([key]) => key.endsWith('_CACHE_DIR'));
      expect(caches.length).toBeGreaterThanOrEqual(6);
      for (const [, path] of caches) expect(path.startsWith(ROUTE.cacheDirectory)).toBe(true);
      expect(new Set(caches.map(([, path]) => path)).size).toBe(caches.length);
    });

    it('says where it is not found', async () => {
      const call = callOf(starters[0] ?? '');
      const recognised = installer.recognise(call.words);
      const located = recognised === null ? null : installer.locate(recognised, call);
      await expect(located).rejects.toMatchObject({ code: 'WP-INSTALLER-NOT-FOUND' });
    });

    it('answers or refuses whatever it is asked', async () => {
      const located = { program: '/real', prefix: [], version: '26.3' };
      await fc.assert(
        fc.asyncProperty(words, environment, async (all, variables) => {
          const call = { words: all, environment: variables, directory: '/w' };
          const recognised = installer.recognise(all);
          if (recognised === null) return;
          const outcome = await installer
            .intend(recognised, located, call)
            .catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(Refusal);
          else expect(outcome).toHaveProperty('refusals');
        }),
      );
    });
  },
);

it('runs over every installer there is', () => {
  const room = join(import.meta.dirname, '../../../src/installers');
  const declared = readdirSync(room)
    .filter((file) => /(?<!test|test-support)\.ts$/u.test(file))
    .flatMap(
      (file) =>
        readFileSync(join(room, file), 'utf8').match(
          /^export function \w+\(\w+: InstallerPorts\): Installer\b/gmu,
        ) ?? [],
    );
  expect(INSTALLER_KINDS.length).toBe(declared.length);
  expect(Object.keys(STARTERS).sort()).toStrictEqual(installers.map(({ name }) => name).sort());
});

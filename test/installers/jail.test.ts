// SPDX-License-Identifier: Apache-2.0
import { chmod, chown, readdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { because, whyNot } from '../../src/host/jail.test-support.ts';
import type { InstallerName } from '../world/installer-versions.ts';
import { makeSdist, makeWheel } from '../world/wheel.ts';
import { installed, openBench, publishAll, publishAt, versionsOf, type Bench } from './bench.ts';

/** A service of this machine's own that a build script has no business with. */
async function listen(): Promise<{ readonly port: number; readonly hits: () => number }> {
  let hits = 0;
  const server = createServer((socket) => {
    hits += 1;
    socket.on('error', () => socket.destroy()).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    hits: () => hits,
  };
}

/** Its build goes out by itself, round every proxy setting, and does not mind if it cannot. */
const wandering = (port: number) =>
  makeSdist({
    name: 'wandering',
    version: '1.0',
    files: {
      'pyproject.toml':
        '[build-system]\nrequires = []\nbuild-backend = "wander"\nbackend-path = ["."]\n',
      'wander.py': `import socket
from backend import build_wheel
for place in (('127.0.0.1', ${port}), ('192.0.2.1', 443)):
    try: socket.create_connection(place, 2).close()
    except OSError: pass
try: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', ${port}))
except OSError: pass
`,
    },
  });

const INSTALL: Readonly<Record<InstallerName, readonly string[]>> = {
  pip: ['pip', 'install'],
  uv: ['uv', 'pip', 'install'],
};

async function openFor(installer: InstallerName, version: string): Promise<Bench> {
  const bench = await openBench(installer, version);
  publishAll(bench.world);
  const { home } = bench.environment;
  await bench.write(
    join(home, '.config/pip/pip.conf'),
    `[global]\nindex-url = ${bench.world.index}\n`,
  );
  await bench.write(
    join(home, '.config/uv/uv.toml'),
    `[[index]]\nurl = "${bench.world.index}"\ndefault = true\n`,
  );
  return bench;
}

const [namespaceNot, landlockNot] = [await whyNot('namespace'), await whyNot('landlock')];
const REASONS = { namespace: namespaceNot, landlock: landlockNot };
const installers = (['pip', 'uv'] as const).flatMap((installer) =>
  versionsOf(installer).map((version) => ({ installer, version })),
);

describe.each(installers)('$installer $version', ({ installer, version }) => {
  const install = INSTALL[installer];

  test('without a jail, a build goes round the proxy settings; the report says so', async () => {
    await using bench = await openFor(installer, version);
    const { port, hits } = await listen();
    bench.world.publish(wandering(port));
    const ended = await bench.run([...install, 'wandering'], { own: ['--jail', 'off'] });
    expect(ended.exit, ended.stderr).toBe(0);
    expect(hits()).toBeGreaterThan(0);
    expect(ended.report?.jail).toBe('none');
    expect(ended.stderr).toMatch(/^note: proxy only: .* could go round \(--jail off\)$/mu);
  });

  for (const level of ['namespace', 'landlock'] as const) {
    describe.skipIf(REASONS[level] !== null)(`${level}${because(REASONS[level])}`, () => {
      test('a build that goes round reaches nobody, and what it builds is installed', async () => {
        await using bench = await openFor(installer, version);
        const { port, hits } = await listen();
        bench.world.publish(wandering(port));
        const ended = await bench.run([...install, 'wandering', 'app'], {
          own: ['--jail', level],
        });
        expect(ended.exit, ended.stderr).toBe(0);
        expect(hits()).toBe(0);
        expect(installed(ended.report)).toEqual(['app 2.0', 'lib 1.1', 'wandering 1.0 built']);
        expect(ended.report?.jail).toBe(level);
        expect(ended.stderr.includes('note: Landlock jail')).toBe(level === 'landlock');
      });
    });
  }

  describe.skipIf(namespaceNot !== null)(`auto${because(namespaceNot)}`, () => {
    test('is the namespace; files stay those of the user', async () => {
      await using bench = await openFor(installer, version);
      const ended = await bench.run([...install, 'app', 'built']);
      expect(ended.exit, ended.stderr).toBe(0);
      expect(ended.report?.jail).toBe('namespace');
      expect(installed(ended.report)).toEqual(['app 2.0', 'built 4.0 built', 'lib 1.1']);
      const place = join(bench.environment.target, 'lib');
      const [python = ''] = await readdir(place);
      const found = await stat(join(place, python, 'site-packages/app/__init__.py'));
      expect(found.uid).toBe(process.getuid?.());
      expect(found.gid).toBe(process.getgid?.());
    });

    test('an index on loopback is still reached', async () => {
      await using bench = await openFor(installer, version);
      publishAt(bench.world, 'localhost', makeWheel({ name: 'near', version: '1.0' }));
      const index = `${bench.world.origin('localhost')}/simple/`;
      const ended = await bench.run([...install, '--index-url', index, 'near']);
      expect(ended.exit, ended.stderr).toBe(0);
      expect(ended.report?.jail).toBe('namespace');
      expect(installed(ended.report)).toEqual(['near 1.0']);
    });

    test.skipIf(process.getuid?.() !== 0)('root still writes where another owns', async () => {
      await using bench = await openFor(installer, version);
      const folder = join(bench.environment.directory, 'theirs');
      await bench.write('theirs/file', '');
      await chown(folder, 4321, 4321);
      await chmod(folder, 0o755);
      const ended = await bench.run([...install, '--target', folder, 'app']);
      expect(ended.exit, ended.stderr).toBe(0);
      expect(ended.report?.jail).toBe('namespace');
      expect(await readdir(folder)).toContain('app');
    });
  });
});

describe.each(versionsOf('uv'))('uv %s', (version) => {
  const project = async (bench: Bench) => {
    await bench.write(
      'pyproject.toml',
      '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["lib"]\n',
    );
    await bench.write(
      'go.py',
      `import lib, socket, sys
try: socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5).close(); print('went out')
except OSError: print('stayed in')
`,
    );
  };

  test('run: the program of the user keeps its network, unless it is asked to be jailed', async () => {
    await using bench = await openFor('uv', version);
    await project(bench);
    const { port, hits } = await listen();
    const run = ['uv', 'run', 'go.py', `${port}`];
    const open = await bench.run(run);
    expect(open.exit, open.stderr).toBe(0);
    expect(open.stdout).toContain('went out');
    expect(open.report?.jail).toBe('none');
    expect(open.stderr).toMatch(/^note: proxy only: .*keeps its network/mu);
    expect(hits()).toBe(1);
    if (namespaceNot !== null) return;
    const held = await bench.run(run, { own: ['--jail', 'namespace'] });
    expect(held.stdout).toContain('stayed in');
    expect(held.report?.jail).toBe('namespace');
    expect(hits()).toBe(1);
  });
});

test('what holds is in the schema', async () => {
  const schema: unknown = JSON.parse(
    await readFile(join(import.meta.dirname, '../../docs/report.schema.json'), 'utf8'),
  );
  expect(schema).toHaveProperty('properties.jail.enum', ['namespace', 'landlock', 'none']);
});

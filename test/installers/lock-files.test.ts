// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { servePage } from '../world/host.ts';
import { INSTALLERS, newest } from '../world/installer-versions.ts';
import { makeWheel } from '../world/wheel.ts';
import { INDEX } from '../world/world.ts';
import { APP, HELPER, LIB, installed, openBench, publishAll } from './bench.ts';

const OTHER = makeWheel({ name: 'lib', version: '1.1', tags: 'py2-none-any' });
const INSTALLS = { pip: ['pip', 'install', '-r'], uv: ['uv', 'pip', 'sync'] } as const;

describe.each(INSTALLERS)('%s', (installer) => {
  test('installs from a pylock.toml and from pins that we wrote, unchanged', async () => {
    await using bench = await openBench(installer, newest(installer));
    publishAll(bench.world);
    bench.world.publish(OTHER);
    const { index } = bench.world;
    await bench.write(
      'wanted.txt',
      `# by hand\n--index-url ${index}\napp==2.0\nlib==1.1 ; python_version >= "3"  # why\nhelper==3.0 ; python_version < "3" \\\n  --hash=sha256:${HELPER.sha256}\n`,
    );
    const locked = await bench.run(['lock', 'wanted.txt'], { bare: true });
    expect(locked.exit, locked.stderr).toBe(0);
    const text = await bench.read('pylock.toml');
    for (const { sha256, filename, bytes } of [APP, LIB, OTHER]) {
      expect(text).toContain(`name = "${filename}"`);
      expect(text).toContain(`sha256 = "${sha256}"`);
      expect(text).toContain(`size = ${bytes.length}`);
    }
    const from = await bench.run([...INSTALLS[installer], 'pylock.toml']);
    expect(from.exit, from.stderr).toBe(0);
    expect(installed(from.report)).toEqual(['app 2.0', 'lib 1.1']);
    expect(await bench.read('pylock.toml')).toBe(text);

    const pinned = await bench.run(['pins', 'wanted.txt', '-o', 'pinned.txt'], { bare: true });
    expect(pinned.exit, pinned.stderr).toBe(0);
    const hashes = [LIB.sha256, OTHER.sha256].toSorted();
    expect(await bench.read('pinned.txt')).toBe(`# by hand
--index-url ${index}
app==2.0 \\
    --hash=sha256:${APP.sha256}
# why
lib==1.1 ; python_version >= "3" \\
    --hash=sha256:${hashes[0]} \\
    --hash=sha256:${hashes[1]}
helper==3.0 ; python_version < "3" \\
  --hash=sha256:${HELPER.sha256}
`);
    const again = await bench.run([...INSTALLS[installer], 'pinned.txt']);
    expect(again.exit, again.stderr).toBe(0);
    // What a lock states vouches for nothing, and nobody else does.
    const judged = await bench.run(['verify', 'pylock.toml'], { bare: true });
    expect(judged.exit, judged.stdout).toBe(11);
    expect(judged.stdout).toContain('remembered   2, by this machine alone');
  });
});

/** Its sdist's real attestations, made by its real publisher; of the file, its digest is enough. */
const PROVENANCE = join(
  import.meta.dirname,
  '../../../shared/data/pep740/sampleproject-4.0.0.tar.gz.provenance',
);
const SHA256 = '0ace7980f82c5815ede4cd7bf9f6693684cec2ae47b9b7ade9add533b8627c6b';
const isThere = existsSync(PROVENANCE);

test.runIf(process.env['CI'] !== undefined)('the real attestations are there', () => {
  expect(isThere).toBe(true);
});

test.skipIf(!isThere)(
  'who attested a release is locked with it, and must still be who does',
  async () => {
    await using bench = await openBench('uv', newest('uv'));
    const { world } = bench;
    const project = 'sampleproject';
    const filename = 'sampleproject-4.0.0.tar.gz';
    const file = { project, version: '4.0.0', filename, sha256: SHA256 };
    const path = '/integrity/provenance';
    world.publish(
      { ...file, bytes: Buffer.from('never fetched'), metadata: Buffer.from('') },
      { sidecar: false, raw: { provenance: `${world.origin(INDEX)}${path}`, size: undefined } },
    );
    Object.assign(world.project(project), { forms: ['json'], apiVersion: '1.3' });
    const type = 'application/vnd.pypi.integrity.v1+json';
    world.host(INDEX).hooks.set(path, servePage(type, readFileSync(PROVENANCE, 'utf8')));

    await bench.write('wanted.txt', `--index-url ${world.index}\nsampleproject==4.0.0\n`);
    const locked = await bench.run(['lock', 'wanted.txt'], { bare: true });
    expect(locked.exit, locked.stderr).toBe(0);
    const text = await bench.read('pylock.toml');
    expect(text).toContain(
      '[[packages.attestation-identities]]\nkind = "GitHub"\nrepository = "pypa/sampleproject"\nworkflow = "release.yml"\n',
    );
    const verify = ['verify', 'pylock.toml', '--refresh'];
    const same = await bench.run(verify, { bare: true });
    // Nothing says yet that he may release it: to be attested by somebody is not enough.
    expect(same.exit, same.stdout).toBe(11);
    const policy = `[[project]]\nname = "sampleproject"\n[[project.publisher]]\nkind = "github"\nrepository = "pypa/sampleproject"\nworkflow = "release.yml"\n`;
    await bench.write('wheelproof.toml', policy);
    const named = await bench.run(verify, { bare: true });
    expect(named.exit, named.stdout).toBe(0);
    await bench.write(
      'pylock.toml',
      text.replace('pypa/sampleproject"\nworkflow', 'evil/sampleproject"\nworkflow'),
    );
    const other = await bench.run(verify, { bare: true });
    expect(other.exit, other.stdout).toBe(12);
    expect(other.stdout).toContain('WP-PUBLISHER-CHANGED');
  },
);

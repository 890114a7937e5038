// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { INSTALLERS, newest } from '../world/installer-versions.ts';
import { makeWheel } from '../world/wheel.ts';
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

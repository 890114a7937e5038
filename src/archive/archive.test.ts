// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeldBytes } from '../core/bytes.ts';
import { Refusal } from '../core/errors.ts';
import { writeTar, writeTarGz } from '../../test/world/tar.ts';
import { writeZip, type ZipEntry } from '../../test/world/zip.ts';
import {
  openZip,
  readSdist,
  readWheel,
  verifyArchiveIdentity,
  verifyArchiveShape,
} from './index.ts';

const WHEEL = 'good-1.0-py3-none-any.whl';
const SDIST = 'good-1.0.tar.gz';

function held(bytes: Uint8Array): HeldBytes {
  return {
    size: bytes.length,
    digests: { sha256: '' },
    read: async (position, length) => bytes.slice(position, position + length),
  };
}

function file(name: string, text = ''): ZipEntry {
  return { name, data: Buffer.from(text) };
}

const METADATA = file(
  'good-1.0.dist-info/METADATA',
  'Metadata-Version: 2.1\nName: Good\nVersion: 1.0\nRequires-Python: >=3.8\nRequires-Dist: a\nRequires-Dist: b>1; extra == "x"\n\nName: not this\n',
);

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
  return 'accepted';
}

function wheelCode(entries: readonly ZipEntry[], shape = {}): Promise<string> {
  return codeOf(readWheel(WHEEL, held(writeZip(entries, shape))));
}

describe('a wheel', () => {
  it('says who it is and what it needs', async () => {
    const contents = await readWheel(WHEEL, held(writeZip([file('good.py'), METADATA])));
    expect(contents).toMatchObject({
      name: 'Good',
      version: '1.0',
      requiresPython: '>=3.8',
      requiresDist: ['a', 'b>1; extra == "x"'],
      distInfo: 'good-1.0.dist-info',
      entries: ['good.py', 'good-1.0.dist-info/METADATA'],
    });
    expect(Buffer.from(contents.metadata)).toEqual(Buffer.from(METADATA.data));
    expect(contents.metadataSha256).toMatch(/^[0-9a-f]{64}$/u);
    verifyArchiveIdentity(WHEEL, contents);
  });

  it('is read when deflated', async () => {
    expect(await wheelCode([{ ...METADATA, deflate: true }])).toBe('accepted');
  });

  it.each([
    ['a second entry of one name', [METADATA, file('a'), file('a', 'x')]],
    ['names that differ in case only', [METADATA, file('a'), file('A')]],
    ['a local entry that is not listed', [METADATA, { ...file('evil.py'), listed: false }]],
    ['another name in the local header', [METADATA, { ...file('a'), localName: 'b' }]],
    ['a path that escapes', [METADATA, file('../a')]],
    ['an inner path that escapes', [METADATA, file('a/../../b')]],
    ['an absolute path', [METADATA, file('/a')]],
    ['a drive', [METADATA, file('C:a')]],
    ['a backslash', [METADATA, file('a\\b')]],
    ['a symbolic link', [METADATA, { ...file('a', 'b'), mode: 0o120_777 }]],
    ['a device', [METADATA, { ...file('a'), mode: 0o020_666 }]],
    ['a NUL', [METADATA, file('a.py\0.txt')]],
    ['a control character', [METADATA, file('a\u001b[2J')]],
    ['two .dist-info folders', [METADATA, file('other-1.0.dist-info/METADATA', 'x')]],
    ['no .dist-info folder', [file('a')]],
    ['no METADATA', [file('good-1.0.dist-info/RECORD')]],
    ['a wrong checksum of METADATA', [{ ...METADATA, crc: 7 }]],
    ['metadata without version', [file(METADATA.name, 'Name: good\n')]],
    ['metadata with two names', [file(METADATA.name, 'Name: good\nname: b\nVersion: 1.0\n')]],
    ['a name over two lines', [file(METADATA.name, 'Name: good\n b\nVersion: 1.0\n')]],
  ])('with %s is refused', async (_what, entries) => {
    expect(await wheelCode(entries)).toBe('WP-ARCHIVE-MALFORMED');
  });

  it.each([
    ['bytes before it', { prefix: Buffer.from('#!/bin/sh\n') }],
    ['bytes after it', { suffix: Buffer.from('x') }],
    ['a comment that is a ZIP', { comment: writeZip([METADATA]) }],
  ])('with %s is refused', async (_what, shape) => {
    expect(await wheelCode([METADATA], shape)).toBe('WP-ARCHIVE-MALFORMED');
  });

  it('with folders, and without modes, is accepted', async () => {
    const folder = { ...file('a/'), mode: 0o040_755 };
    expect(await wheelCode([METADATA, folder, { ...file('a/b'), mode: 0 }])).toBe('accepted');
  });

  it('with a plain comment is accepted', async () => {
    expect(await wheelCode([METADATA], { comment: Buffer.from('built today') })).toBe('accepted');
  });

  it('with a folder of another project is refused by its identity', async () => {
    expect(
      await wheelCode([file('other-1.0.dist-info/METADATA', 'Name: other\nVersion: 1.0\n')]),
    ).toBe('WP-ARCHIVE-IDENTITY');
  });

  it('that would expand far beyond its size is refused before it is expanded', async () => {
    const bomb = { name: 'bomb', data: Buffer.alloc(65 * 1024 * 1024), deflate: true };
    expect(await wheelCode([METADATA, bomb])).toBe('WP-LIMIT-ARCHIVE');
  });

  it('with METADATA that is longer than it says is refused', async () => {
    const honest = writeZip([{ ...METADATA, deflate: true }]);
    const more = deflateRawSync(Buffer.concat([METADATA.data, Buffer.from('Name: evil\n')]));
    const forged = writeZip([{ ...METADATA, data: more }]);
    // Method 8 in both headers, but the sizes of the stored stream.
    forged.writeUInt16LE(8, 8);
    forged.writeUInt16LE(8, forged.indexOf(Buffer.from('PK\u0001\u0002')) + 10);
    expect(await codeOf(readWheel(WHEEL, held(honest)))).toBe('accepted');
    expect(await codeOf(readWheel(WHEEL, held(forged)))).toBe('WP-ARCHIVE-MALFORMED');
  });
});

describe('the identity inside', () => {
  it.each([
    ['good-1.0-py3-none-any.whl', 'GOOD', '1.0.0'],
    ['my_pkg-1.0.tar.gz', 'my.pkg', '1.0'],
    ['my-pkg-2.0rc1.zip', 'my-pkg', '2.0.c1'],
  ])('of %s may be spelled %s %s', (filename, name, version) => {
    expect(verifyArchiveIdentity(filename, { name, version })).toBeUndefined();
  });

  it.each([
    ['other', '1.0'],
    ['good', '0.1'],
    ['good', 'nonsense'],
  ])('%s %s is refused for good 1.0, and both are named', (name, version) => {
    expect(() => verifyArchiveIdentity(WHEEL, { name, version })).toThrow(
      `the file name says good 1.0, the metadata inside says ${name} ${version}`,
    );
  });

  it('may not choose how an ambiguous file name is split, where a page led to it', () => {
    const stated = { name: 'a-1', version: '2' };
    expect(() => verifyArchiveIdentity('a-1-2.tar.gz', stated, 'a')).toThrow(Refusal);
  });
});

describe('an sdist', () => {
  const pkgInfo = { name: 'good-1.0/PKG-INFO', data: Buffer.from('Name: good\nVersion: 1.0\n') };
  const nested = { name: 'good-1.0/good.egg-info/PKG-INFO', data: Buffer.from('x') };

  it('says who it is, as tar.gz and as zip', async () => {
    const tar = await readSdist(SDIST, held(writeTarGz([nested, pkgInfo])));
    const zip = await readSdist('good-1.0.zip', held(writeZip([nested, pkgInfo])));
    expect(tar).toMatchObject({ name: 'good', version: '1.0' });
    expect(zip).toEqual(tar);
  });

  it('without PKG-INFO says nothing', async () => {
    expect(await readSdist(SDIST, held(writeTarGz([nested])))).toBeNull();
    expect(await readSdist('good-1.0.tar.bz2', held(Buffer.from('BZh')))).toBeNull();
  });

  it.each([
    ['two PKG-INFO', writeTarGz([pkgInfo, pkgInfo])],
    ['a PKG-INFO that is a link', writeTarGz([{ ...pkgInfo, data: Buffer.alloc(0), type: '2' }])],
    ['a folder with contents', writeTarGz([{ ...pkgInfo, type: '5' }])],
    ['a second tar behind its end', gzipSync(Buffer.concat([writeTar([]), writeTar([pkgInfo])]))],
    ['a cut member', gzipSync(writeTar([pkgInfo]).subarray(0, 520))],
    ['a damaged header', gzipSync(Buffer.from(writeTar([pkgInfo])).fill(1, 0, 4))],
    ['no gzip around it', writeTar([pkgInfo])],
    ['half a gzip', writeTarGz([pkgInfo]).subarray(0, 60)],
  ])('with %s is refused', async (_what, bytes) => {
    expect(await codeOf(readSdist(SDIST, held(bytes)))).toBe('WP-ARCHIVE-MALFORMED');
  });

  const link = (name: string, linkName: string, type = '2') => ({
    ...file(name),
    type,
    linkName,
  });

  it.each([
    ['a name above it', [file('good-1.0/../../x')]],
    ['a name above it, for Windows', [file('good-1.0\\..\\..\\x')]],
    ['an absolute name', [file('/x')]],
    ['the name of a drive', [file('C:x')]],
    ['a link above it', [link('good-1.0/l', '../../x')]],
    ['a link beside it', [link('good-1.0/l', '../x')]],
    ['an absolute link', [link('good-1.0/l', '/x')]],
    ['a link to nothing', [link('good-1.0/l', '')]],
    ['a hard link above it', [link('good-1.0/l', '../x', '1')]],
    ['a file behind a link', [link('good-1.0/l', 'good'), file('good-1.0/L/x')]],
    ['a file in place of a link', [link('good-1.0/l', 'good'), file('good-1.0/./l')]],
    [
      'a link by its long name',
      [{ name: 'K', data: Buffer.from('/a/long/name\0'), type: 'K' }, link('good-1.0/l', 'good')],
    ],
    [
      'a link by its pax name',
      [{ name: 'x', data: Buffer.from('14 linkpath=/\n'), type: 'x' }, link('good-1.0/l', 'good')],
    ],
  ])('with %s is refused, and so is an archive', async (_what, members) => {
    const bytes = held(writeTarGz([pkgInfo, ...members]));
    expect(await codeOf(readSdist(SDIST, bytes))).toBe('WP-ARCHIVE-MALFORMED');
    expect(await codeOf(verifyArchiveShape('main.tar.gz', bytes))).toBe('WP-ARCHIVE-MALFORMED');
  });

  it.each([
    ['dots in its names', [file('./good-1.0/..hidden/a..b')]],
    ['a link inside', [link('good-1.0/a/l', '../PKG-INFO'), link('good-1.0/m', '.')]],
    ['a hard link inside', [link('good-1.0/l', 'good-1.0/PKG-INFO', '1')]],
    ['a link beside its folder, without one around all', [link('l', 'good-1.0/PKG-INFO')]],
  ])('with %s is accepted', async (_what, members) => {
    const bytes = held(writeTarGz([pkgInfo, ...members]));
    expect(await codeOf(readSdist(SDIST, bytes))).toBe('accepted');
  });

  it('that would expand far beyond its size is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(66 * 1024 * 1024));
    const entry = { name: 'good-1.0/big', data: Buffer.alloc(66 * 1024 * 1024) };
    expect(await codeOf(readSdist(SDIST, held(writeTarGz([entry]))))).toBe('WP-LIMIT-ARCHIVE');
    expect(await codeOf(readSdist(SDIST, held(bomb)))).toBe('WP-LIMIT-ARCHIVE');
  });

  it('takes its names from pax and GNU headers', async () => {
    const record = Buffer.from('26 path=good-1.0/PKG-INFO\n');
    const named = { ...pkgInfo, name: 'short' };
    const pax = writeTarGz([{ name: 'x', data: record, type: 'x' }, named]);
    const long = { name: 'L', data: Buffer.from('good-1.0/PKG-INFO\0'), type: 'L' };
    expect(await readSdist(SDIST, held(pax))).not.toBeNull();
    expect(await readSdist(SDIST, held(writeTarGz([long, named])))).not.toBeNull();
    const global = writeTarGz([{ name: 'g', data: record, type: 'g' }, named]);
    expect(await codeOf(readSdist(SDIST, held(global)))).toBe('WP-ARCHIVE-MALFORMED');
  });
});

describe('whatever the bytes', () => {
  const sound = [
    writeZip([file('good.py', 'pass'), { ...METADATA, deflate: true }]),
    writeZip([METADATA], { comment: Buffer.from('c') }),
  ];
  const sdist = writeTar([{ name: 'good-1.0/PKG-INFO', data: METADATA.data }]);
  const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });

  function damaged(bytes: Uint8Array, changes: readonly { at: number; byte: number }[]): Buffer {
    const copy = Buffer.from(bytes);
    for (const { at, byte } of changes) copy[at % copy.length] = byte;
    return copy;
  }

  it('nothing but a refusal is thrown for a wheel', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sound),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (bytes, changes) => {
          await codeOf(readWheel(WHEEL, held(damaged(bytes, changes))));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('nothing but a refusal is thrown for an sdist', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        await codeOf(readSdist(SDIST, held(gzipSync(damaged(sdist, changes)))));
        await codeOf(readSdist(SDIST, held(damaged(gzipSync(sdist), changes))));
      }),
      { numRuns: 300 },
    );
  });

  it('nothing but a refusal is thrown for noise and for cut files', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(400), async (noise, cut) => {
        await codeOf(openZip(WHEEL, held(noise)));
        await codeOf(readSdist(SDIST, held(noise)));
        const first = sound[0] ?? noise;
        const shorter = first.subarray(0, cut % first.length);
        expect(await codeOf(openZip(WHEEL, held(shorter)))).toBe('WP-ARCHIVE-MALFORMED');
      }),
    );
  });
});

const corpus = join(import.meta.dirname, '../../../shared/data/archives/zip');
const corpusIsThere = ((): boolean => {
  try {
    return readdirSync(corpus).length > 0;
  } catch {
    // Absent is allowed outside CI; in CI the suite below then fails.
    return false;
  }
})();

describe.skipIf(!corpusIsThere && process.env['CI'] === undefined)('the malo corpus', () => {
  async function readAll(path: string): Promise<void> {
    const zip = await openZip(path, held(readFileSync(join(corpus, path))));
    for (const entry of zip.entries) await zip.read(entry, 1 << 20);
  }

  it.each([
    ['accept', 'accepted'],
    ['reject', 'WP-ARCHIVE-MALFORMED'],
    ['malicious', 'WP-ARCHIVE-MALFORMED'],
  ])('%s', async (folder, expected) => {
    const names = readdirSync(join(corpus, folder));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      expect([name, await codeOf(readAll(`${folder}/${name}`))]).toEqual([name, expected]);
    }
  });

  it('iffy: all but the one that only repeats a checksum', async () => {
    const accepted: string[] = [];
    for (const name of readdirSync(join(corpus, 'iffy'))) {
      if ((await codeOf(readAll(`iffy/${name}`))) === 'accepted') accepted.push(name);
    }
    expect(accepted).toEqual(['crc_collision_two_nonempty.zip']);
  });
});

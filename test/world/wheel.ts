// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { writeTarGz, type TarEntry } from './tar.ts';
import { writeZip, type ZipEntry } from './zip.ts';

/** Which of two wheels of one name and one size it is; also what its canary writes. */
export type Word = 'GOOD' | 'EVIL';

/** A distribution file as the world holds it. */
export interface BuiltFile {
  readonly project: string;
  readonly version: string;
  readonly filename: string;
  readonly bytes: Buffer;
  /** Its METADATA or PKG-INFO. */
  readonly metadata: Buffer;
  readonly sha256: string;
}

export interface WheelWish {
  readonly name: string;
  readonly version: string;
  readonly word?: Word;
  readonly build?: string;
  /** `py3-none-any` where absent. */
  readonly tags?: string;
  readonly requires?: readonly string[];
  readonly requiresPython?: string;
  /** Further members, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What METADATA says where it differs from the file name. */
  readonly metadata?: { readonly name?: string; readonly version?: string };
  /** Further members of an sdist, as they stand. */
  readonly members?: readonly TarEntry[];
  /** Changes the members just before they are written. */
  readonly bend?: (entries: readonly ZipEntry[]) => readonly ZipEntry[];
}

export function digest(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

/** A wheel whose `.pth` tells its word to the canary file as soon as any Python starts beside it. */
export function makeWheel(wish: WheelWish): BuiltFile {
  const base = wish.name.replace(/[-_.]+/gu, '_');
  const info = `${base}-${wish.version}.dist-info`;
  const metadata = Buffer.from(metadataOf(wish));
  const word = wish.word ?? 'GOOD';
  const members: Record<string, string | Buffer> = {
    [`${base}/__init__.py`]: `WORD = ${JSON.stringify(word)}\n`,
    [`${base}_canary.pth`]: canaryLine(word),
    ...wish.files,
    [`${info}/METADATA`]: metadata,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test-world (1.0)\nRoot-Is-Purelib: true\nTag: ${wish.tags ?? 'py3-none-any'}\n`,
  };
  const entries: ZipEntry[] = Object.entries(members).map(([name, data]) => ({
    name,
    data: Buffer.from(data),
  }));
  entries.push({ name: `${info}/RECORD`, data: Buffer.from(recordOf(entries, info)) });
  const bytes = writeZip(wish.bend === undefined ? entries : wish.bend(entries));
  const build = wish.build === undefined ? '' : `-${wish.build}`;
  const filename = `${base}-${wish.version}${build}-${wish.tags ?? 'py3-none-any'}.whl`;
  return built(wish, filename, bytes, metadata);
}

/** A source distribution whose build needs nothing from outside; building it tells its word. */
export function makeSdist(wish: WheelWish): BuiltFile {
  const base = wish.name.replace(/[-_.]+/gu, '_').toLowerCase();
  const root = `${base}-${wish.version}`;
  const metadata = Buffer.from(metadataOf(wish));
  const wheel = makeWheel(wish);
  const members: Record<string, string | Buffer> = {
    'PKG-INFO': metadata,
    'pyproject.toml':
      '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    'backend.py': backendOf(wheel, wish.word ?? 'GOOD'),
    ...wish.files,
  };
  const entries: TarEntry[] = Object.entries(members).map(([name, data]) => ({
    name: `${root}/${name}`,
    data: Buffer.from(data),
  }));
  const bytes = writeTarGz([...entries, ...(wish.members ?? [])]);
  return built(wish, `${root}.tar.gz`, bytes, metadata);
}

function built(wish: WheelWish, filename: string, bytes: Buffer, metadata: Buffer): BuiltFile {
  const { name: project, version } = wish;
  return { project, version, filename, bytes, metadata, sha256: digest('sha256', bytes) };
}

function metadataOf(wish: WheelWish): string {
  const lines = [
    'Metadata-Version: 2.1',
    `Name: ${wish.metadata?.name ?? wish.name}`,
    `Version: ${wish.metadata?.version ?? wish.version}`,
    'Summary: made for a test',
    ...(wish.requiresPython === undefined ? [] : [`Requires-Python: ${wish.requiresPython}`]),
    ...(wish.requires ?? []).map((requirement) => `Requires-Dist: ${requirement}`),
  ];
  return `${lines.join('\n')}\n\n`;
}

function recordOf(entries: readonly ZipEntry[], info: string): string {
  const rows = entries.map((entry) => {
    const hash = createHash('sha256').update(entry.data).digest('base64url');
    return `${entry.name},sha256=${hash},${entry.data.length}`;
  });
  return `${[...rows, `${info}/RECORD,,`].join('\n')}\n`;
}

function canaryLine(word: Word): string {
  return `import os; c = os.environ.get('TEST_CANARY'); c and open(c, 'a').write('${word}\\n')\n`;
}

/** PEP 517 by hand: hands out the wheel that it carries. */
function backendOf(wheel: BuiltFile, word: Word): string {
  return `import base64, os
canary = os.environ.get('TEST_CANARY')
if canary:
    open(canary, 'a').write('${word}\\n')
def build_wheel(directory, settings=None, metadata=None):
    with open(os.path.join(directory, '${wheel.filename}'), 'wb') as out:
        out.write(base64.b64decode('${wheel.bytes.toString('base64')}'))
    return '${wheel.filename}'
`;
}

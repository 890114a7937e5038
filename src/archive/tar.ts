// SPDX-License-Identifier: Apache-2.0
import { MAX_ARCHIVE_ENTRIES, MAX_TAR_EXTENSION_BYTES, MIB } from '../core/limits.ts';
import { safeText } from '../core/safe-text.ts';
import { BlockStream } from './block-stream.ts';
import { type PaxOverrides, readPax } from './pax.ts';
import { malformed, tooLarge } from './refuse.ts';
import { BLOCK_BYTES, readTarHeader, type TarHeader } from './tar-header.ts';
import { TarPaths } from './tar-paths.ts';

export interface TarMember {
  readonly name: string;
  readonly size: number;
  /** Only a plain file has contents. */
  readonly isFile: boolean;
  /** Before the next member is asked for. */
  read(maxBytes: number): Promise<Uint8Array>;
}

const FILE_TYPES = '07';
const EMPTY_TYPES = '123456';

/**
 * The members of a tar, in order. Headers that extend the next one (pax, GNU long names) are
 * applied; global ones may not name or resize anything.
 * @throws Refusal `WP-ARCHIVE-MALFORMED`, `WP-LIMIT-ARCHIVE`
 */
export async function* readTar(
  filename: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<TarMember> {
  const stream = new BlockStream(chunks);
  const paths = new TarPaths(filename);
  let overrides: PaxOverrides = {};
  for (let count = 0; ; count += 1) {
    if (count > MAX_ARCHIVE_ENTRIES) throw tooLarge(filename, 'holds too many entries');
    const block = await stream.take(BLOCK_BYTES);
    if (block.length === 0) return;
    if (block.length < BLOCK_BYTES) throw malformed(filename, 'is cut short');
    if (block.every((byte) => byte === 0)) break;
    const header = readTarHeader(filename, block);
    if ('xgLK'.includes(header.type)) {
      overrides = { ...overrides, ...(await readExtension(filename, stream, header)) };
      continue;
    }
    const member = {
      ...header,
      name: overrides.path ?? header.name,
      size: overrides.size ?? header.size,
      linkName: overrides.linkName ?? header.linkName,
    };
    paths.admit(member);
    yield* readMember(filename, stream, member);
    overrides = {};
  }
  await expectZeros(filename, stream);
}

async function* readMember(
  filename: string,
  stream: BlockStream,
  header: TarHeader,
): AsyncGenerator<TarMember> {
  const { name, size, type } = header;
  const isFile = FILE_TYPES.includes(type);
  if (!isFile && (!EMPTY_TYPES.includes(type) || size !== 0)) {
    throw malformed(filename, `the tar entry '${safeText(name)}' is of an unusual kind or size`);
  }
  let left = size;
  yield {
    name,
    size,
    isFile,
    async read(maxBytes) {
      if (size > maxBytes)
        throw tooLarge(filename, `'${safeText(name)}' is larger than ${maxBytes} bytes`);
      const contents = await stream.take(left);
      if (contents.length !== left) throw malformed(filename, 'is cut short');
      left = 0;
      return contents;
    },
  };
  const rest = left + padding(size);
  if ((await stream.skip(rest)) !== rest) throw malformed(filename, 'is cut short');
}

async function readExtension(
  filename: string,
  stream: BlockStream,
  header: TarHeader,
): Promise<PaxOverrides> {
  if (header.size > MAX_TAR_EXTENSION_BYTES) throw tooLarge(filename, 'has an endless tar header');
  const contents = await stream.take(header.size);
  const rest = padding(header.size);
  if (contents.length !== header.size || (await stream.skip(rest)) !== rest) {
    throw malformed(filename, 'is cut short');
  }
  if (header.type === 'K') return { linkName: longName(contents) };
  if (header.type === 'L') return { path: longName(contents) };
  const overrides = readPax(filename, contents);
  if (header.type === 'x') return overrides;
  if (Object.keys(overrides).length > 0) {
    throw malformed(filename, 'a global pax header names or resizes members');
  }
  return {};
}

/** What GNU tar writes before a member whose name, or whose target, is too long for its header. */
function longName(contents: Uint8Array): string {
  return Buffer.from(contents).toString('utf8').replace(/\0+$/u, '');
}

/** Readers differ in whether they go on after an empty block; so nothing may follow. */
async function expectZeros(filename: string, stream: BlockStream): Promise<void> {
  const zeros = Buffer.alloc(MIB);
  for (;;) {
    const chunk = await stream.take(MIB);
    if (chunk.length === 0) return;
    if (!zeros.subarray(0, chunk.length).equals(chunk))
      throw malformed(filename, 'has bytes after its end');
  }
}

function padding(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

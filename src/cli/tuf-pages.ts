// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { copyFile, link, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readSdist, readWheel } from '../archive/index.ts';
import type { ListedFile } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { parsePage, writePage, type WritablePage } from '../index/index.ts';
import { placeFile } from '../storage/index.ts';
import { hashedPath, type Change, type RepositoryWriter } from '../tuf/index.ts';

/** Only there to make addresses absolute while a page is read: never asked. */
const HERE = 'https://here.invalid/';

export interface SimplePages {
  /** The pages as targets, to be signed together with the files. */
  readonly changes: readonly Change[];
  /** Shows them to installers that know nothing of TUF: after the files are signed. */
  show(): Promise<void>;
}

interface Entry {
  readonly file: ListedFile;
  /** `null`: it cannot be read out of the file. */
  readonly metadata: Uint8Array | null;
}

interface ProjectChange {
  readonly project: string;
  readonly filename: string;
  readonly change: Change;
}

/**
 * The pages (PEP 503, PEP 691) of every project that changes: what was signed before, with what is
 * added and without what is removed. Nothing is taken over from the disk that is not signed.
 *
 * @param root the folder that holds `public` and `private`.
 */
export async function simplePages(
  root: string,
  writer: RepositoryWriter,
  changes: readonly Change[],
  now: number,
): Promise<SimplePages> {
  const places = new Places(root);
  const byProject = Map.groupBy(changes.flatMap(projectChange), ({ project }) => project);
  const pages: Change[] = [];
  const shown: (() => Promise<void>)[] = [];
  for (const [project, own] of byProject) {
    const path = `simple/${project}/index.v1+json`;
    const files = await signedFiles(places, writer, path, project);
    for (const { filename, change } of own) {
      files.delete(filename);
      if (change.target === null) {
        shown.push(async () => await places.hide(change.path));
        continue;
      }
      const { sha256 } = change.target;
      const entry = await readEntry(places, change, { project, filename, now });
      files.set(filename, entry.file);
      shown.push(async () => await places.showFile(change.path, sha256, entry.metadata));
    }
    const page = pageOf(project, [...files.values()]);
    const bytes = writePage(page, 'json').body;
    const sha256 = hash('sha256', bytes, 'hex');
    const target = files.size === 0 ? null : { length: bytes.length, sha256 };
    if (target !== null) await placeFile(places.targets, hashedPath(path, sha256), bytes);
    pages.push({ path, target });
    shown.push(async () => await places.showPage(project, target === null ? null : page));
  }
  return {
    changes: pages,
    show: async () => {
      for (const one of shown) await one();
    },
  };
}

function projectChange(change: Change): ProjectChange[] {
  const [, project, filename] = /^packages\/([^/]+)\/([^/]+)$/u.exec(change.path) ?? [];
  if (project === undefined || filename === undefined) return [];
  const named = parseDistributionFilename(filename);
  return named?.project === project ? [{ project, filename, change }] : [];
}

/** What the signed page lists; without one, what is signed of the project without a page. */
async function signedFiles(
  places: Places,
  writer: RepositoryWriter,
  path: string,
  project: string,
): Promise<Map<string, ListedFile>> {
  const signed = await writer.target(path);
  if (signed === null) return new Map();
  const bytes = await places.target(path, signed.sha256);
  const url = `${HERE}simple/${project}/`;
  const page = parsePage({ body: bytes, contentType: null, url, project });
  const lost = page.refused[0];
  if (lost !== undefined)
    throw new Refusal(lost.code, { message: `${path}: ${lost.filename}: ${lost.message}` });
  return new Map(
    page.files.map((file) => [
      file.filename,
      { ...file, url: file.url.startsWith(HERE) ? addressOf(project, file.filename) : file.url },
    ]),
  );
}

async function readEntry(
  places: Places,
  { path, target }: Change,
  { project, filename, now }: { readonly project: string; readonly filename: string; now: number },
): Promise<Entry> {
  const sha256 = target?.sha256 ?? '';
  const bytes = await places.target(path, sha256);
  const found = await contentsOf(filename, bytes);
  const isWheel = filename.endsWith('.whl');
  const file: ListedFile = {
    filename,
    url: addressOf(project, filename),
    hashes: { sha256 },
    requiresPython: found?.requiresPython ?? null,
    coreMetadata: found !== null && isWheel ? { sha256: found.metadataSha256 } : false,
    gpgSig: null,
    yanked: false,
    size: bytes.length,
    uploadTime: `${new Date(now).toISOString().slice(0, 19)}.000000Z`,
    provenance: null,
  };
  return { file, metadata: isWheel ? (found?.metadata ?? null) : null };
}

/** What installers want to know beforehand; a file that cannot be read is listed without it. */
async function contentsOf(filename: string, bytes: Uint8Array) {
  const held = {
    size: bytes.length,
    digests: { sha256: hash('sha256', bytes, 'hex') },
    read: async (position: number, length: number) => bytes.subarray(position, position + length),
  };
  try {
    return filename.endsWith('.whl')
      ? await readWheel(filename, held)
      : await readSdist(filename, held);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function addressOf(project: string, filename: string): string {
  return `../../packages/${project}/${encodeURIComponent(filename)}`;
}

function pageOf(project: string, files: readonly ListedFile[]): WritablePage {
  const sorted = files.toSorted((a, b) => (a.filename < b.filename ? -1 : 1));
  return {
    project,
    status: 'active',
    statusReason: null,
    lastSerial: null,
    files: sorted,
    shown: [],
  };
}

/** What is served, below `public`. */
class Places {
  readonly targets: string;
  readonly #public: string;

  constructor(root: string) {
    this.#public = join(root, 'public');
    this.targets = join(this.#public, 'targets');
  }

  /** @throws Refusal `WP-TUF-MISMATCH` where somebody has changed it. */
  async target(path: string, sha256: string): Promise<Uint8Array> {
    const file = join(this.targets, hashedPath(path, sha256));
    const bytes = await readFile(file).catch((error: unknown) => {
      throw new Refusal('WP-TUF-UNREACHABLE', { message: `${file} is missing`, cause: error });
    });
    if (hash('sha256', bytes, 'hex') === sha256) return bytes;
    throw new Refusal('WP-TUF-MISMATCH', {
      message: `${file} is not what its name says: it was changed after it was added`,
      hint: 'Compare it with a copy; add the right file again.',
    });
  }

  async showPage(project: string, page: WritablePage | null): Promise<void> {
    const names = { 'index.html': 'html', 'index.v1+json': 'json' } as const;
    for (const [name, form] of Object.entries(names)) {
      const path = `simple/${project}/${name}`;
      if (page === null) await this.hide(path);
      else await placeFile(this.#public, path, writePage(page, form).body);
    }
  }

  /** The one file under a second name, without the hash in it. */
  async showFile(path: string, sha256: string, metadata: Uint8Array | null): Promise<void> {
    const from = join(this.targets, hashedPath(path, sha256));
    const to = join(this.#public, path);
    await mkdir(dirname(to), { recursive: true });
    await rm(`${to}.new`, { force: true });
    await link(from, `${to}.new`).catch(async () => await copyFile(from, `${to}.new`));
    await rename(`${to}.new`, to);
    if (metadata !== null) await placeFile(this.#public, `${path}.metadata`, metadata);
  }

  async hide(path: string): Promise<void> {
    for (const name of [path, `${path}.metadata`])
      await rm(join(this.#public, name), { force: true });
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { BlobBackend, TrustRowsBackend } from './backend.ts';
import { filesystemBlobs } from './filesystem-blob-store.ts';
import { memoryBlobs } from './memory-blob-store.ts';
import { memoryRows } from './memory-trust-rows.ts';
import { sqliteRows } from './sqlite-trust-rows.ts';

// A new backend is one file and one line here; the contract suites then run over it by themselves.

export const BLOB_BACKENDS: readonly BlobBackend[] = [memoryBlobs, filesystemBlobs];

export const TRUST_ROWS_BACKENDS: readonly TrustRowsBackend[] = [memoryRows, sqliteRows];

export { openFilesystemBlobStore, type FilesystemBlobs } from './filesystem-blob-store.ts';
export { collectGarbage, listKept, type Kept, type KeptPlaces } from './kept-bytes.ts';
export { openStagedFolder, placeFile } from './staged-files.ts';
export { openFormerAsks } from './former-asks.ts';
export { openKeptTrees, type KeptTrees, type UnpackedWheel } from './kept-trees.ts';
export { openKeptWheelList } from './kept-wheel-list.ts';
export { openMemoryBlobStore } from './memory-blob-store.ts';
export { openMemoryTrustRows } from './memory-trust-rows.ts';
export { openPageCopies } from './page-copies.ts';
export { ensurePrivateDirectory } from './private-directory.ts';
export { openTufMemory } from './tuf-memory.ts';
export { openVerdictCache } from './verdict-cache.ts';
export { takeWriterLock } from './writer-lock.ts';
export { openSqliteTrustRows } from './sqlite-trust-rows.ts';

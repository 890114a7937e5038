// SPDX-License-Identifier: Apache-2.0
export {
  TufClient,
  type ClientParts,
  type Located,
  type MetadataSource,
  type MetadataStore,
} from './client.ts';
export { compareRepositories } from './comparison.ts';
export { collectExpiries, type Expiry } from './expiries.ts';
export { collectMetadata } from './garbage.ts';
export { verifyTarget } from './hashes.ts';
export { PROFILES, WARN_BEFORE, type Lives, type Profile } from './lives.ts';
export type { Target } from './metadata.ts';
export { createRepository, type NewRepository } from './new-repository.ts';
export { checkRepository } from './repository-check.ts';
export { finishRotation } from './unfinished-rotation.ts';
export { RepositoryWriter, type Change, type Published } from './repository-writer.ts';
export { rebin, renewOffline, rotateOnline } from './rotation.ts';
export { checkTargetPath, hashedPath } from './target-path.ts';

// SPDX-License-Identifier: Apache-2.0
export { TufClient, type ClientParts, type MetadataSource, type MetadataStore } from './client.ts';
export { verifyTarget } from './hashes.ts';
export type { Target } from './metadata.ts';

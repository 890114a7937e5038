// SPDX-License-Identifier: Apache-2.0
export { readCoreMetadata, type CoreMetadata } from './core-metadata.ts';
export { type StatedIdentity, verifyArchiveIdentity } from './identity.ts';
export { KnownLayouts } from './known-layouts.ts';
export { readSdist, type SdistContents, verifyArchiveShape } from './sdist.ts';
export { readWheel, type WheelContents } from './wheel.ts';
export { openWheelFiles } from './wheel-files.ts';
export { openZip, type ZipArchive } from './zip.ts';

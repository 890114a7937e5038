// SPDX-License-Identifier: Apache-2.0
import { digest, makeWheel, type BuiltFile } from '../world/wheel.ts';
import { FILES } from '../world/world.ts';
import type { Stage } from './stage.ts';

export const EVILDEP = makeWheel({ name: 'evildep', version: '1.0', word: 'EVIL' });
export const DEP = makeWheel({ name: 'dep', version: '1.0' });

/** What METADATA would be with these requirements. */
export function metadataRequiring(requires: readonly string[], version = '1.0'): Buffer {
  return makeWheel({ name: 'good', version, requires }).metadata;
}

/** The page lists `wheel`, and beside it lies other metadata, with its right hash. */
export function listWithSidecar(stage: Stage, wheel: BuiltFile, sidecar: Buffer): void {
  const sha256 = digest('sha256', sidecar);
  stage.listOnly(wheel, { raw: { 'core-metadata': { sha256 } } });
  putSidecar(stage, wheel, sidecar);
}

export function putSidecar(stage: Stage, { filename }: BuiltFile, sidecar: Buffer): void {
  stage.world.host(FILES).files.set(`/packages/${filename}.metadata`, sidecar);
}

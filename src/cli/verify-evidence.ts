// SPDX-License-Identifier: Apache-2.0
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Pin } from '../core/installer.ts';
import { Refusal } from '../core/errors.ts';
import { MAX_ATTESTATION_BYTES, MAX_PROVENANCE_BYTES } from '../core/limits.ts';
import type { TrustedRoots } from '../core/trusted-roots.ts';
import { readTrustedRoot } from '../crypto/index.ts';
import type { GivenEvidence } from '../evidence/index.ts';
import { thisMachine } from '../host/index.ts';
import { createPinReader } from '../lockfiles/index.ts';
import { systemCode } from './trust-arguments.ts';
import { trustedRootsOf } from './trusted-roots.ts';
import type { VerifyContext, VerifyOptions } from './verify-context.ts';

const BESIDE = [
  ['.provenance', 'provenance'],
  ['.publish.attestation', 'attestation'],
  ['.slsa.attestation', 'attestation'],
  ['.attestation', 'attestation'],
] as const;

/** The publisher's word that was handed over; without any, what lies beside the file. */
export async function readGiven(
  { provenance = [], attestation = [] }: VerifyOptions,
  path: string | null,
): Promise<readonly GivenEvidence[]> {
  const named: GivenEvidence[] = [];
  for (const [form, files] of [
    ['provenance', provenance],
    ['attestation', attestation],
  ] as const) {
    for (const file of files) {
      const bytes = await readBounded(file, form);
      if (bytes === null) {
        const message = `${file} cannot be read (no such file or folder); expected ${form === 'provenance' ? 'a provenance object' : 'an attestation'}`;
        throw new Refusal('WP-USAGE', { message });
      }
      named.push({ form, path: file, bytes });
    }
  }
  if (named.length > 0 || path === null) return named;
  const found = BESIDE.map(async ([ending, form]) => {
    const bytes = await readBounded(`${path}${ending}`, form);
    return bytes === null ? [] : [{ form, path: `${path}${ending}`, bytes }];
  });
  return (await Promise.all(found)).flat();
}

/** One byte more than is allowed at most: whoever judges it says that it is too large. */
async function readBounded(path: string, form: GivenEvidence['form']): Promise<Uint8Array | null> {
  const most = form === 'provenance' ? MAX_PROVENANCE_BYTES : MAX_ATTESTATION_BYTES;
  try {
    await using file = await open(path, 'r');
    if (!(await file.stat()).isFile()) {
      throw new Refusal('WP-USAGE', { message: `${path} is no plain file` });
    }
    const buffer = Buffer.alloc(most + 1);
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, size, buffer.length - size, size);
      size += bytesRead;
      if (bytesRead === 0 || size === buffer.length) return buffer.subarray(0, size);
    }
  } catch (thrown) {
    if (thrown instanceof Refusal) throw thrown;
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    // It is there and may contradict: not to be able to look is not to find nothing.
    const message = `${path} cannot be read${systemCode(thrown)}`;
    throw new Refusal('WP-USAGE', { message, cause: thrown });
  }
}

/** Whom signatures are verified against: the one root that was named, or those of the policy. */
export async function rootsFrom(
  { places, policy }: VerifyContext,
  { trustedRoot }: VerifyOptions,
): Promise<TrustedRoots> {
  if (trustedRoot === undefined) return trustedRootsOf(places, policy);
  const bytes = await readRootFile(trustedRoot);
  readTrustedRoot(bytes);
  const named = [{ name: `file ${trustedRoot}`, bytes, checkedAt: 0 }];
  return async () => named;
}

async function readRootFile(path: string): Promise<Uint8Array> {
  const bytes = await readBounded(path, 'attestation');
  if (bytes !== null) return bytes;
  throw new Refusal('WP-USAGE', { message: `${path} cannot be read (no such file or folder)` });
}

/** What the files that the user names pin. */
export async function readPins(
  { environment, directory }: VerifyContext,
  { requirement = [] }: VerifyOptions,
): Promise<readonly Pin[]> {
  const reader = createPinReader((path) => thisMachine.readText(path));
  const pins: Pin[] = [];
  for (const path of requirement) {
    const asked = { path: resolve(directory, path), directory, environment, constraint: false };
    pins.push(...(await reader.readFile(asked)).pins);
  }
  return pins;
}

// SPDX-License-Identifier: Apache-2.0
import { openWheelFiles, type KnownLayouts } from '../archive/index.ts';
import type { BlobStore, OpenBlob } from '../core/blob-store.ts';
import { Refusal } from '../core/errors.ts';
import type { WheelFiles } from '../core/host.ts';

/**
 * A verified wheel's contents, out of the store; `null` where it is gone from there or cannot be
 * read any more. No file stays open: there may be hundreds of wheels.
 */
export async function openStoredWheel(
  blobs: BlobStore,
  { sha256, filename }: { readonly sha256: string; readonly filename: string },
  layouts: KnownLayouts | null = null,
): Promise<WheelFiles | null> {
  const wheel = await withBlob(blobs, sha256, async (blob) =>
    openWheelFiles(filename, blob, layouts),
  );
  if (wheel === null) return null;
  return {
    ...wheel,
    async read(path) {
      const bytes = await withBlob(blobs, sha256, async (blob) => {
        const again = await openWheelFiles(filename, blob, layouts);
        return await again.read(path);
      });
      if (bytes !== null) return bytes;
      throw new Refusal('WP-STATE-DAMAGED', {
        message: `${filename} vanished from the store while what was installed was compared with it`,
      });
    },
  };
}

async function withBlob<Found>(
  blobs: BlobStore,
  sha256: string,
  use: (blob: OpenBlob) => Promise<Found>,
): Promise<Found | null> {
  const blob = await blobs.open(sha256);
  if (blob === null) return null;
  try {
    return await use(blob);
  } catch (thrown) {
    if (thrown instanceof Refusal) return null;
    throw thrown;
  } finally {
    await blob.close();
  }
}

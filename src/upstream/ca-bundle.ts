// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/gu;

/**
 * The certificates of one PEM bundle, each checked to be one.
 * @throws Refusal `WP-USAGE` naming the file.
 */
export function readCaFile(file: string): readonly string[] {
  const text = readText(file);
  const blocks = text.match(PEM_BLOCK) ?? [];
  if (blocks.length === 0) throw unusable(file, 'holds no PEM certificate');
  if (text.split('-----BEGIN CERTIFICATE-----').length - 1 !== blocks.length) {
    throw unusable(file, 'holds a certificate that is cut short');
  }
  for (const [index, block] of blocks.entries()) {
    if (!isCertificate(block)) {
      throw unusable(file, `certificate ${index + 1} of ${blocks.length} cannot be read`);
    }
  }
  return blocks;
}

/** Node's bundled roots and `own`: a user's bundle adds to them and replaces none. */
export function nearRoots(own: readonly string[]): readonly string[] {
  return [...getCACertificates('bundled'), ...own];
}

/** The system's roots that are not among those already known. */
export function systemRoots(known: readonly string[]): readonly string[] {
  const seen = new Set(known.map(bodyOf));
  return getCACertificates('system').filter((pem) => {
    const body = bodyOf(pem);
    const isNew = !seen.has(body);
    seen.add(body);
    return isNew;
  });
}

/** Node's bundled roots, the user's own, and the system's. */
export function rootsWith(own: readonly string[]): readonly string[] {
  const near = nearRoots(own);
  return [...near, ...systemRoots(near)];
}

/** One certificate may be written with other line ends. */
function bodyOf(pem: string): string {
  return pem.replaceAll(/-----[^-]+-----|\s+/gu, '');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    throw unusable(file, error instanceof Error ? error.message : String(error), error);
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false; // the caller names the file and the place
  }
}

function unusable(file: string, why: string, cause?: unknown): Refusal {
  return new Refusal('WP-USAGE', {
    message: `CA bundle ${safeText(file)}: ${safeText(why)}; expected a PEM file of certificates`,
    hint: 'Correct the path, or remove the setting that names this CA bundle.',
    cause,
  });
}

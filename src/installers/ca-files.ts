// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import type { Call } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';

const VARIABLES = ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'];

/** CA bundles that the user gave: by settings of the installer first, then the usual variables. */
export async function existingCaFiles(
  machine: Machine,
  call: Call,
  stated: readonly string[],
): Promise<readonly string[]> {
  const named = [...stated, ...VARIABLES.map((name) => call.environment[name] ?? '')];
  const files = new Set(
    named.filter((path) => path !== '').map((path) => resolve(call.directory, path)),
  );
  const kinds = await Promise.all([...files].map((file) => machine.kindOf(file)));
  return [...files].filter((_, index) => kinds[index] === 'file');
}

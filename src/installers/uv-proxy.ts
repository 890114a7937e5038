// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import type { StatedOption } from '../core/lockfile.ts';

/** uv's own proxy settings beat the environment. */
export function proxyRefusal({ name, where }: StatedOption): readonly Reason[] {
  if (name !== '--http-proxy' && name !== '--https-proxy') return [];
  const hint =
    'Remove it and set HTTPS_PROXY in the environment: wheelproof goes through that proxy.';
  return [reason('WP-BYPASS-CONFIG', `${where}: ${name.slice(2)} leads uv past the gate`, hint)];
}

// SPDX-License-Identifier: Apache-2.0
import { isAbsolute, join } from 'node:path';
import type { Environment } from '../core/machine.ts';

/** Our own folders, each absolute; none is created here. */
export interface Places {
  /** The trust store. */
  readonly data: string;
  /** Verified bytes and the installers' private caches. */
  readonly cache: string;
  /** Quarantine and other things that may go. */
  readonly state: string;
  /** The user's policy. */
  readonly config: string;
  /** What a run leaves while it lives. */
  readonly runtime: string;
}

/** By the XDG Base Directory Specification; a value that is not absolute is ignored, as it demands. */
export function placesOf(environment: Environment, home: string): Places {
  const at = (variable: string, ...otherwise: readonly string[]): string => {
    const value = environment[variable] ?? '';
    return join(isAbsolute(value) ? value : join(home, ...otherwise), 'wheelproof');
  };
  const state = at('XDG_STATE_HOME', '.local', 'state');
  const runtime = environment['XDG_RUNTIME_DIR'] ?? '';
  return {
    data: at('XDG_DATA_HOME', '.local', 'share'),
    cache: at('XDG_CACHE_HOME', '.cache'),
    state,
    config: at('XDG_CONFIG_HOME', '.config'),
    runtime: isAbsolute(runtime) ? join(runtime, 'wheelproof') : join(state, 'runs'),
  };
}

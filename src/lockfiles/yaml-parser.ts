// SPDX-License-Identifier: Apache-2.0
import { parse } from 'yaml';

/** References to what was said before: some files use a few, a bomb uses many. */
const MAX_ALIASES = 50;

export function readYaml(text: string): unknown {
  return parse(text, { version: '1.1', maxAliasCount: MAX_ALIASES, logLevel: 'silent' });
}

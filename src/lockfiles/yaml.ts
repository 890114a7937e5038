// SPDX-License-Identifier: Apache-2.0
import { parsed, type Table } from './tables.ts';

/** As conda reads it (YAML 1.1). @throws Refusal `WP-LOCKFILE-INVALID` */
export async function parseYaml(source: string, file: string): Promise<Table> {
  // Loaded here: few runs meet such a file.
  const { readYaml } = await import('./yaml-parser.ts');
  return parsed(source, file, 'YAML', readYaml);
}

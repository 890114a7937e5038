// SPDX-License-Identifier: Apache-2.0
import { isMap, isScalar, parseDocument, visit } from 'yaml';

/** References to what was said before: some files use a few, a bomb uses many. */
const MAX_ALIASES = 50;

/** @throws Error for what is no YAML, for several documents in one text, and for a key said twice */
export function readYaml(text: string): unknown {
  // The parser's own look for keys said twice takes the square of their number.
  const document = parseDocument(text, { version: '1.1', uniqueKeys: false, logLevel: 'error' });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  visit(document, {
    Map(_, map) {
      const known = new Set<unknown>();
      for (const { key } of map.items) {
        // Two ways to say a key that is no plain one are nobody's.
        const said = isScalar(key) ? String(key.value) : isMap(key) ? '' : key;
        // What is merged in (`<<`) stands behind what is said, however often.
        if (said === '<<') continue;
        if (known.has(said)) throw new Error(`a key is there twice: ${String(said)}`);
        known.add(said);
      }
    },
  });
  return document.toJS({ maxAliasCount: MAX_ALIASES });
}

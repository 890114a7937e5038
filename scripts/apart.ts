// SPDX-License-Identifier: Apache-2.0
import type { PluginBuild } from 'esbuild';

/**
 * What few installs need, a script of its own each, and what the program takes from it. It is loaded
 * when one of these names is first read (src/cli/bundled-run.ts): never while a module is loaded.
 */
export const APART: Readonly<Record<string, readonly string[]>> = {
  // Of servers that speak HTTP/2, nobody asks over a connection of his own.
  undici: ['Agent'],
  htmlparser2: ['Tokenizer'],
  commander: ['Argument', 'Command', 'CommanderError', 'Option'],
  yaml: ['isMap', 'isScalar', 'parseDocument', 'visit'],
};

/** In the program, what is taken from there. */
export function takenApart(plugin: PluginBuild): void {
  const asked = new RegExp(`^(?:${Object.keys(APART).join('|')})$`);
  plugin.onResolve({ filter: asked }, ({ path }) => ({ path, namespace: 'apart' }));
  plugin.onLoad({ filter: asked, namespace: 'apart' }, ({ path }) => {
    const members = (APART[path] ?? []).map((name) => `get ${name}() { return from().${name}; }`);
    return {
      contents: `
        const from = () => meta.apart('${path}');
        module.exports = { ${members.join(', ')} };`,
    };
  });
}

/** A name that is missing there would be `undefined`, and nobody would say so. */
export function requireKnownNames(text: string): void {
  for (const [name, names] of Object.entries(APART)) {
    for (const [, taken = ''] of text.matchAll(
      new RegExp(`\\bimport_${name}\\d*\\.(\\w+)`, 'gu'),
    )) {
      if (!names.includes(taken)) throw new Error(`APART: of ${name}, expected ${taken} as well`);
    }
  }
}

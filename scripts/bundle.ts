// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type PluginBuild } from 'esbuild';

export const root = join(import.meta.dirname, '..');

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

/** `package.json` as it stands. */
export const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * An `import` of `node:http` reads every name that it exports, and one of them loads the web sockets
 * of Node's own undici: 35 ms of processor time at every start. `require` reads what is used.
 */
function httpWithoutFacade(plugin: PluginBuild): void {
  // Go reads these expressions, and knows no `u`.
  const asked = new RegExp('^(?:node:)?http$');
  plugin.onResolve({ filter: asked }, ({ kind }) =>
    kind === 'import-statement' ? { path: 'http', namespace: 'http-without-facade' } : null,
  );
  plugin.onLoad({ filter: new RegExp('^http$'), namespace: 'http-without-facade' }, () => ({
    contents: "module.exports = process.getBuiltinModule('node:http');",
  }));
}

/**
 * undici's entry loads its fetch, its web sockets, its caches and its mocks: 1 MB of which upstream
 * uses nothing but the dispatcher.
 */
function undiciWithoutFetch(plugin: PluginBuild): void {
  const asked = new RegExp('^undici$');
  plugin.onResolve({ filter: asked }, ({ kind }) =>
    kind === 'import-statement' ? { path: 'undici', namespace: 'undici-without-fetch' } : null,
  );
  plugin.onLoad({ filter: asked, namespace: 'undici-without-fetch' }, () => ({
    contents: `
      const Dispatcher = require('undici/lib/dispatcher/dispatcher.js');
      Object.assign(Dispatcher.prototype, require('undici/lib/api/index.js'));
      exports.Agent = require('undici/lib/dispatcher/agent.js');`,
    resolveDir: root,
  }));
}

/** Writes the program into a folder. @returns the files that it is made of, from the repository's root. */
export async function bundle(outdir: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: {
      main: join(root, 'src', 'cli', 'main.ts'),
      'proving-worker': join(root, 'src', 'evidence', 'proving-worker.ts'),
    },
    outdir,
    bundle: true,
    format: 'esm',
    // Each dynamically imported command is a chunk of its own, loaded when it is used.
    splitting: true,
    chunkNames: '[name]-[hash]',
    platform: 'node',
    target: 'node22',
    legalComments: 'none',
    // LGPL: whoever wants to may put another OpenPGP.js in its place.
    external: ['openpgp'],
    plugins: [
      { name: 'http-without-facade', setup: httpWithoutFacade },
      { name: 'undici-without-fetch', setup: undiciWithoutFetch },
    ],
    define: { WHEELPROOF_VERSION: JSON.stringify(manifest.version) },
    // CommonJS packages inside an ESM bundle look for a global `require`.
    banner: {
      js: "import { createRequire as wheelproofRequire } from 'node:module'; const require = wheelproofRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return Object.keys(metafile.inputs);
}

// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type PluginBuild } from 'esbuild';

const root = join(import.meta.dirname, '..');
const target = join(root, 'dist', 'cli');
/** Chunks of an earlier build stay this long: a wheelproof that still runs may yet load them. */
const OLD_CHUNKS_MS = 60 * 60 * 1000;

const version = await readVersion();

// What was changed while the build ran must count as newer than the build.
const started = new Date();
await mkdir(target, { recursive: true });
const fresh = await mkdtemp(join(root, 'dist', '.build-'));
try {
  await bundle(fresh);
  await putInPlace(fresh);
} catch (thrown) {
  // esbuild has already printed what is wrong in the sources, in fewer words.
  if (!(thrown instanceof Error && 'errors' in thrown)) throw thrown;
  process.exitCode = 1;
} finally {
  await rm(fresh, { recursive: true, force: true });
}

async function readVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  throw new Error('package.json has no version');
}

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

async function bundle(outdir: string): Promise<void> {
  await build({
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
    define: { WHEELPROOF_VERSION: JSON.stringify(version) },
    // CommonJS packages inside an ESM bundle look for a global `require`.
    banner: {
      js: "import { createRequire as wheelproofRequire } from 'node:module'; const require = wheelproofRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

/** Chunks first, the entry last: a reader sees the old program or the new one, both whole. */
async function putInPlace(from: string): Promise<void> {
  const names = await readdir(from);
  await utimes(join(from, 'main.js'), started, started);
  for (const name of names.toSorted((a, b) => Number(a === 'main.js') - Number(b === 'main.js'))) {
    await rename(join(from, name), join(target, name));
  }
  for (const name of await readdir(target)) {
    const path = join(target, name);
    if (!names.includes(name) && (await stat(path)).mtimeMs < Date.now() - OLD_CHUNKS_MS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

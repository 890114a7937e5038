// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { build, type BuildOptions, type Metafile, type PluginBuild } from 'esbuild';
import { APART, requireKnownNames, takenApart } from './apart.ts';

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
 * An `import` of a module of Node's reads every name that it exports, and some of these load what
 * nobody here uses (`node:http` the web sockets of Node's own undici, `node:fs` its streams): 40 ms of
 * processor time at every start. Here only the names are read that are used.
 */
function builtinsWithoutFacade(plugin: PluginBuild): void {
  const asked = new RegExp('^(?:node:)?[a-z][a-z0-9_/]*$');
  plugin.onResolve({ filter: asked }, ({ kind, path }) =>
    kind === 'import-statement' && isBuiltin(path)
      ? { path: path.replace(/^(?:node:)?/u, 'node:'), namespace: 'builtin', sideEffects: false }
      : null,
  );
  plugin.onLoad({ filter: new RegExp('^node:'), namespace: 'builtin' }, ({ path }) => {
    const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter(
      (name) => /^[a-z]\w*$/iu.test(name) && name !== 'default',
    );
    const members = names.map((name) => `const $${name} = /* @__PURE__ */ member('${name}');`);
    return {
      contents: [
        `const builtin = /* @__PURE__ */ process.getBuiltinModule('${path}');`,
        'const member = (name) => builtin[name];',
        ...members,
        `export { ${names.map((name) => `$${name} as ${name}`).join(', ')}, builtin as default };`,
      ].join('\n'),
    };
  });
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

/** In the bundle, main.ts asks the one that knows where the program lies. */
function runFromBundle(plugin: PluginBuild): void {
  plugin.onResolve({ filter: new RegExp('^\\./run\\.ts$') }, ({ resolveDir }) => ({
    path: join(resolveDir, 'bundled-run.ts'),
  }));
}

/** Nobody asks for HTTP/2 here: Node's module for it, and undici's, are loaded when somebody does. */
function undiciWithLateHttp2(plugin: PluginBuild): void {
  const asked = new RegExp('undici/lib/dispatcher/client\\.js$');
  plugin.onLoad({ filter: asked }, ({ path }) => {
    const text = readFileSync(path, 'utf8');
    const early = "const connectH2 = require('./client-h2.js')";
    if (!text.includes(early)) throw new Error(`${path}: expected ${early}`);
    const late = "const connectH2 = (...given) => require('./client-h2.js')(...given)";
    return { contents: text.replace(early, late) };
  });
}

/** It is read as Latin-1, which is twice as fast, and has no `import()` of its own. */
function requireScript(text: string): void {
  const found = /.{0,60}(?:[^\0-\x7f]|\bimport\().{0,60}/u.exec(text);
  if (found !== null) throw new Error(`not for a script: ${found[0]}`);
}

/** Rewrites what is built for a script that the program, or a part of it, is. */
function finishScript(
  outdir: string,
  { metafile }: { readonly metafile: Metafile },
): { readonly name: string; readonly text: string } {
  const [name = ''] = Object.keys(metafile.outputs).map((path) => basename(path));
  const place = join(outdir, name);
  const text = readFileSync(place, 'utf8').replaceAll(
    'import("openpgp")',
    'meta.imports.openpgp()',
  );
  requireScript(text);
  writeFileSync(place, text);
  return { name, text };
}

/**
 * Writes the program into a folder: `program-HASH.js` and what lies apart from it, each all in one
 * function expression, so that V8 can take over what it compiled of it before
 * (src/cli/compiled-program.ts); `main.js`, which starts it; and the threads that prove and digest.
 *
 * @param run the module whose `run` is the program; tests have one with other wiring.
 * @returns the files that it is made of, from the repository's root.
 */
export async function bundle(
  outdir: string,
  run = join(root, 'src', 'cli', 'run.ts'),
): Promise<readonly string[]> {
  const version = { WHEELPROOF_VERSION: JSON.stringify(manifest.version) };
  const plugins = [
    { name: 'builtins-without-facade', setup: builtinsWithoutFacade },
    { name: 'undici-without-fetch', setup: undiciWithoutFetch },
    { name: 'undici-with-late-http2', setup: undiciWithLateHttp2 },
  ];
  const common = {
    absWorkingDir: root,
    metafile: true,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node22',
    legalComments: 'none',
    // A quarter of the text, all of which each run reads. Names stay: stacks and profiles show them.
    minifyWhitespace: true,
    lineLimit: 160,
    // LGPL: whoever wants to may put another OpenPGP.js in its place.
    external: ['openpgp'],
    logLevel: 'warning',
  } as const satisfies BuildOptions;
  const script = {
    ...common,
    entryNames: '[name]-[hash]',
    format: 'cjs',
    banner: { js: '(function (module, require, meta) {' },
    footer: { js: '})' },
  } as const;
  const program = await build({
    ...script,
    entryPoints: { program: run },
    plugins: [{ name: 'taken-apart', setup: takenApart }, ...plugins],
    define: {
      ...version,
      'import.meta.url': 'meta.url',
      'import.meta.filename': 'meta.filename',
      'import.meta.dirname': 'meta.dirname',
    },
  });
  const { name, text } = finishScript(outdir, program);
  requireKnownNames(text);
  const apart = await Promise.all(
    Object.entries(APART).map(async ([from, names]) => {
      const contents = `export { ${names.join(', ')} } from '${from}';`;
      const part = await build({
        ...script,
        stdin: { contents, resolveDir: root, sourcefile: from },
        entryNames: `${from}-[hash]`,
        plugins,
      });
      return { from, part, name: finishScript(outdir, part).name };
    }),
  );
  const modules = {
    ...common,
    format: 'esm',
    // CommonJS packages inside an ESM bundle look for a global `require`.
    banner: {
      js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);",
    },
  } as const;
  const start = await build({
    ...modules,
    entryPoints: { main: join(root, 'src', 'cli', 'main.ts') },
    plugins: [...plugins, { name: 'run-from-bundle', setup: runFromBundle }],
    define: {
      ...version,
      WHEELPROOF_PROGRAM: JSON.stringify(name),
      WHEELPROOF_APART: JSON.stringify(
        Object.fromEntries(apart.map(({ from, name: of }) => [from, of])),
      ),
    },
  });
  const thread = await build({
    ...modules,
    entryPoints: { 'proving-worker': join(root, 'src', 'evidence', 'proving-worker.ts') },
    splitting: true,
    chunkNames: '[name]-[hash]',
    plugins,
    define: version,
  });
  const digesting = await build({
    ...modules,
    entryPoints: {
      'digest-worker': join(root, 'src', 'host', 'digest-worker.ts'),
      'tree-worker': join(root, 'src', 'host', 'tree-worker.ts'),
    },
    plugins,
  });
  const parts = apart.map(({ part }) => part);
  const inputs = [program, ...parts, start, thread, digesting].flatMap(({ metafile }) =>
    Object.keys(metafile.inputs),
  );
  return [...new Set(inputs)];
}

// SPDX-License-Identifier: Apache-2.0
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundle, manifest, root } from './bundle.ts';
import { licenceExpression, noticesOf, thirdParties } from './third-party.ts';

/** What a reader of the package is led to by its README. */
const DOCUMENTS = [
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'SECURITY.md',
  'ARCHITECTURE.md',
  'THREAT-MODEL.md',
  'CONTRIBUTING.md',
  'docs',
];
/** Of OpenPGP.js, what Node loads: the rest is for browsers and compilers. */
const OPENPGP = ['package.json', 'LICENSE', 'README.md', 'dist/node/openpgp.mjs'];

export interface Staged {
  readonly folder: string;
  /** Of everything that is shipped. */
  readonly licence: string;
}

/**
 * The program with all that it needs in a folder of its own: what npm packs and what the wheel
 * holds. Built afresh, so that nothing of an earlier build comes along.
 */
export async function stageProgram(folder: string): Promise<Staged> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const parties = thirdParties(await bundle(join(folder, 'dist', 'cli')));
  for (const name of ['bin', ...DOCUMENTS]) await copyInto(folder, name);
  for (const name of OPENPGP) await copyInto(folder, join('node_modules/openpgp', name));
  await writeFile(join(folder, 'THIRD-PARTY.md'), noticesOf(parties));
  const licence = licenceExpression(manifest.license, parties);
  await writeFile(join(folder, 'package.json'), packageJson(licence));
  return { folder, licence };
}

async function copyInto(folder: string, name: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await cp(join(root, name), join(folder, name), { recursive: true });
}

/** One package: everything is in the bundle but OpenPGP.js, which is packed with it; no scripts. */
function packageJson(license: string): string {
  const { name, version, description, engines, dependencies } = manifest;
  const openpgp = dependencies['openpgp'];
  const shipped = {
    name,
    version,
    description,
    license,
    type: 'module',
    engines,
    bin: { wheelproof: 'bin/wheelproof.js' },
    exports: { './package.json': './package.json' },
    dependencies: { openpgp },
    bundleDependencies: ['openpgp'],
  };
  return `${JSON.stringify(shipped, null, 2)}\n`;
}

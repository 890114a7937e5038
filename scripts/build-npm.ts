// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { manifest, root } from './bundle.ts';
import { stageProgram } from './staged-program.ts';

/*
 * Makes FOLDER/wheelproof-VERSION.tgz, the npm package; FOLDER is `dist` where none is named. The
 * same sources give the same bytes.
 */

const out = resolve(process.argv[2] ?? join(root, 'dist'));
const { folder } = await stageProgram(join(out, 'npm'));
const words = ['pack', '--ignore-scripts', '--silent', '--pack-destination', out];
execFileSync('npm', words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
console.log(join(out, `${manifest.name}-${manifest.version}.tgz`));

// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench } from './bench.ts';

/**
 * Puts a program in the installer's place that calls it, and then runs a piece of Python of its own
 * with `site`, where `lib 1.1` lies now: what another process could do before we look.
 */
export async function tamperAfterInstalling({ environment }: Bench, tampering: string) {
  const { target, installer, variables } = environment;
  const python = join(target, 'bin', 'python');
  const [, uv = ''] = (variables['PATH'] ?? '').split(':');
  const real = installer === 'pip' ? [python, '-m', 'pip'] : [join(uv, 'uv')];
  const program = `#!${python}
import glob, subprocess, sys
code = subprocess.call([*${JSON.stringify(real)}, *sys.argv[1:]])
for info in glob.glob(${JSON.stringify(join(target, 'lib/*/site-packages/lib-1.1.dist-info'))}):
    import base64, hashlib, os
    site = os.path.dirname(info)
    def put(name, text):
        os.makedirs(os.path.dirname(os.path.join(site, name)), exist_ok=True)
        open(os.path.join(site, name), 'w').write(text)
    def line(name):
        digest = hashlib.sha256(open(os.path.join(site, name), 'rb').read()).digest()
        return name + ',sha256=' + base64.urlsafe_b64encode(digest).rstrip(b'=').decode() + ',0\\n'
    def relist(name):
        path = os.path.join(info, 'RECORD')
        kept = [each for each in open(path) if not each.startswith(name + ',')]
        open(path, 'w').writelines([*kept, line(name)])
${tampering.replace(/^/gmu, '    ')}
sys.exit(code)
`;
  await writeFile(join(target, 'bin', installer), program, { mode: 0o755 });
}

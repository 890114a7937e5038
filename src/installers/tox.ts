// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import { reason, type Reason } from '../core/errors.ts';
import type { Installer } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import { has, scanArguments, valuesOf, type OptionTable } from './argument-scan.ts';
import { pipUnderneath } from './pip-underneath.ts';
import type { InstallerPorts } from './ports.ts';
import { steersBuilds } from './proxy-environment.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';
import { uvSettings } from './uv-underneath.ts';

/** tox 4; steered by the environment alone, of which it hands on what it is told to. */
export function createTox(ports: InstallerPorts): Installer {
  return createTool(ports, {
    name: 'tox',
    synopsis: 'tox: environments, and what runs in them',
    program: /^tox(?:\.exe)?$/u,
    module: 'tox',
    project: 'tox',
    version: /^(\d\S*)/mu,
    look: lookAt,
  });
}

async function lookAt({ ports, argv, call }: ToolRun): Promise<ToolOutlook> {
  const { machine } = ports;
  const [first] = scanArguments(argv, TABLE, 1).words;
  const verb = first?.text ?? 'legacy';
  const scan = scanArguments(argv, TABLE);
  const root = resolve(call.directory, valuesOf(scan, '--root').at(-1) ?? '.');
  const folder = valuesOf(scan, '--workdir').at(-1) ?? join(root, '.tox');
  const pip = await pipUnderneath(machine, call);
  const uv = await uvSettings(ports, call, root);
  const asks = has(scan, '--help', '-h', '--version', '--list', '-l', '--showconfig');
  return {
    fetches: !LOCAL_VERBS.has(verb) && !asks,
    // Without tests, there is nothing that wants its own network.
    runsProgram: !has(scan, '--notest', '-n') && !INSTALL_ONLY.has(verb),
    asked: { options: pip.options },
    targets: [{ kind: 'environments', path: resolve(call.directory, folder) }],
    caFiles: pip.caFiles,
    refusals: [...(await setVariables(machine, root)), ...uv.refusals],
    variables: () => ({ TOX_OVERRIDE: handedOn(call.environment['TOX_OVERRIDE'] ?? '') }),
  };
}

const TABLE: OptionTable = {
  values: new Set(
    `--alwayscopy --colored --conf --develop --discover --env --exit-and-dump-after
     --extras-override --factor --hashseed --installpkg --label --list-dependencies --override
     --parallel --result-json --root --runner --skip-env --workdir`
      .trim()
      .split(/\s+/u)
      .filter((name) => !['--alwayscopy', '--develop', '--list-dependencies'].includes(name)),
  ),
  switches: new Set(),
  aliases: new Map([
    ['-c', '--conf'],
    ['-e', '--env'],
    ['-f', '--factor'],
    ['-m', '--label'],
    ['-p', '--parallel'],
    ['-x', '--override'],
  ]),
  beginnings: false,
};

const LOCAL_VERBS: ReadonlySet<string> = new Set([
  'c',
  'config',
  'de',
  'depends',
  'l',
  'list',
  'man',
  'q',
  'quickstart',
  'schema',
]);

const INSTALL_ONLY: ReadonlySet<string> = new Set(['devenv', 'd']);

/** Of our own variables tox hands on the proxies, pip's and some certificates by itself. */
const HANDED_ON =
  'ALL_PROXY,SSL_CERT_DIR,REQUESTS_CA_BUNDLE,GIT_*,UV_*,CARGO_*,NODE_*,npm_config_*';
/** INI's and TOML's names for what every environment takes over, and packaging ones. */
const BASES = ['testenv', 'env_run_base', 'pkgenv', 'env_pkg_base'];

function handedOn(theirs: string): string {
  const ours = BASES.map((base) => `${base}.pass_env+=${HANDED_ON}`);
  return [...(theirs === '' ? [] : [theirs]), ...ours].join(';');
}

/** What a project sets for its environments beats what they get from us. */
async function setVariables(machine: Machine, root: string): Promise<readonly Reason[]> {
  const refusals: Reason[] = [];
  for (const name of ['tox.ini', 'tox.toml', 'setup.cfg']) {
    const file = join(root, name);
    if ((await machine.kindOf(file)) !== 'file') continue;
    const lines = ((await machine.readText(file)) ?? '').split('\n');
    for (const [at, line] of lines.entries()) {
      const variable =
        /^\s*(?:set_?env(?:\.|\s*=\s*\{?\s*))?"?([A-Za-z_]\w*)"?\s*=/u.exec(line)?.[1] ?? '';
      if (variable === '' || !steersBuilds(variable)) continue;
      const message = `${file}:${at + 1}: sets ${variable} for its environments, which leads them past the gate`;
      refusals.push(reason('WP-BYPASS-CONFIG', message, `Remove ${variable} there.`));
    }
  }
  return refusals;
}

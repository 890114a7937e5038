// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Call } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';

/** Where a pip lives. */
export interface PipHome {
  readonly version: string;
  /** Its Python's, `3.12`; empty where it could not be told. */
  readonly python: string;
  /** The interpreter it installs for, where it could be found. */
  readonly interpreter: string | null;
  /** `sys.prefix`: holds the site's pip.conf. */
  readonly prefix: string | null;
  /** The folder that holds pip itself. */
  readonly site: string | null;
}

/**
 * A virtual environment's folders tell without starting anything; whatever else is asked.
 * `null` where there is no pip.
 */
export async function findPipHome(
  machine: Machine,
  { program, prefix }: { readonly program: string; readonly prefix: readonly string[] },
  call: Call,
): Promise<PipHome | null> {
  const interpreter = prefix.length > 0 ? program : await scriptInterpreter(machine, program);
  const resting = interpreter === null ? null : await homeInEnvironment(machine, interpreter);
  if (resting !== null) return resting;
  const answer = await machine.ask(
    program,
    [...prefix, '--version'],
    call.environment,
    // `python -m pip` takes modules from the working directory first.
    prefix.length > 0 ? '/' : call.directory,
  );
  return answer === null ? null : await homeInAnswer(machine, answer, interpreter);
}

async function homeInEnvironment(machine: Machine, interpreter: string): Promise<PipHome | null> {
  const root = dirname(dirname(interpreter));
  if ((await machine.kindOf(join(root, 'pyvenv.cfg'))) !== 'file') return null;
  const found: PipHome[] = [];
  for (const python of await machine.list(join(root, 'lib'))) {
    if (!/^(?:python|pypy)\d/u.test(python)) continue;
    const site = join(root, 'lib', python, 'site-packages');
    for (const entry of await machine.list(site)) {
      const version = /^pip-([^-]+)\.dist-info$/u.exec(entry)?.[1];
      if (version !== undefined)
        found.push({ version, python: minorOf(python), interpreter, prefix: root, site });
    }
  }
  const [only] = found;
  return found.length === 1 && only !== undefined ? only : null;
}

/** `python3.12` */
function minorOf(folder: string): string {
  return /(\d+\.\d+)/u.exec(folder)?.[1] ?? '';
}

/** `pip 26.3 from /usr/lib/python3/dist-packages/pip (python 3.11)` */
async function homeInAnswer(
  machine: Machine,
  answer: string,
  interpreter: string | null,
): Promise<PipHome | null> {
  const [, version, place = '', python = ''] =
    /^pip (\S+) from (.+) \(python (\d+\.\d+)\)/mu.exec(answer) ?? [];
  if (version === undefined) return null;
  const site = dirname(place);
  const prefix = /^(.*)\/(?:local\/)?lib(?:64)?\/python3[^/]*\/(?:site|dist)-packages$/u.exec(
    site,
  )?.[1];
  const beside = join(prefix ?? '/', 'bin', `python${python}`);
  if ((await machine.kindOf(beside)) === 'file') {
    return { version, python, interpreter: beside, prefix: prefix ?? null, site };
  }
  // A pip in the user's own site runs by an interpreter that lives elsewhere.
  const root = interpreter === null ? (prefix ?? null) : dirname(dirname(interpreter));
  return { version, python, interpreter, prefix: root, site };
}

/** What a script's first lines say it is run by: `#!/path/python`, or the detour for long paths. */
export async function scriptInterpreter(machine: Machine, program: string): Promise<string | null> {
  const head = await firstLines(machine, program);
  const direct = /^#!\s*(\S+)\s*(?:-\S+\s*)*\r?$/mu.exec(head.split('\n', 1)[0] ?? '')?.[1];
  const detour = /^'''exec' "?([^"\n]+?)"? "\$0" "\$@"/mu.exec(head)?.[1];
  const found = detour ?? direct ?? '';
  return isAbsolute(found) && /^(?:python|pypy)/u.test(basename(found)) ? found : null;
}

async function firstLines(machine: Machine, program: string): Promise<string> {
  try {
    return ((await machine.readText(program)) ?? '').slice(0, 2000);
  } catch {
    return ''; // a binary: no script, so it is asked
  }
}

// SPDX-License-Identifier: Apache-2.0
import { classOf } from '../core/codes.ts';
import { ok, problem, warning, type Check, type Of } from './doctor-check.ts';
import { nameOf } from './doctor-installers.ts';
import type { FoundInstaller } from './doctor-programs.ts';
import { REFUSED, type Trial, type Trials } from './doctor-self-test.ts';

/** One installer's self-test; a contract of `doctor --json`. */
export interface SelfTestResult {
  readonly installer: string;
  readonly program: string;
  readonly version: string;
  /** `not installed`: whoever stopped it, the right file did not get through. */
  readonly good: 'installed' | 'not installed';
  /** `refused`: by wheelproof. `stopped`: by something else, so that it proves nothing. */
  readonly tampered: 'refused' | 'INSTALLED' | 'stopped';
  /** Of the run with the changed file. */
  readonly exit: number;
}

export function resultOf(found: FoundInstaller, { good, changed }: Trials): SelfTestResult {
  return {
    installer: found.kind,
    program: found.words.join(' '),
    version: found.version ?? 'unknown',
    good: isIn(good) ? 'installed' : 'not installed',
    tampered: changed.installed ? 'INSTALLED' : isHeld(changed) ? 'refused' : 'stopped',
    exit: changed.exit,
  };
}

function isIn({ exit, installed }: Trial): boolean {
  return exit === 0 && installed;
}

function isHeld({ exit, codes }: Trial): boolean {
  return exit === REFUSED && codes.includes('WP-HASH-MISMATCH');
}

/**
 * What the self-test proves. Bytes that got through are the worst there is; a gate that did not
 * stop them itself comes next; an installer that cannot install anything leaves the question open.
 *
 * @param chosen whether it is the one that `wheelproof pip` or `wheelproof uv` runs
 */
export function judgeTrials(found: FoundInstaller, trials: Trials, chosen: boolean): Check {
  const of: Of = ['self-test', nameOf(found)];
  const { good, changed } = trials;
  const result = resultOf(found, trials);
  if (result.tampered === 'INSTALLED') {
    const message = `A CHANGED FILE WAS INSTALLED through wheelproof (${ending(changed)})`;
    const hint = 'Do not install anything through this wheelproof; report it with this output.';
    return problem(of, 'WP-INTERNAL', message, hint);
  }
  if (result.good === 'installed' && result.tampered === 'refused') {
    const jail = changed.jail === null ? '' : `; jail ${changed.jail}`;
    const seconds = ((good.milliseconds + changed.milliseconds) / 1_000).toFixed(1);
    return ok(
      of,
      `the right file was installed; the changed one was refused (${ending(changed)}), nothing of it was installed${jail}; ${seconds} s`,
    );
  }
  if (result.good === 'installed') {
    const message = `the changed file was not refused by wheelproof, though nothing was installed (${ending(changed)})`;
    return problem(of, 'WP-INTERNAL', message);
  }
  const held = result.tampered === 'refused' ? '; the changed one was refused' : '';
  const message = `the right file was not installed (${ending(good)})${held}; so nothing is proved`;
  const hint = `See whether it installs anything at all: ${found.words.join(' ')} --version`;
  const [code] = good.codes;
  if (code !== undefined && classOf(code) !== 'E-USAGE') return problem(of, code, message);
  return chosen
    ? problem(of, code ?? 'WP-INSTALLER-NOT-FOUND', message, hint)
    : warning(of, message, hint);
}

function ending({ exit, codes, said }: Trial): string {
  const words = [...new Set(codes), ...(said === '' || codes.length > 0 ? [] : [said])];
  return [`exit ${exit}`, ...words].join(', ');
}

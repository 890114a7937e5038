// SPDX-License-Identifier: Apache-2.0
import { asRefusal, Refusal } from '../core/errors.ts';
import { jailInterpreters, runJailed, type JailWish } from '../host/index.ts';
import { explainPolicy, type Policy } from '../policy/index.ts';
import { note, ok, problem, refused, warning, type Check, type Of } from './doctor-check.ts';
import { judgeAbove, judgePath, lookAt } from './doctor-places.ts';

const POLICY: Of = ['policy', 'policy'];
const JAIL: Of = ['jail', 'jail'];

/** Which policy is in force, where it stands, and who can change it. */
export async function checkPolicy(
  load: () => Promise<Policy>,
  me: number | null,
): Promise<readonly Check[]> {
  try {
    const policy = await load();
    const wrong: Check[] = [];
    for (const file of policy.sources) {
      const facts = await lookAt(file);
      const check = facts === null ? null : judgePath(POLICY, facts, 'shared', me);
      wrong.push(...(check === null ? [] : [check]), ...(await judgeAbove(POLICY, file, me)));
    }
    return [...wrong, ...judgePolicy(policy)];
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return [refused(POLICY, thrown)];
  }
}

export function judgePolicy(policy: Policy): readonly Check[] {
  const { sources, digest, notes } = policy;
  const from = sources.length === 0 ? 'no file: the default' : sources.join(', under ');
  const settings = explainPolicy(policy).map(({ setting, value }) => `${setting} ${value}`);
  return [
    ok(POLICY, `${from}; ${settings.join('; ')}; digest ${digest.slice(0, 16)}`),
    ...notes.map((text) => note(POLICY, text)),
  ];
}

export interface JailFacts {
  readonly level: 'namespace' | 'landlock' | 'none';
  readonly obstacles: readonly string[];
}

/** What keeps programs to the gate that ignore its settings. */
export function judgeJail({ level, obstacles }: JailFacts): Check {
  const why = obstacles.length === 0 ? '' : ` (${obstacles.join('; ')})`;
  const hint = 'docs/guide/jail.md says what each level needs.';
  if (level === 'namespace') return ok(JAIL, 'namespace: an installer has no network but the gate');
  if (level === 'landlock') {
    return note(
      JAIL,
      `landlock: stops ordinary TCP; UDP and rarer ways could go round${why}`,
      hint,
    );
  }
  return warning(
    JAIL,
    `proxy only: programs that ignore proxy settings could go round${why}`,
    hint,
  );
}

/** Sets one up around a program that does nothing. */
export async function checkJail(wish: JailWish): Promise<readonly Check[]> {
  if (wish === 'off') return [judgeJail({ level: 'none', obstacles: ['--jail off'] })];
  const call = {
    program: process.execPath,
    argv: ['--version'],
    environment: { PATH: process.env['PATH'] ?? '' },
    directory: '/',
    stdio: 'capture',
  } as const;
  try {
    const { child, level, obstacles } = await runJailed(call, {
      wish,
      port: 9,
      interpreters: () => jailInterpreters(call, []),
      receive: (door) => void door.close(),
    });
    const { code } = await child.done;
    if (code === 0) return [judgeJail({ level, obstacles })];
    return [problem(JAIL, 'WP-JAIL-UNAVAILABLE', `a program in the ${level} jail did not run`)];
  } catch (thrown) {
    return [refused(JAIL, asRefusal(thrown, 'trying the jail'))];
  }
}

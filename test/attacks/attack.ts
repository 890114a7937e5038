// SPDX-License-Identifier: Apache-2.0
import type { Code } from '../../src/core/codes.ts';
import type { RefusalClass } from '../../src/core/refusal-class.ts';
import type { Protocol } from '../world/exchange.ts';
import type {
  AnyInstaller,
  InstallerName,
  ProjectTool,
  ToolName,
} from '../world/installer-versions.ts';
import type { Defence, WiringName } from './defences.ts';
import type { Guarded, Knock } from './door.ts';
import type { Stage } from './stage.ts';

/** One attack, by its number in the catalogue, with every form it is mounted in. */
export interface Attack {
  readonly id: string;
  readonly title: string;
  readonly forms: readonly Form[];
  /** Shapes that look alike and must pass: a false alarm is a failure too. */
  readonly twins?: readonly Twin[];
}

/** Looks at what has become of a run; gives the faults found. */
export type Witness = (
  stage: Stage,
  guarded: Guarded,
) => readonly string[] | Promise<readonly string[]>;

/** What is set up before a command is run. */
export interface Scene {
  readonly name: string;
  readonly installers?: readonly AnyInstaller[];
  /** Who is not asked this, and why: a line each. */
  readonly notBy?: Readonly<Partial<Record<AnyInstaller, string>>>;
  /** Older ones do not know how to be asked this. */
  readonly newestOf?: AnyInstaller;
  /** Tells the world what to say; the stage is honest when it begins. */
  readonly mount: (stage: Stage) => unknown;
  /** An honest install comes first, and the target is new again after it. */
  readonly after?: {
    readonly ask: readonly string[] | ((stage: Stage) => readonly string[]);
    readonly set?: (stage: Stage) => unknown;
  };
  /** What the user asks for; `['good']` where absent. */
  readonly ask?: (stage: Stage) => readonly string[];
  /** The whole command, in place of one made of `ask` and `index`. */
  readonly words?: (stage: Stage) => readonly string[];
  /** The index asked; the world's own where absent. */
  readonly index?: (stage: Stage) => string;
  /** What is set in the user's environment beside the usual. */
  readonly variables?: (
    stage: Stage,
  ) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** `wheelproof.toml` in the working directory. */
  readonly policy?: string | ((stage: Stage) => string);
  /** Options of ours, before the installer's name. */
  readonly own?: readonly string[];
  /** What the world has to speak for it; either where absent. */
  readonly over?: Protocol;
  /** Another wiring than the shipped one, where the attack is a fault inside. */
  readonly wiring?: WiringName;
  /** `trusted_root.json` of the Sigstore to believe; the one that we ship where absent. */
  readonly trusts?: (stage: Stage) => string;
  /** In place of running the command once, for attacks that are about how it is run. */
  readonly run?: (stage: Stage, knock: Knock) => Promise<Guarded>;
}

type Ending = 'installs' | 'refuses';
/** Of pip and uv both, or of project tools alone. */
type Plainly = Readonly<
  Partial<Record<ToolName, Ending>> &
    (Record<InstallerName, Ending> | Partial<Record<InstallerName, never>>)
>;

export interface Form extends Scene {
  readonly expect: Refused | Passed | Stopped;
  /** What the plain installers do, as measured; `null` where the form has no plain counterpart. */
  readonly plain: Plainly | null;
  /** Without it the attack succeeds, or only the installer's own check is left. */
  readonly defence: Defence | NotTakenOut;
  /** Who falls for it once the defence is out; every installer where absent. */
  readonly fallsFor?: readonly AnyInstaller[];
  /** What the world must show afterwards; gives the faults found. */
  readonly witness?: Witness;
  /** Ends the attack; the world becomes honest where absent. */
  readonly stop?: (stage: Stage) => void | Promise<void>;
  /** Not even an honest world lets the same command pass (a wrong name stays wrong). */
  readonly lasting?: true;
  /** Verdict within this time. */
  readonly withinMilliseconds?: number;
}

/** Why no wiring takes the defence out of this form. */
export interface NotTakenOut {
  readonly because: string;
}

/** It must pass: there is nothing to take out. */
export const CONTROL: NotTakenOut = { because: 'a control: it must pass' };

export interface Refused {
  readonly outcome: 'refused';
  /** The one named first, then its accepted neighbours. */
  readonly classes: readonly [RefusalClass, ...RefusalClass[]];
  readonly codes: readonly Code[];
  /** What the message has to name. */
  readonly says?: (stage: Stage) => readonly string[];
  /** The installer was steered to this version of `good` instead; nothing installed where absent. */
  readonly steeredTo?: string;
}

/** The gate itself was killed: nothing may come of it. */
export interface Stopped {
  readonly outcome: 'stopped';
}

export interface Passed {
  readonly outcome: 'passed';
}

export interface Twin extends Scene {
  readonly witness?: Witness;
}

export const PASSED: Passed = { outcome: 'passed' };

/** Refused with this class; `neighbours` are classes that the catalogue accepts beside it. */
export function refused(
  refusalClass: RefusalClass,
  code: Code | readonly Code[],
  more: Partial<Pick<Refused, 'says' | 'steeredTo'>> & {
    readonly neighbours?: readonly RefusalClass[];
  } = {},
): Refused {
  const { neighbours = [], ...rest } = more;
  const codes = typeof code === 'string' ? [code] : code;
  return { outcome: 'refused', classes: [refusalClass, ...neighbours], codes, ...rest };
}

/** The stage's own Sigstore, and no other. */
export const OWN_SIGSTORE = {
  trusts: (stage: Stage): string => stage.sigstore.trustedRoot(),
} as const;

/** The usual `after`. */
export const AN_HONEST_INSTALL = { ask: ['good'] } as const;

export const BOTH_INSTALL = { pip: 'installs', uv: 'installs' } as const;
/** For `notBy`: one reason for all that work on a project. */
export function everyTool(why: string): Readonly<Record<ProjectTool, string>> {
  return { poetry: why, pipenv: why, pdm: why };
}

export const BOTH_REFUSE = { pip: 'refuses', uv: 'refuses' } as const;

// SPDX-License-Identifier: Apache-2.0
import type { Reason } from '../core/errors.ts';
import type {
  Call,
  Installer,
  InstallTarget,
  Intent,
  Located,
  Recognised,
  Route,
  Wish,
} from '../core/installer.ts';
import { publicIndexes } from './addresses.ts';
import { existingCaFiles } from './ca-files.ts';
import { scrub } from './dropped-variables.ts';
import { readGitKeys, type GitKeys } from './git-settings.ts';
import { shadowRefusals, withoutHooks, type Unhooked } from './interpreter-hooks.ts';
import type { InstallerPorts } from './ports.ts';
import { steeredEnvironment } from './proxy-environment.ts';
import { leadByGit } from './repositories.ts';
import { look, type Asked } from './run-outlook.ts';
import { seedFolders } from './seed-wheels.ts';
import { recogniseModule, recogniseProgram } from './starter.ts';
import { findTool, type ToolHome, type ToolName } from './tool-home.ts';
import { unknownPlace } from './unknown-place.ts';

/** One run of a tool, before it starts. */
export interface ToolRun {
  readonly ports: InstallerPorts;
  readonly starter: readonly string[];
  readonly argv: readonly string[];
  /** Its environment is without what leads round the gate. */
  readonly call: Call;
  readonly home: ToolHome;
}

/** What a tool's own file tells of a run. */
export interface ToolOutlook {
  /** False for verbs that fetch nothing. */
  readonly fetches: boolean;
  /** The verb is there to run the user's own program, which may want its network. */
  readonly runsProgram?: boolean;
  readonly asked?: Partial<Asked>;
  /** What is wished for beside what is asked in so many words. */
  readonly wishes?: readonly Wish[];
  /** Where it will install. */
  readonly targets?: readonly InstallTarget[];
  /** Whether it is there to install: a place that is not known is told then. */
  readonly installs?: boolean;
  /** CA bundles of the tool's own settings. */
  readonly caFiles?: readonly string[];
  readonly notes?: readonly string[];
  readonly refusals?: readonly Reason[];
  /** Set beside what every installer gets. */
  readonly variables?: (route: Route) => Readonly<Record<string, string>>;
  /** Arguments in place of the user's, where some of ours have to be among them. */
  readonly argv?: (route: Route) => readonly string[];
}

/** A tool that is steered by its environment: how it is recognised, and what it reads. */
export interface ToolKind extends ToolName {
  /** As in `wheelproof NAME …`; also the name of its private cache. */
  readonly name: string;
  readonly synopsis: string;
  readonly program: RegExp;
  /** `python -m MODULE`; `null` where it cannot be started so. */
  readonly module: string | null;
  /** It installs each file as it comes, not all or nothing. */
  readonly oneByOne?: true;
  /** It fetches what is not ours to judge: only the pip that it starts is steered. */
  readonly pipAlone?: boolean;
  /** @throws Refusal `WP-LOCKFILE-INVALID`, `WP-NAME-LOOKALIKE`, `WP-USAGE` */
  readonly look: (run: ToolRun) => Promise<ToolOutlook>;
}

/** What is known of a run once it has been looked at, for steering it. */
interface Seen {
  readonly outlook: ToolOutlook;
  readonly git: GitKeys;
  readonly unhooked: Unhooked;
}

type SteeredTool = Installer;

export function createTool(ports: InstallerPorts, kind: ToolKind): SteeredTool {
  const homes = new WeakMap<Located, ToolHome>();
  const seen = new WeakMap<Located, Seen>();
  const { name, synopsis, program, module } = kind;
  return {
    name,
    synopsis,
    recognise: (words) =>
      recogniseProgram(words, program) ?? (module === null ? null : recogniseModule(words, module)),
    async locate(recognised, call) {
      const home = await findTool(ports.machine, recognised, call, kind);
      homes.set(home.located, home);
      return home.located;
    },
    async intend(recognised, located, call) {
      const home = homes.get(located) ?? { located, interpreter: null, site: null };
      const { intent, ...all } = await intend(ports, kind, { recognised, home, call });
      seen.set(located, all);
      return intent;
    },
    steer(recognised, located, call, route) {
      const known = seen.get(located);
      const { variables, argv } = known?.outlook ?? {};
      const from = { ...call, ...known?.unhooked };
      const steered = steeredEnvironment(from, route, name, known?.git ?? null);
      return {
        program: located.program,
        argv: [...located.prefix, ...(argv?.(route) ?? recognised.argv)],
        environment: {
          ...(kind.pipAlone === true ? pipVariables(call, steered) : steered),
          ...variables?.(route),
        },
      };
    },
  };
}

/** The user's own environment, and of ours what pip and its git alone look at. */
function pipVariables(
  { environment }: Call,
  steered: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const theirs = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('PIP_'),
  );
  const ours = Object.entries(steered).filter(([name]) => /^(?:PIP|GIT)_/u.test(name));
  return Object.fromEntries([...theirs, ...ours]);
}

interface Asking {
  readonly recognised: Recognised;
  readonly home: ToolHome;
  readonly call: Call;
}

async function intend(
  ports: InstallerPorts,
  { name, module, oneByOne, look: lookAt }: ToolKind,
  { recognised, home, call }: Asking,
): Promise<Seen & { readonly intent: Intent }> {
  // Whatever the tool starts (pip, uv, git) gets the same environment: all of it is looked through.
  const { environment, notes } = scrub(call.environment, ...OF_TOOLS);
  const inside = { ...call, environment };
  const outlook = await lookAt({ ports, ...recognised, call: inside, home });
  const needed = outlook.runsProgram === true;
  const unhooked = withoutHooks(call, { site: home.site, needed });
  if (!outlook.fetches) return { outlook, git: null, unhooked, intent: NOTHING };
  const git = await readGitKeys(ports.machine, call);
  const asked = { requirements: [], files: [], options: [], ...outlook.asked };
  const found = await look(ports, inside, asked);
  const byGit = leadByGit(found, git);
  const targets = outlook.targets ?? [];
  const shadows = { prefix: home.located.prefix, module: module ?? name };
  const seeds = await seedFolders(ports.machine, home.site);
  const intent: Intent = {
    fetches: true,
    ...(needed ? { runsProgram: true } : {}),
    // Whatever runs out of a new environment, its own pip first, leaves compiled modules there.
    compiles: 'with sources',
    ...(oneByOne === true ? { oneByOne } : {}),
    wishes: [...found.wishes, ...(outlook.wishes ?? [])],
    pins: found.pins,
    ...byGit.led,
    indexes: publicIndexes(found.indexes),
    named: publicIndexes(found.named),
    caFiles: await existingCaFiles(ports.machine, call, [
      ...(outlook.caFiles ?? []),
      call.environment['PIP_CERT'] ?? '',
    ]),
    proxy: null,
    targets,
    ...(seeds.length === 0 ? {} : { seeds }),
    notes: [
      ...unhooked.notes,
      ...notes,
      ...(outlook.notes ?? []),
      ...found.notes,
      ...byGit.notes,
      ...unknownPlace(outlook.installs === true, targets),
    ],
    refusals: [
      ...(await shadowRefusals(ports.machine, call, shadows)),
      ...(outlook.refusals ?? []),
      ...found.refusals,
      ...byGit.refusals,
    ],
  };
  return { outlook, git, unhooked, intent };
}

const OF_TOOLS = ['pip', 'uv', 'virtualenv'];

const NOTHING: Intent = {
  fetches: false,
  wishes: [],
  pins: [],
  indexes: [],
  caFiles: [],
  proxy: null,
  targets: [],
  notes: [],
  refusals: [],
};

// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from 'node:util';
import type { Attack, Form, Twin } from '../test/attacks/attack.ts';
import {
  judgeForm,
  judgePlain,
  judgeTwin,
  judgeUndefended,
  type Outcome,
} from '../test/attacks/harness.ts';
import { ATTACKS } from '../test/attacks/index.ts';
import { isOfNetwork, protocolOf } from '../test/attacks/protocols.ts';
import { whyNot } from '../test/attacks/suits.ts';
import { PROTOCOLS, type Protocol } from '../test/world/exchange.ts';
import {
  INSTALLERS,
  INSTALLER_VERSIONS,
  newest,
  PROJECT_TOOLS,
  type AnyInstaller,
} from '../test/world/installer-versions.ts';

/*
 * Mounts every attack of test/attacks on loopback, through real pip and real uv, and prints a line
 * each. `--only A01,B14` chooses; `--installer poetry,pdm` mounts what these can be asked ("unsaid":
 * an attack whose words are pip's or uv's own); `--full` adds them and older installers, every second try, the plain
 * installers, and the proof that each attack succeeds once its defence is out (`--newest`: without
 * the older versions), those of the network over both protocols; `--protocol h2` or `http/1.1` has every
 * index speak one; `--forms` prints a line for each form, and why one was not asked of an
 * installer; `--why` shows what was said where something failed.
 */

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    newest: { type: 'boolean', default: false },
    forms: { type: 'boolean', default: false },
    plain: { type: 'boolean', default: false },
    why: { type: 'boolean', default: false },
    only: { type: 'string' },
    installer: { type: 'string' },
    protocol: { type: 'string' },
    jobs: { type: 'string', default: '4' },
  },
});

interface Job {
  readonly attack: Attack;
  readonly installer: AnyInstaller;
  readonly version: string;
  /** One form over this and the next over that where `null`. */
  readonly protocol: Protocol | null;
}

interface Line {
  readonly text: string;
  readonly passed: boolean;
  readonly faults: readonly string[];
  readonly forms: readonly string[];
}

async function runJob({ attack, installer, version, protocol }: Job): Promise<Line> {
  const settingOf = (scene: Form | Twin, place: number) => ({
    installer,
    version,
    protocol: scene.over ?? protocol ?? protocolOf(attack, scene, { installer, place }),
  });
  const began = performance.now();
  const faults: string[] = [];
  const forms: string[] = [];
  const exits = new Set<string>();
  let played = 0;
  const note = (name: string, outcome: Outcome, word = 'passed'): boolean => {
    faults.push(...outcome.faults.map((fault) => `${name}: ${fault}`));
    if (outcome.faults.length > 0 && values.why) faults.push(outcome.said);
    const holds = outcome.faults.length === 0;
    if (outcome.unsuitable === undefined) {
      played += 1;
      forms.push(`${name}: ${holds ? word : 'FAILED'}`);
    } else forms.push(`${name}: not asked: ${outcome.unsuitable}`);
    return holds;
  };
  const playable = <Kind extends Form | Twin>(scenes: readonly Kind[]): readonly Kind[] =>
    scenes.filter((scene) => {
      const why = whyNot(scene, installer, version);
      if (why !== null) forms.push(`${scene.name}: not asked: ${why}`);
      return why === null;
    });
  for (const [place, form] of playable(attack.forms).entries()) {
    const setting = settingOf(form, place);
    if (!values.plain) {
      const outcome = await judgeForm(form, setting, values.full || place === 0);
      const word = wordFor(form, outcome.exit);
      note(form.name, outcome, word);
      if (outcome.unsuitable === undefined) exits.add(word);
    }
    if (
      (values.full || values.plain) &&
      form.plain?.[installer] !== undefined &&
      version === newest(installer)
    )
      note(`${form.name} (plain)`, await judgePlain(form, setting), form.plain[installer]);
    const { defence } = form;
    if (values.full && typeof defence === 'string' && form.fallsFor?.includes(installer) !== false)
      note(
        `${form.name} (without ${defence})`,
        await judgeUndefended(form, defence, setting),
        'not held',
      );
  }
  let benign = true;
  for (const [place, twin] of (values.plain ? [] : playable(attack.twins ?? [])).entries())
    benign = note(`benign: ${twin.name}`, await judgeTwin(twin, settingOf(twin, place))) && benign;
  const name = version === newest(installer) ? installer : `${installer} ${version}`;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const passed = faults.length === 0;
  const twins = attack.twins === undefined ? '' : benign ? 'benign ok' : 'benign BLOCKED';
  const word = played === 0 ? 'unsaid' : passed ? 'ok    ' : 'FAILED';
  const columns = [attack.id, name.padEnd(11), protocol ?? '', word, [...exits].join(', ')];
  const text = [...columns, twins, `${seconds} s`].filter(Boolean).join('  ');
  return { text, passed, faults, forms: values.forms ? forms : [] };
}

function wordFor(form: Form, exit: number | null): string {
  if (form.expect.outcome !== 'refused') return form.expect.outcome;
  return `refused ${form.expect.classes[0]} ${form.expect.codes[0] ?? ''} (${exit ?? 'signal'})`;
}

function chooseJobs(): Job[] {
  const wanted = values.only?.split(',') ?? null;
  const attacks = ATTACKS.filter(({ id }) => wanted === null || wanted.includes(id));
  const installers = [...INSTALLERS, ...PROJECT_TOOLS].filter((name) =>
    values.installer === undefined
      ? values.full || name === 'pip' || name === 'uv'
      : values.installer.split(',').includes(name),
  );
  return attacks.flatMap((attack) =>
    installers.flatMap((installer) =>
      INSTALLER_VERSIONS[installer]
        .slice(0, values.full && !values.newest ? undefined : 1)
        .flatMap((version) =>
          protocolsOf(attack, version === newest(installer)).map((protocol) => ({
            attack,
            installer,
            version,
            protocol,
          })),
        ),
    ),
  );
}

function protocolsOf(attack: Attack, isNewest: boolean): readonly (Protocol | null)[] {
  const wanted = PROTOCOLS.filter((protocol) => protocol === values.protocol);
  if (wanted.length > 0) return wanted;
  return values.full && isNewest && isOfNetwork(attack) ? PROTOCOLS : [null];
}

const jobs = chooseJobs();
let next = 0;
let failed = 0;
async function work(): Promise<void> {
  for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
    const line = await runJob(job);
    console.log(line.text);
    for (const form of line.forms) console.log(`      ${form}`);
    for (const fault of line.faults) console.log(`      ${fault}`);
    if (!line.passed) failed += 1;
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
console.log(`${jobs.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && jobs.length > 0 ? 0 : 1;

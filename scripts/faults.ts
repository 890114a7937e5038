// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from 'node:util';
import { protocolsOf, type Fault, type FaultForm } from '../test/faults/fault.ts';
import { openGround } from '../test/faults/ground.ts';
import { FAULTS } from '../test/faults/index.ts';
import { lacking } from '../test/faults/machinery.ts';
import { PROTOCOLS, type Protocol } from '../test/world/exchange.ts';
import type { InstallerName } from '../test/world/installer-versions.ts';

/*
 * Mounts every fault of test/faults on this machine, before real installers, and prints a line
 * each, with what was found where something failed. `--only R04,R09` chooses, `--form TEXT` and
 * `--installer uv` too, and `--protocol h2` or `http/1.1`, of which those of the network are mounted
 * over both; `--list` only lists.
 */

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    form: { type: 'string' },
    installer: { type: 'string' },
    protocol: { type: 'string' },
    list: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '1' },
  },
});

interface Job {
  readonly fault: Fault;
  readonly form: FaultForm;
  readonly installer: InstallerName;
  readonly protocol: Protocol;
}

function chooseJobs(): Job[] {
  const wanted = values.only?.split(',') ?? null;
  const faults = FAULTS.filter(({ id }) => wanted === null || wanted.includes(id));
  return faults.flatMap((fault) =>
    fault.forms
      .filter(({ name }) => values.form === undefined || name.includes(values.form))
      .flatMap((form) =>
        (form.installers ?? ['pip'])
          .filter((installer) => installer === (values.installer ?? installer))
          .flatMap((installer) =>
            chosenOf(form).map((protocol): Job => ({ fault, form, installer, protocol })),
          ),
      ),
  );
}

/** A protocol that was asked for, even of a form that says nothing of it. */
function chosenOf(form: FaultForm): readonly Protocol[] {
  const wanted = PROTOCOLS.filter((protocol) => protocol === values.protocol);
  return wanted.length > 0 ? wanted : protocolsOf(form);
}

type Ending = 'ok' | 'FAILED' | 'skipped';

async function runJob({ fault, form, installer, protocol }: Job): Promise<Ending> {
  const over = protocol === 'h2' ? ' (HTTP/2)' : '';
  const name = `${fault.id}  ${installer.padEnd(3)}  ${form.name}${over}`;
  const lacks = lacking(form.needs);
  if (lacks !== null) {
    console.log(`${name}: skipped, ${lacks} does not work here`);
    return 'skipped';
  }
  const began = performance.now();
  await using ground = await openGround(installer, protocol);
  const { faults, figure } = await form.play(ground).catch((thrown: unknown) => ({
    faults: [
      `could not be judged: ${thrown instanceof Error ? String(thrown.stack) : String(thrown)}`,
    ],
    figure: '',
  }));
  const ending = faults.length === 0 ? 'ok' : 'FAILED';
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`${name}: ${ending}${figure === '' ? '' : `, ${figure}`} (${seconds} s)`);
  for (const found of faults) console.log(`      ${found.replaceAll('\n', '\n      ')}`);
  return ending;
}

const jobs = chooseJobs();
if (values.list) {
  for (const { fault, form, installer, protocol } of jobs)
    console.log(`${fault.id}  ${installer.padEnd(3)}  ${fault.title}: ${form.name} (${protocol})`);
} else {
  const endings: Ending[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++])
      endings.push(await runJob(job));
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  const count = (ending: Ending): number => endings.filter((one) => one === ending).length;
  console.log(`${count('ok')} passed, ${count('FAILED')} failed, ${count('skipped')} skipped`);
  process.exitCode = count('FAILED') > 0 || jobs.length === 0 ? 1 : 0;
}

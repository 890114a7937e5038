// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from 'node:util';
import { soakGate } from '../test/soak/gate-soak.ts';
import { soakWrapper } from '../test/soak/wrapper-soak.ts';

/*
 * `npm run soak [-- --installs 500 --part wrapper|gate --pip]`: installs mixed with attacks, through one gate that lives long
 * and through the wrapper, one process each; memory, open files and what lies on disk stay flat.
 */

const { values } = parseArgs({
  options: {
    installs: { type: 'string', default: '500' },
    part: { type: 'string' },
    pip: { type: 'boolean', default: false },
  },
});
const installs = Number(values.installs);
const faults: string[] = [];

if (values.part !== 'wrapper') {
  const { attacks, warm, end, ...soak } = await soakGate(installs, (line) => console.log(line));
  faults.push(...soak.faults);
  const mebibytes = (kibibytes: number): string => `${(kibibytes / 1024).toFixed(0)} MiB`;
  const drift = ((end.now / warm.now - 1) * 100).toFixed(1);
  console.log(
    `gate: ${installs} installs, ${attacks} of them attacks; resident ${mebibytes(warm.now)} warm, ` +
      `${mebibytes(end.now)} at the end (${drift} %); open files ${warm.descriptors}, then ${end.descriptors}`,
  );
}

if (values.part !== 'gate') {
  const began = performance.now();
  const soak = await soakWrapper(values.pip ? 'pip' : 'uv', installs, (line) => console.log(line));
  faults.push(...soak.faults);
  for (const [name, count] of soak.runs) console.log(`${String(count).padStart(5)}  ${name}`);
  console.log(
    `wrapper: ${installs} installs in ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
}
for (const fault of faults) console.log(`      ${fault}`);
console.log(faults.length === 0 ? 'passed' : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;

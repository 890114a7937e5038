// SPDX-License-Identifier: Apache-2.0
import { openSqliteTrustRows } from '../../../src/storage/index.ts';

// One of many processes that write one store at once; prints how often it was the first.
const [file = '', worker = '', names = ''] = process.argv.slice(2);
const rows = openSqliteTrustRows(file, { now: () => Date.now() });
let firsts = 0;
for (let name = 0; name < Number(names); name++) {
  const sha256 = (name % 2 === 0 ? 'a' : worker.padStart(2, '0').slice(-2)).repeat(64).slice(0, 64);
  const at = Date.now();
  const { outcome } = rows.transaction(() => {
    rows.audit({ at, run: worker, what: 'verdict', subject: String(name), detail: {} });
    return rows.remember({
      index: 'https://index.example/simple',
      project: 'demo',
      version: '1.0',
      filename: `demo-${name}.whl`,
      url: 'https://files.index.example/demo.whl',
      sha256,
      size: 1,
      firstSeen: at,
      lastSeen: at,
      verdict: 'first-seen',
      policy: 'p',
    });
  });
  if (outcome === 'first') firsts++;
}
rows.close();
process.stdout.write(`${firsts}\n`);

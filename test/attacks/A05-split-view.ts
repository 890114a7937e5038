// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEnvironment } from '../world/environments.ts';
import { refused, type Attack, type Form, type Witness } from './attack.ts';
import { runGuarded, type Guarded, type Knock } from './door.ts';
import { EVIL, GOOD, OLDER, type Stage } from './stage.ts';

/**
 * Two installers of one user ask one index, which tells each of them another hash. The gate asks in
 * its own name for both, so the index has only the time, or the connection, to go by.
 */
const otherClientFirst =
  (ask: string) =>
  async (stage: Stage, knock: Knock): Promise<Guarded> => {
    const { world, environment } = stage;
    stage.honest();
    world.publish(OLDER);
    const other = environment.installer === 'pip' ? 'uv' : 'pip';
    await using first = await openEnvironment(world, other);
    const kept = Object.entries(environment.variables).filter(
      ([name]) => name === 'HOME' || name.startsWith('XDG_'),
    );
    first.setVariables(Object.fromEntries(kept));
    const starter = other === 'pip' ? ['pip'] : ['uv', 'pip'];
    const words = [...starter, 'install', '--index-url', world.index, ask];
    const honest = await runGuarded({ environment: first, words });
    if (honest.exit !== 0) throw new Error(`the first client failed: ${honest.stderr}`);
    stage.listOnly(EVIL);
    return await runGuarded(knock);
  };

const bothInTheTrail: Witness = ({ environment }) => {
  const store = join(environment.home, '.local', 'share', 'wheelproof');
  const names = readdirSync(store).filter((name) => name.startsWith('trust.sqlite'));
  const trail = Buffer.concat(names.map((name) => readFileSync(join(store, name))));
  const other = environment.installer === 'pip' ? 'uv' : 'pip';
  const clients = [environment.installer, other].map((name) => `"client":"${name} `);
  return [GOOD.sha256, EVIL.sha256, ...clients]
    .filter((each) => !trail.includes(each))
    .map((each) => `the audit trail lacks ${each}`);
};

const form = (name: string, ask: string, code: 'WP-NAME-REUSED' | 'WP-LISTING-CHANGED'): Form => ({
  name,
  mount: () => undefined,
  run: otherClientFirst(ask),
  expect: refused('E-BYTES', code, {
    says: () => [GOOD.sha256.slice(0, 12), EVIL.sha256.slice(0, 12)],
  }),
  plain: null,
  defence: 'memory',
  witness: bothInTheTrail,
});

export const A05: Attack = {
  id: 'A05',
  title: 'split view: different bytes per client',
  forms: [
    form('the first one took the file', 'good', 'WP-NAME-REUSED'),
    form('the first one only saw the page', 'good==0.9', 'WP-LISTING-CHANGED'),
  ],
};

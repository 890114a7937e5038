// SPDX-License-Identifier: Apache-2.0
import { INDEX } from '../world/world.ts';
import { BOTH_INSTALL, refused, type Attack, type Witness } from './attack.ts';

/** As some other program has set them. */
const TRUSTING = { PIP_TRUSTED_HOST: INDEX, UV_INSECURE_HOST: INDEX };

/** Taken out of the installer's way, which a line tells. */
const isNamed: Witness = ({ environment }, { stderr }) => {
  const name = environment.installer === 'pip' ? 'PIP_TRUSTED_HOST' : 'UV_INSECURE_HOST';
  return stderr.includes(`${name} was taken out`) ? [] : [`${name} is not named`];
};

export const D06: Attack = {
  id: 'D06',
  title: 'a variable makes the installer trust any certificate',
  forms: [
    {
      name: 'and a stranger answers for the index',
      mount: ({ world }) =>
        world.showCertificate(INDEX, world.authority.leaf({ names: [INDEX], selfSigned: true })),
      variables: () => TRUSTING,
      // The variable itself is neutralised; what is refused is the stranger.
      expect: refused('E-SOURCE', 'WP-TLS', { says: () => [INDEX, 'self-signed'] }),
      plain: BOTH_INSTALL,
      defence: 'upstream',
      witness: isNamed,
    },
  ],
  twins: [
    {
      name: 'and everybody is who he says he is',
      mount: () => undefined,
      variables: () => TRUSTING,
      witness: isNamed,
    },
  ],
};

// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle.ts';

export interface ThirdParty {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  readonly text: string;
}

/** The packages that files of a bundle belong to, and the one that is shipped beside it. */
export function thirdParties(inputs: readonly string[]): readonly ThirdParty[] {
  const folders = inputs.flatMap((input) => {
    const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/u.exec(input);
    return found === null ? [] : [found[0]];
  });
  return [...new Set([...folders, 'node_modules/openpgp'])].sort().map(readThirdParty);
}

function readThirdParty(folder: string): ThirdParty {
  const place = join(root, folder);
  const { name, version, license }: Omit<ThirdParty, 'text'> = JSON.parse(
    readFileSync(join(place, 'package.json'), 'utf8'),
  );
  const file = readdirSync(place).find((one) => /^licen[cs]e(?:\.|$)/iu.test(one));
  if (file === undefined) throw new Error(`${folder}: expected a licence, found none`);
  const text = readFileSync(join(place, file), 'utf8').trim();
  return { name, version, license: license.replace(/^LGPL-3\.0\+$/u, 'LGPL-3.0-or-later'), text };
}

/** Every licence of what is shipped, as one SPDX expression. */
export function licenceExpression(own: string, parties: readonly ThirdParty[]): string {
  return [...new Set([own, ...parties.map(({ license }) => license)])].sort().join(' AND ');
}

/** What their licences ask to be kept with every copy. */
export function noticesOf(parties: readonly ThirdParty[]): string {
  const lead =
    '# Third-party software\n\nwheelproof holds parts of the packages below. OpenPGP.js lies in `node_modules/openpgp`, unchanged and apart: another build of it may be put in its place.\n';
  const each = parties.map(
    ({ name, version, license, text }) =>
      `\n## ${name} ${version}\n\n${license}\n\n${fenced(text)}`,
  );
  return `${lead}${each.join('')}`;
}

function fenced(text: string): string {
  return `\`\`\`\`\n${text}\n\`\`\`\`\n`;
}

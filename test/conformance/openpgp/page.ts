// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { describeRun, runInteroperability } from './interoperability.ts';
import { gatherPgpOpinions } from './second-opinions.ts';

const OPINIONS = '## Second opinions';
const SUITE = '## The interoperability suite';

interface Wish {
  /** The page that is written. */
  readonly page: string;
  /** Real signatures, keys and files. */
  readonly data: string;
  /** A checkout of the interoperability suite. */
  readonly suite: string | undefined;
  readonly say: (line: string) => void;
}

/**
 * What others make of the same OpenPGP signatures; a part that was not run stays as it was.
 * @returns whether all is as it should be.
 */
export async function writeOpenPgpPage({ page, data, suite, say }: Wish): Promise<boolean> {
  const before = existsSync(page) ? await readFile(page, 'utf8') : '';
  const amiss: string[] = [];
  let opinions = kept(before, OPINIONS);
  const gathered = await gatherPgpOpinions(data);
  if (gathered === null) say('OpenPGP: skipped, gpgv is not installed here');
  else {
    amiss.push(...gathered.amiss);
    gathered.skipped.forEach(say);
    say(`OpenPGP: ${gathered.said}`);
    opinions = `Real signatures, and some that are made for it on the spot, before us, gpgv and sqop. Each refusal shows its reason. In all, ${gathered.said}\n\n${gathered.text}`;
  }
  let run = kept(before, SUITE);
  if (suite === undefined) {
    say(
      'OpenPGP interoperability suite: skipped, no checkout was named (--openpgp-suite CHECKOUT)',
    );
  } else {
    const described = describeRun(runInteroperability(suite, say));
    amiss.push(...described.amiss);
    say(`OpenPGP interoperability suite: ${described.said}`);
    run = described.text;
  }
  amiss.forEach(say);
  const intro =
    'Written by `npm run conformance -- --only openpgp --suite CHECKOUT`, which is red when one bad signature is taken, or a good one refused without a reason that is named here. `test/conformance/sop` speaks the Stateless OpenPGP subset `version`, `verify` and `inline-verify` (clear-signed texts).';
  const parts = ['# OpenPGP conformance', intro, SUITE, run, OPINIONS, opinions];
  await writeFile(page, `${parts.join('\n\n')}\n`);
  return amiss.length === 0;
}

function kept(page: string, heading: string): string {
  const [, text = 'Not run yet.'] = page.split(`${heading}\n`);
  return (text.split(/^## /mu)[0] ?? '').trim();
}

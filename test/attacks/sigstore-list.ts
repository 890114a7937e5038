// SPDX-License-Identifier: Apache-2.0
import { signBlob } from '../world/sigstore/blob.ts';
import type { Signer } from '../world/sigstore/signers.ts';
import type { BuiltFile } from '../world/wheel.ts';
import { SUMS, laySums } from './signed-release.ts';
import type { Stage } from './stage.ts';

/** A list that names this file, with a Sigstore bundle beside it; the policy names the maintainers’ workflow. */
export async function publishList(stage: Stage, file: BuiltFile, signer?: Signer): Promise<void> {
  const list = Buffer.from(`${file.sha256}  ${file.filename}\n`);
  laySums(stage, list);
  const wish = signer === undefined ? {} : { signer };
  laySums(stage, signBlob(stage.sigstore, list, wish), '.sigstore.json');
  const place = stage.world.origin('good.test') + SUMS;
  await stage.write(
    'wheelproof.toml',
    `require = "publisher"
[[signer]]
project = "good"
sigstore = ["github:good-people/good?workflow=release.yml&tag=v{version}"]
checksums = [${JSON.stringify(place)}]
`,
  );
}

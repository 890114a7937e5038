// SPDX-License-Identifier: Apache-2.0
import { provenance, publishAttested } from '../world/integrity-api.ts';
import { gitHub, type GitHubWish } from '../world/sigstore/signers.ts';
import { makeWheel, type BuiltFile } from '../world/wheel.ts';
import type { Scene, Witness } from './attack.ts';
import { runGuarded, type Guarded } from './door.ts';
import { GOOD, type Stage } from './stage.ts';

/** The release after GOOD: as its people make it, and as somebody else does. */
export const NEXT = makeWheel({ name: 'good', version: '1.1' });
export const EVIL_NEXT = makeWheel({ name: 'good', version: '1.1', word: 'EVIL' });

/** Somebody else, with a repository of his own. */
export const MALLORY: GitHubWish = {
  repository: 'mallory/good',
  repositoryId: '6666',
  ownerId: '7777',
  ref: 'refs/tags/v1.1',
};

/** Adds a file that this publisher attested, as an honest index lists it. */
export function addAttested(stage: Stage, file: BuiltFile, by: GitHubWish = {}): void {
  const signer = gitHub({ ref: `refs/tags/v${file.version}`, ...by });
  const said = provenance([stage.sigstore.attest(file, { signer })], signer.publisher);
  publishAttested(stage.world, file, said);
}

/** The page of `good` lists this attested file alone. */
export function listBy(stage: Stage, file: BuiltFile, by: GitHubWish = {}): void {
  stage.world.project('good').files = [];
  addAttested(stage, file, by);
}

/** An honest install of an attested release comes first. */
export const AN_ATTESTED_INSTALL: NonNullable<Scene['after']> = {
  ask: ['good'],
  set: (stage) => listBy(stage, GOOD),
};

/** `wheelproof.toml`: who may release `good`. */
export const enrolled = (more = ''): string => `[[project]]
name = "good"

[[project.publisher]]
kind = "github"
repository = "good-people/good"
workflow = "release.yml"
${more}`;

/** Types the command that the refusal names, as it stands there, and asks again. */
export const acceptingWhatIsShown: NonNullable<Scene['run']> = async (_stage, knock) => {
  const refused = await runGuarded(knock);
  const [command] = (refused.report?.files ?? []).flatMap(({ reasons }) =>
    reasons.flatMap(({ hint }) => /wheelproof (trust accept .*)$/u.exec(hint)?.[1] ?? []),
  );
  if (command === undefined) return refused;
  const words = [...command.matchAll(/'([^']*)'|(\S+)/gu)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  const accepted = await runGuarded({ environment: knock.environment, words, bare: true });
  return accepted.exit === 0 ? await runGuarded(knock) : accepted;
};

/** The file was let through, and its publisher counts. */
export const isConfirmed: Witness = (_stage, { report }: Guarded) => {
  const faults: string[] = [];
  if (report?.coverage.confirmed !== 1) faults.push('its publisher is not confirmed');
  if (report?.summary.vouched !== 1) faults.push('it does not count as vouched');
  return faults;
};

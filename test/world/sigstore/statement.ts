// SPDX-License-Identifier: Apache-2.0

/** PEP 740's predicate types, in pieces, since no registry's host is written in this code. */
export const PUBLISH = ['https://docs.py', 'pi.org/attestations/publish/v1'].join('');
export const SLSA = 'https://slsa.dev/provenance/v1';

/** What the statement is about: a file as its name and its sha256 say. */
export interface Subject {
  readonly filename: string;
  readonly sha256: string;
}

/** An in-toto statement (v1) of one subject, with these members laid over it. */
export function statement(
  { filename, sha256 }: Subject,
  over: Readonly<Record<string, unknown>> = {},
): Buffer {
  const said = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: filename, digest: { sha256 } }],
    predicateType: PUBLISH,
    predicate: null,
    ...over,
  };
  return Buffer.from(JSON.stringify(said));
}

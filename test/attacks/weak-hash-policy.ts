// SPDX-License-Identifier: Apache-2.0

/** A policy whose owner lets weak hashes of `good` through for a while. */
export function allowWeakHash(): string {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  return `[[exception]]
project = "good"
rule = "strong-hash"
reason = "an old index of our own"
owner = "someone"
expires = ${tomorrow}
`;
}

// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { PolicyFiles } from '../core/policy-files.ts';
import { DEFAULT_POLICY, sealPolicy, type Policy } from '../policy/index.ts';
import { diskFiles } from './disk-files.ts';
import { findSources, type PolicySource } from './discovery.ts';

export interface PolicyChoice {
  /** Where the search for the project's policy begins; it goes upward. */
  readonly directory: string;
  /** Where the user's own `wheelproof.toml` lies. */
  readonly configDirectory: string;
  /** Takes the place of the project's policy; relative to `directory`. */
  readonly explicitFile: string | null;
  readonly strict: boolean;
  /** Names that `require` may use beside the four classes; absent: any. */
  readonly evidenceKinds?: readonly string[];
  /** Milliseconds since 1970; now where absent. */
  readonly now?: number;
}

/**
 * The policy in force: the default, under the user's file, under the project's. A key of the
 * project's file wins over the user's; lists and tables are appended.
 *
 * @throws Refusal `WP-POLICY-INVALID` with file, line, key, expected and found;
 *   `WP-STATE-PERMISSIONS` for a file that others may write.
 */
export async function loadPolicy(
  choice: PolicyChoice,
  files: PolicyFiles = diskFiles,
): Promise<Policy> {
  const sources = await findSources(choice, files);
  if (sources.length === 0) {
    return choice.strict ? sealPolicy({ ...DEFAULT_POLICY, strict: true }) : DEFAULT_POLICY;
  }
  for (const source of sources) refuseForeign(source);
  // The readers of TOML and schemas stay off the start path of those who have no policy.
  const [{ readDocument }, { compileRules }, { overlay }, { withKeyrings }, { withTufRoots }] =
    await Promise.all([
      import('./document.ts'),
      import('./compile.ts'),
      import('./overlay.ts'),
      import('./signer-tables.ts'),
      import('./tuf-pins.ts'),
    ]);
  const compiled = sources.map((source) =>
    compileRules(readDocument(source), choice.evidenceKinds ?? null),
  );
  const layers = await Promise.all(
    compiled.map(async (layer) => ({
      ...layer,
      signers: await withKeyrings(layer.signers, files),
      indexes: await withTufRoots(layer.indexes, files),
    })),
  );
  return overlay(layers, { strict: choice.strict, now: choice.now ?? Date.now() });
}

/** Whoever can write the policy decides what is trusted. */
function refuseForeign({ path, file }: PolicySource): void {
  if (file.writableByOthers) {
    throw new Refusal('WP-STATE-PERMISSIONS', {
      message: `${path}: expected a policy that only its owner may write, found one that others may`,
      hint: `chmod go-w ${path}`,
    });
  }
  if (file.foreign) {
    throw new Refusal('WP-STATE-PERMISSIONS', {
      message: `${path}: expected a policy that belongs to you or root, found one of another user`,
      hint: `Look at what it says, then chown or remove ${path}`,
    });
  }
}

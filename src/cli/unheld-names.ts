// SPDX-License-Identifier: Apache-2.0
import type { Installer, Intent } from '../core/installer.ts';
import { printableUrl } from '../core/url.ts';
import type { Verifier } from '../verify/index.ts';
import type { SubjectReason } from './run-events.ts';

/**
 * Names that came to nothing, as refusals. The installer's own is left out unless it was wished
 * for: that it looks whether it is old keeps nobody from the rest.
 */
export function unheldNames(
  verifier: Pick<Verifier, 'unheldNames'>,
  run: { readonly installer: Pick<Installer, 'name'>; readonly intent: Pick<Intent, 'wishes'> },
): readonly SubjectReason[] {
  const wished = new Set(run.intent.wishes.map(({ project }) => project));
  return verifier
    .unheldNames()
    .filter(({ project }) => project !== run.installer.name || wished.has(project))
    .map(({ url, reason }) => ({ ...reason, subject: printableUrl(url) }));
}

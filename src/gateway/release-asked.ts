// SPDX-License-Identifier: Apache-2.0
import { isProjectName, normaliseName } from '../core/project-name.ts';
import { normaliseVersion } from '../core/version.ts';

/** What the older JSON API of an index is asked: a project, or one release of it. */
export interface ReleaseAsked {
  readonly project: string;
  readonly version: string | null;
  /** The project's page of the Simple index beside it. */
  readonly page: string;
}

/** `…/pypi/NAME/json`, `…/pypi/NAME/VERSION/json`, as Poetry and pipenv ask; `null`: nothing of the kind. */
export function releaseAsked(url: URL): ReleaseAsked | null {
  const [, base, name = '', , stated] =
    /^(.*)\/pypi\/([^/]+)(\/([^/]+))?\/json\/?$/u.exec(url.pathname) ?? [];
  if (base === undefined || !isProjectName(name)) return null;
  const version = stated === undefined ? null : normaliseVersion(stated);
  if (stated !== undefined && version === null) return null;
  const page = new URL(url);
  page.pathname = `${base}/simple/${normaliseName(name)}/`;
  page.search = '';
  return { project: normaliseName(name), version, page: page.href };
}

// SPDX-License-Identifier: Apache-2.0
import type { BuiltFile } from '../world/wheel.ts';

/** One release of one file in each format of lock file; `hash` may be left empty. */
export const LOCK_TEXTS: Readonly<
  Record<string, (file: BuiltFile, url: string, hash: string) => string>
> = {
  'poetry.lock': ({ filename }, _, hash) => `[[package]]
name = "good"
version = "1.0"
optional = false
python-versions = "*"
files = [${hash === '' ? '' : `{file = "${filename}", hash = "sha256:${hash}"}`}]
[metadata]
lock-version = "2.1"
python-versions = "*"
content-hash = "x"
`,
  'Pipfile.lock': (_, __, hash) =>
    JSON.stringify({
      _meta: { 'pipfile-spec': 6, sources: [] },
      default: { good: { hashes: hash === '' ? [] : [`sha256:${hash}`], version: '==1.0' } },
      develop: {},
    }),
  'uv.lock': (_, url, hash) => `version = 1
requires-python = ">=3.8"
[[package]]
name = "good"
version = "1.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "${url}"${hash === '' ? '' : `, hash = "sha256:${hash}"`} }]
`,
  'pdm.lock': ({ filename }, _, hash) => `[metadata]
groups = ["default"]
strategy = []
lock_version = "4.5.0"
content_hash = "sha256:x"
[[package]]
name = "good"
version = "1.0"
groups = ["default"]
files = [${hash === '' ? '' : `{file = "${filename}", hash = "sha256:${hash}"}`}]
`,
  'conda-lock.yml': (_, url, hash) => `version: 1
package:
- name: good
  version: '1.0'
  manager: pip
  platform: linux-64
  url: ${url}
  hash: {${hash === '' ? '' : `sha256: ${hash}`}}
`,
};

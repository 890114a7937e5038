// SPDX-License-Identifier: Apache-2.0

/** Two releases, the second with one file only. */
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const C = 'c'.repeat(64);
const GOOD_WHEEL = 'good_pkg-1.0-py3-none-any.whl';
const GOOD_SDIST = 'good_pkg-1.0.tar.gz';
const SIX_WHEEL = 'six-1.16.0-py2.py3-none-any.whl';
const FILES = 'https://files.index.example/packages/';

/** What each of the samples says. */
export const RELEASES = [
  { name: 'good-pkg', version: '1.0', hashes: [`sha256:${A}`, `sha256:${B}`] },
  { name: 'six', version: '1.16.0', hashes: [`sha256:${C}`] },
];

export interface Sample {
  /** The format's name. */
  readonly format: string;
  readonly name: string;
  readonly filename: string;
  readonly text: string;
}

const REQUIREMENTS = `# made by hand
--index-url https://index.example/simple/
Good_Pkg==1.0 ; python_version >= "3.8" \\
    --hash=sha256:${A} \\
    --hash=sha256:${B}
    # via six
six==1.16.0 --hash=sha256:${C}
`;

const PYLOCK = `lock-version = "1.0"
created-by = "test"
requires-python = ">=3.8"
[[packages]]
name = "good-pkg"
version = "1.0"
marker = "sys_platform == 'linux'"
requires-python = ">=3.8"
index = "https://index.example/simple/"
sdist = { name = "${GOOD_SDIST}", url = "${FILES}${GOOD_SDIST}", upload-time = 2025-01-25T11:30:10.164Z, size = 10, hashes = { sha256 = "${B}" } }
wheels = [{ name = "${GOOD_WHEEL}", url = "${FILES}${GOOD_WHEEL}", hashes = { sha256 = "${A}" } }]
[[packages.attestation-identities]]
kind = "GitHub"
repository = "good/pkg"
workflow = "release.yml"
[[packages]]
name = "six"
version = "1.16.0"
wheels = [{ name = "${SIX_WHEEL}", url = "${FILES}${SIX_WHEEL}", hashes = { sha256 = "${C}" } }]
`;

const POETRY_2 = `[[package]]
name = "Good_Pkg"
version = "1.0"
optional = false
python-versions = ">=3.8"
groups = ["main"]
markers = "sys_platform == \\"linux\\""
files = [
    {file = "${GOOD_WHEEL}", hash = "sha256:${A}"},
    {file = "${GOOD_SDIST}", hash = "sha256:${B}"},
]
[[package]]
name = "six"
version = "1.16.0"
optional = false
python-versions = "*"
groups = ["main", "dev"]
files = [{file = "${SIX_WHEEL}", hash = "sha256:${C}"}]
[package.source]
type = "legacy"
url = "https://index.example/simple"
reference = "other"
[[package]]
name = "here"
version = "0.1"
files = []
[package.source]
type = "directory"
url = "../here"
[metadata]
lock-version = "2.1"
python-versions = ">=3.8"
content-hash = "x"
`;

const withoutLocal = (text: string): string =>
  text.replace(/\[\[package\]\]\nname = "here"(?:.|\n)*?(?=\[metadata\])/u, '');

const POETRY_1 = `[[package]]
name = "good-pkg"
version = "1.0"
category = "main"
optional = false
python-versions = "*"
[[package]]
name = "six"
version = "1.16.0"
category = "dev"
optional = false
python-versions = "*"
[metadata]
content-hash = "x"
lock-version = "1.1"
python-versions = "^3.8"
[metadata.files]
good-pkg = [
    {file = "${GOOD_WHEEL}", hash = "sha256:${A}"},
    {file = "${GOOD_SDIST}", hash = "sha256:${B}"},
]
six = [{file = "${SIX_WHEEL}", hash = "sha256:${C}"}]
`;

const POETRY_0 = `[[package]]
name = "good-pkg"
version = "1.0"
[[package]]
name = "six"
version = "1.16.0"
[metadata]
content-hash = "x"
[metadata.hashes]
good-pkg = ["${A}", "${B}"]
six = ["${C}"]
`;

const PIPFILE = JSON.stringify(
  {
    _meta: {
      hash: { sha256: 'x' },
      'pipfile-spec': 6,
      sources: [{ name: 'main', url: 'https://index.example/simple', verify_ssl: true }],
    },
    default: {
      'good-pkg': {
        hashes: [`sha256:${A}`, `sha256:${B}`],
        index: 'main',
        markers: "python_version >= '3.8'",
        version: '==1.0',
      },
    },
    develop: { six: { hashes: [`sha256:${C}`], version: '==1.16.0' } },
  },
  null,
  4,
);

const UV = `version = 1
revision = 3
requires-python = ">=3.8"
[[package]]
name = "app"
version = "0.1"
source = { virtual = "." }
dependencies = [{ name = "good-pkg", marker = "sys_platform == 'linux'" }]
[package.dev-dependencies]
dev = [{ name = "six" }]
[[package]]
name = "good-pkg"
version = "1.0"
source = { registry = "https://index.example/simple" }
sdist = { url = "${FILES}${GOOD_SDIST}", hash = "sha256:${B}", size = 10, upload-time = "2025-01-25T11:30:10.164Z" }
wheels = [{ url = "${FILES}${GOOD_WHEEL}", hash = "sha256:${A}", size = 10 }]
[[package]]
name = "six"
version = "1.16.0"
source = { url = "${FILES}${SIX_WHEEL}" }
wheels = [{ url = "${FILES}${SIX_WHEEL}", hash = "sha256:${C}" }]
`;

const PDM = `[metadata]
groups = ["default", "dev"]
strategy = ["inherit_metadata"]
lock_version = "4.5.0"
content_hash = "sha256:x"
[[package]]
name = "good-pkg"
version = "1.0"
groups = ["default"]
marker = "sys_platform == \\"linux\\""
files = [
    {file = "${GOOD_WHEEL}", hash = "sha256:${A}"},
    {url = "${FILES}${GOOD_SDIST}", hash = "sha256:${B}"},
]
[[package]]
name = "good-pkg"
version = "1.0"
extras = ["more"]
files = [{file = "${GOOD_WHEEL}", hash = "sha256:${A}"}]
[[package]]
name = "six"
version = "1.16.0"
groups = ["dev"]
files = [{file = "${SIX_WHEEL}", hash = "sha256:${C}"}]
`;

const PDM_3 = `[[package]]
name = "good-pkg"
version = "1.0"
[[package]]
name = "six"
version = "1.16.0"
[metadata]
lock_version = "3.1"
[metadata.files]
"good-pkg 1.0" = [
    {file = "${GOOD_WHEEL}", hash = "sha256:${A}"},
    {file = "${GOOD_SDIST}", hash = "sha256:${B}"},
]
"six 1.16.0" = [{url = "${FILES}${SIX_WHEEL}", hash = "sha256:${C}"}]
`;

const condaPackage = (
  name: string,
  version: string,
  file: string,
  sha256: string,
  platform: string,
) =>
  `- name: ${name}
  version: '${version}'
  manager: pip
  platform: ${platform}
  dependencies: {}
  url: ${FILES}${file}
  hash:
    sha256: ${sha256}
  category: main
  optional: false
`;

const CONDA = `version: 1
metadata:
  platforms: [linux-64, osx-64]
package:
- name: python
  version: '3.12'
  manager: conda
  platform: linux-64
  dependencies: {}
  url: https://conda.example/linux-64/python.conda
  hash: {md5: ${'d'.repeat(32)}}
${condaPackage('good-pkg', '1.0', GOOD_WHEEL, A, 'linux-64')}${condaPackage('good-pkg', '1.0', GOOD_SDIST, B, 'osx-64')}${condaPackage('six', '1.16.0', SIX_WHEEL, C, 'linux-64')}`;

const ENVIRONMENT = `name: env
channels: [defaults]
dependencies:
  - python=3.12
  - pip
  - pip:
      - --index-url https://index.example/simple/
      - good-pkg==1.0 --hash=sha256:${A} --hash=sha256:${B}
      - six==1.16.0 --hash=sha256:${C}
`;

export const SAMPLES: readonly Sample[] = [
  { format: 'requirements', name: 'by hand', filename: 'requirements.txt', text: REQUIREMENTS },
  { format: 'pylock', name: 'PEP 751', filename: 'pylock.toml', text: PYLOCK },
  { format: 'poetry.lock', name: '2.1', filename: 'poetry.lock', text: withoutLocal(POETRY_2) },
  { format: 'poetry.lock', name: '1.1', filename: 'poetry.lock', text: POETRY_1 },
  { format: 'poetry.lock', name: 'before 1.0', filename: 'poetry.lock', text: POETRY_0 },
  { format: 'Pipfile.lock', name: 'spec 6', filename: 'Pipfile.lock', text: PIPFILE },
  {
    format: 'uv.lock',
    name: 'version 1',
    filename: 'uv.lock',
    // The project's own entry is no release.
    text: UV,
  },
  { format: 'pdm.lock', name: '4.5', filename: 'pdm.lock', text: PDM },
  { format: 'pdm.lock', name: '3.1', filename: 'pdm.dev.lock', text: PDM_3 },
  { format: 'conda-lock', name: 'version 1', filename: 'conda-lock.yml', text: CONDA },
  {
    format: 'environment.yml',
    name: 'its pip part',
    filename: 'environment.yml',
    text: ENVIRONMENT,
  },
];

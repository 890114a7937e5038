#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the tests: test.sh [VITEST ARGUMENT ...]. The last line says how many passed and failed.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
sh "$root/scripts/prepare.sh" </dev/null >&2
cd "$root"

if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  echo 'wheelproof: python3 with venv was not found; tests with real installers need it (Debian: apt-get install python3-venv)' >&2
fi

exec sh scripts/with-node.sh vitest run "$@"

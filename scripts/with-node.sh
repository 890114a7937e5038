#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a command with the checkout's Node and tools first on PATH: with-node.sh COMMAND [ARGUMENT ...]
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
sh "$root/scripts/prepare.sh" --no-build </dev/null >&2
IFS= read -r node <"$root/node_modules/.wheelproof-node"
PATH=${node%/*}:$root/node_modules/.bin:$PATH
export PATH
exec "$@"

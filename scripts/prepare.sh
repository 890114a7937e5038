#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prepares a checkout: a fitting Node, the locked packages, the build. Does only what is missing;
# two at once are safe (a lock), and an interrupted one leaves nothing that passes for finished:
# the stamp is written last. Two lines at most unless something fails. Exit code: 0, or 70 with the reason.
#
#   prepare.sh [--again] [--no-build]
set -u

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 70
stamp=$root/node_modules/.wheelproof-node
main=$root/dist/cli/main.js
lock=$root/.preparing
# npm trusts what the system trusts: a brought Node knows only its own list of authorities.
export NODE_USE_SYSTEM_CA="${NODE_USE_SYSTEM_CA-1}"
log=$root/.prepare.log
build=yes
again=no
for word in "$@"; do
  case $word in
    --no-build) build=no ;;
    --again) again=yes ;;
  esac
done

say() { printf 'wheelproof: %s\n' "$1" >&2; }

fail() {
  say "$1"
  if [ -s "$log" ]; then tail -n 15 -- "$log" | sed 's/^/  | /' >&2; fi
  say "next: $2"
  exit 70
}

# --- what is missing ---------------------------------------------------------------------------

stamp_is_good() {
  [ "$again" = no ] && [ -f "$stamp" ] && [ ! "$root/package-lock.json" -nt "$stamp" ] &&
    IFS= read -r node <"$stamp" && [ -x "$node" ]
}

build_is_good() {
  [ "$build" = no ] || {
    [ -f "$main" ] && [ ! "$root/package.json" -nt "$main" ] &&
      [ -z "$(find "$root/src" "$root/scripts/build.ts" "$root/scripts/bundle.ts" -newer "$main" -print -quit)" ]
  }
}

# --- one at a time -----------------------------------------------------------------------------

take_lock() {
  said=no
  until mkdir "$lock" 2>/dev/null; do
    [ -w "$root" ] || fail "cannot write to $root" 'make the checkout writable, or run it as its owner'
    holder=$(cat "$lock/pid" 2>/dev/null) || holder=
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
      # Its holder died. Moving it away is atomic; only the one who moved the dead one removes it.
      if mv "$lock" "$lock.dead.$$" 2>/dev/null; then
        if [ "$(cat "$lock.dead.$$/pid" 2>/dev/null)" = "$holder" ]; then
          rm -rf "$lock.dead.$$"
        else
          mv "$lock.dead.$$" "$lock"
        fi
      fi
      continue
    fi
    [ "$said" = yes ] || say 'another run is preparing this checkout; waiting for it'
    said=yes
    waited=$((${waited:-0} + 1))
    [ "$waited" -lt 900 ] || fail "waited 15 minutes for $lock" "if nothing else runs, remove $lock"
    sleep 1
  done
  trap 'rm -rf "$lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  echo $$ >"$lock/pid"
  : >"$log"
}

need_npm() {
  command -v npm >/dev/null 2>&1 ||
    fail 'npm was not found' 'install Node with npm (any version), then try again'
}

# --- a Node ------------------------------------------------------------------------------------

# Reads a version such as v24.15.0: is it inside ^22.22.2 || ^24.15.0 || >=26 (package.json, engines)?
supported() {
  version=${1#v}
  major=${version%%.*}
  rest=${version#*.}
  minor=${rest%%.*}
  patch=${rest#*.}
  case $patch in *[!0-9]*) return 1 ;; esac # A pre-release counts as older.
  [ "$major" -ge 26 ] && return 0
  [ "$major" -eq 24 ] && [ "$minor" -ge 15 ] && return 0
  [ "$major" -eq 22 ] && { [ "$minor" -gt 22 ] || { [ "$minor" -eq 22 ] && [ "$patch" -ge 2 ]; }; }
}

# One that came with tools/node, whole and of the locked version.
find_brought_node() {
  for candidate in "$root"/tools/node/node_modules/node-*/bin/node; do
    [ -x "$candidate" ] || continue
    [ "$root/tools/node/package-lock.json" -nt "$root/tools/node/node_modules/.package-lock.json" ] && continue
    "$candidate" -e 0 2>/dev/null && node=$candidate && return
  done
  return 1
}

choose_node() {
  found=$(node -p 'process.version' 2>/dev/null) || found=
  if [ -n "$found" ] && supported "$found"; then
    node=$(node -p 'process.execPath') || fail 'Node does not tell where it is' 'check the Node on PATH'
    return
  fi
  if ! find_brought_node; then
    need_npm
    (cd "$root/tools/node" && npm ci --ignore-scripts --include=optional) >>"$log" 2>&1 ||
      fail 'a current Node could not be fetched' "connect to a package registry (npm's settings apply), or put Node 24 first on PATH"
    find_brought_node ||
      fail "Node ${found:-is missing and none} does not fit, and there is no ready one for this machine" 'put Node 24 first on PATH'
  fi
  say "using Node $("$node" -p 'process.versions.node') from tools/node (the system's is ${found:-missing}; 22.22.2, 24.15.0 or newer is needed)"
}

# --- packages and build ------------------------------------------------------------------------

install_packages() {
  # npm writes this file last, so that its absence shows an interrupted installation.
  installed=$root/node_modules/.package-lock.json
  [ "$again" = no ] && [ -f "$installed" ] && [ ! "$root/package-lock.json" -nt "$installed" ] && return
  need_npm
  say 'preparing this checkout (packages and build, only once) …'
  (cd "$root" && PATH=${node%/*}:$PATH npm ci --ignore-scripts --include=dev --include=optional) >>"$log" 2>&1 ||
    fail 'the packages could not be installed' "connect to a package registry (npm's settings apply), then try again"
}

build_program() {
  (cd "$root" && PATH=${node%/*}:$PATH "$node" scripts/build.ts) >>"$log" 2>&1 ||
    fail 'the build failed' 'mend what is named above, then try again'
}

stamp_is_good && build_is_good && exit 0
take_lock
if ! stamp_is_good; then
  node=
  choose_node
  install_packages
fi
build_is_good || build_program
printf '%s\n' "$node" >"$stamp.$$" && mv "$stamp.$$" "$stamp"
rm -f "$log"

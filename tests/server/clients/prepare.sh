#!/usr/bin/env bash
# Installs the official clients that programs_test.py runs: Python's into deps/, by their hashes, and
# Node's beside this file. Prints Python's directory.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=../../..
wanted=$(sha256sum requirements.txt | cut -c1-16)
clients=$root/deps/clients-$wanted
if [[ ! -f $clients/.done ]]; then
  mkdir -p $root/deps
  fresh=$(mktemp -d "$root/deps/clients.XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --require-hashes \
    --only-binary :all: --target "$fresh" --requirement requirements.txt
  touch "$fresh/.done"
  mv -T "$fresh" "$clients" 2>/dev/null || [[ -f $clients/.done ]]
fi
[[ -d node_modules ]] || npm ci --no-audit --no-fund >&2
realpath "$clients"

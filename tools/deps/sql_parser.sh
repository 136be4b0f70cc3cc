#!/usr/bin/env bash
# Builds the SQL parser of src/external/sql_parser (Rust) as $MONITORA_DEPS/sql_parser/libsql_parser.a
# (default: deps/ beside src/). Its crates are pinned with their checksums in Cargo.lock. Takes a
# minute or two and 2 GB of memory, once; what is already prepared is left alone.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source=$root/src/external/sql_parser
target=${MONITORA_DEPS:-$root/deps}/sql_parser
stamp=$(cat "${BASH_SOURCE[0]}" "$source/Cargo.toml" "$source/Cargo.lock" "$source/src/lib.rs" | sha256sum | cut -d' ' -f1)
if [[ -f $target/stamp && $(<"$target/stamp") == "$stamp" ]]; then
  echo "sql_parser: ready"
  exit 0
fi

fail() {
  echo "sql_parser: $1" >&2
  exit 1
}
command -v cargo >/dev/null || fail "cargo is missing: install the packages of tools/packages.txt"

mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "sql_parser: building"
CARGO_TARGET_DIR=$work/build cargo build --manifest-path "$source/Cargo.toml" --release --locked --quiet >"$work/log" 2>&1 ||
  { cat "$work/log" >&2; fail "it could not be built: check the network, and that cargo is 1.85 or later"; }
mkdir "$work/out"
cp "$work/build/release/libsql_parser.a" "$work/out/"
echo "$stamp" >"$work/out/stamp"
rm -rf "$target"
mv "$work/out" "$target"
echo "sql_parser: ready"

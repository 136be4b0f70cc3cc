#!/usr/bin/env bash
# Which questions are answered by documents, by the asker's orders and by the database's data
# (bench/data/routing_*.tsv), and what telling them apart costs beyond the embedding. Some seconds.
# Usage: bench/routing/run.sh [-v]
set -euo pipefail
cd "$(dirname "$0")/../.."

build=${MONITORA_BUILD:-build/release}
model=${MONITORA_DEPS:-$PWD/deps}/model/e5-small-q4.bin
[[ $build = /* ]] && program=$build/bench/routing_bench || program=$PWD/$build/bench/routing_bench
for needed in "$program" "$model"; do
  if [[ ! -f $needed ]]; then
    echo "$needed is missing: build with ./start first." >&2
    exit 1
  fi
done
echo "$(date -u '+%Y-%m-%d %H:%M UTC'), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1-3 /proc/loadavg)"
echo
echo "| questions | right | time, median | time, longest |"
echo "|---|---|---|---|"
cd bench/data
exec "$program" "$@" "$model" routing_dev.tsv routing_heldout.tsv routing_blind.tsv routing_unseen.tsv

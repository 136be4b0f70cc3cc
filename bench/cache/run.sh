#!/usr/bin/env bash
# The answer cache: how it judges pairs of questions (bench/data), how long a kept answer takes among
# 100,000 kept questions, and what looking for one adds to an answer that is not kept. Some 2 minutes.
# Usage: bench/cache/run.sh [questions]
set -euo pipefail
cd "$(dirname "$0")/../.."

questions=${1:-100000}
build=${MONITORA_BUILD:-build/release}
model=${MONITORA_DEPS:-$PWD/deps}/model/e5-small-q4.bin
[[ $build = /* ]] && pairs=$build/bench/cache_pairs || pairs=$PWD/$build/bench/cache_pairs
unset MONITORA_BUILD MONITORA_DEPS MONITORA_DATA # the program refuses settings that it does not know
for needed in "$build/monitora" "$pairs" "$model"; do
  if [[ ! -f $needed ]]; then
    echo "$needed is missing: build with ./start first." >&2
    exit 1
  fi
done
echo "$(date -u '+%Y-%m-%d %H:%M UTC'), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1-3 /proc/loadavg)"
echo
echo "| pairs | the same, answered from the cache | look-alikes, answered from the cache |"
echo "|---|---|---|"
(cd bench/data && "$pairs" "$model" cache_pairs_dev.tsv cache_pairs_dev2.tsv cache_pairs_heldout.tsv cache_pairs_english.tsv)
echo
exec python3 bench/cache/cached_answer.py "$build/monitora" "$questions"

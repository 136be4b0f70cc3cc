#!/usr/bin/env bash
# Topics of a SQuAD file's questions against its articles' titles, beside k-means on raw TF-IDF.
# Usage: bench/topics.sh [PIAF.json]   (default: $MONITORA_DATA/piaf-v1.0.json, or ../shared/data)
set -euo pipefail
cd "$(dirname "$0")/.."

piaf=${1:-${MONITORA_DATA:-../shared/data}/piaf-v1.0.json}
model=${MONITORA_DEPS:-$PWD/deps}/model/e5-small-q4.bin
program=${MONITORA_BUILD:-build/release}/bench/topics_bench
for needed in "$piaf" "$program" "$model"; do
  if [[ ! -f $needed ]]; then
    echo "$needed is missing: build with ./start first, and give PIAF's file as the argument." >&2
    exit 1
  fi
done
exec "$program" "$piaf" "$model"

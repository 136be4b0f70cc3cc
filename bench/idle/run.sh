#!/usr/bin/env bash
# What `monitora serve` takes when nobody asks: the time from its start to /ready, and its memory
# with the model loaded, after one question and ten seconds of rest. Some 30 seconds.
# Usage: bench/idle/run.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

program=${MONITORA_BUILD:-build/release}/monitora
unset MONITORA_BUILD MONITORA_DEPS MONITORA_DATA # the program refuses settings that it does not know
if [[ ! -x $program ]]; then
  echo "$program is missing: build with ./start first." >&2
  exit 1
fi
echo "$(date -u '+%Y-%m-%d %H:%M UTC'), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1-3 /proc/loadavg)"
exec python3 bench/idle/idle.py "$program"

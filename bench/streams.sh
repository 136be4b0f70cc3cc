#!/usr/bin/env bash
# 2,000 open event streams, 5 events a second each, on one server: failures, /health meanwhile, memory
# a stream. Usage: bench/streams.sh [streams] [events a second] [seconds]
set -euo pipefail
cd "$(dirname "$0")/.."

program=${MONITORA_BUILD:-build/release}/bench/streams_bench
if [[ ! -x $program ]]; then
  echo "$program is missing: build with ./start first." >&2
  exit 1
fi
# A client and a server socket a stream.
ulimit -n "$(ulimit -Hn)"
exec "$program" "${1:-2000}" "${2:-5}" "${3:-20}"

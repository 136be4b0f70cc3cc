#!/usr/bin/env bash
# How long the answer to "where are my orders" takes in a shop of 100,000 orders, beside the same
# statement asked of the database directly; connections are warm. Half a minute.
# Usage: bench/orders/run.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

build=${MONITORA_BUILD:-build/release}
program=$build/tests/orders/orders_bench
if [[ ! -f $program ]]; then
  echo "$program is missing: build with ./start first." >&2
  exit 1
fi
scratch=$(mktemp -d)
stop() {
  tests/tools/postgres_server stop "$scratch/postgres"
  tests/tools/mariadb_server stop "$scratch/mariadb"
  rm -rf "$scratch"
}
trap stop EXIT
tests/tools/postgres_server start "$scratch/postgres"
tests/tools/mariadb_server start "$scratch/mariadb"
echo "$(date -u '+%Y-%m-%d %H:%M UTC'), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1-3 /proc/loadavg)"
echo
echo "| | answer, median | statement, median | difference | answer, 95 % | statement, 95 % |"
echo "|---|---|---|---|---|---|"
MONITORA_TEST_POSTGRES_DIR=$scratch/postgres MONITORA_TEST_MARIADB_DIR=$scratch/mariadb "$program"

#!/usr/bin/env bash
# The stores on SQLite and a PostgreSQL of its own, both with every commit on the disk, and on the SQL
# Servers that MONITORA_TEST_SQLSERVER names. Usage: bench/databases/run.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

program=${MONITORA_BUILD:-build/release}/bench/stores_bench
if [[ ! -x $program ]]; then
  echo "$program is missing: build with ./start first." >&2
  exit 1
fi
place=$(mktemp -d /var/tmp/monitora-databases-XXXXXX)
export TMPDIR=$place
trap 'tests/tools/postgres_server stop "$place/pg"; rm -rf "$place"' EXIT
chmod 755 "$place"
tests/tools/postgres_server start "$place/pg" --durable

arguments=("SQLite=sqlite:$place/monitora.db" "PostgreSQL=$(<"$place/pg/uri")")
for address in ${MONITORA_TEST_SQLSERVER:-}; do
  driver=${address##*driver=}
  driver=${driver%%&*}
  arguments+=("SQL Server, $(basename "$driver")=$address")
done
"$program" "${arguments[@]}"

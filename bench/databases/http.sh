#!/usr/bin/env bash
# The same HTTP load (login, list, chat with history, upload) on SQLite, on a PostgreSQL that this starts,
# and on the SQL Servers that MONITORA_TEST_SQLSERVER names. About a minute a database.
# Usage: bench/databases/http.sh [seconds for each kind of request]
set -euo pipefail
cd "$(dirname "$0")/../.."

build=${MONITORA_BUILD:-build/release}
for program in monitora tests/tools/sql_run; do
  [[ -x $build/$program ]] || { echo "$build/$program is missing: build with ./start and ./test first." >&2; exit 1; }
done
export MONITORA_BIN=$build/monitora MONITORA_SQL_RUN=$build/tests/tools/sql_run
place=$(mktemp -d /var/tmp/monitora-databases-XXXXXX) # on a disk: commits are to cost what they cost
export TMPDIR=$place
trap 'tests/tools/postgres_server stop "$place/postgres"; rm -rf "$place"' EXIT
chmod 755 "$place"
tests/tools/postgres_server start "$place/postgres" --durable
servers=()
for url in ${MONITORA_TEST_SQLSERVER:-}; do servers+=("sqlserver$((${#servers[@]} + 1))=$url"); done
echo "$(date -u '+%Y-%m-%d %H:%M UTC'), $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg)"
python3 bench/databases/http_load.py "${1:-10}" sqlite= "postgres=$(<"$place/postgres/tcp_uri")" "${servers[@]}"

#!/usr/bin/env bash
# A migration from PostgreSQL to each target, beside what the databases' own tools need for the same
# rows, and beside dlt for the large tables without their keys and indexes. Usage: bench/migration/run.sh [MESSAGES [CHUNKS]]   (200000 and 20000; 500 files)
set -euo pipefail
cd "$(dirname "$0")/../.."

program=${MONITORA_BUILD:-build/release}/monitora
for needed in "$program" "$(command -v sqlite3 || echo sqlite3)"; do
  [[ -x $needed ]] || { echo "$needed is missing: build with ./start, install sqlite3." >&2; exit 1; }
done
peer=$PWD/bench/migration/peer
venv=$PWD/build/bench-venv/migration
if ! cmp -s "$peer/requirements.txt" "$venv/requirements.txt"; then
  echo "installing the peer's packages into $venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$peer/requirements.txt"
  cp "$peer/requirements.txt" "$venv/requirements.txt"
fi
place=$(mktemp -d /var/tmp/monitora-migration-XXXXXX)
export TMPDIR=$place
trap 'tests/tools/postgres_server stop "$place/pg"; rm -rf "$place"' EXIT
chmod 755 "$place"
tests/tools/postgres_server start "$place/pg" --durable
python3 -B bench/migration/migration.py "$program" "$place" "$(<"$place/pg/tcp_uri")" "${1:-200000}" "${2:-20000}" \
  "$venv/bin/python"

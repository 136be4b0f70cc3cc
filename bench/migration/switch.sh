#!/usr/bin/env bash
# How long a switch interrupts, with somebody writing to the source until then.
# Usage: bench/migration/switch.sh [MESSAGES]   (1000000)
set -euo pipefail
cd "$(dirname "$0")/../.."

program=${MONITORA_BUILD:-build/release}/monitora
[[ -x $program ]] || { echo "$program is missing: build with ./start first." >&2; exit 1; }
place=$(mktemp -d /var/tmp/monitora-migration-XXXXXX)
export TMPDIR=$place
trap 'tests/tools/postgres_server stop "$place/pg"; rm -rf "$place"' EXIT
chmod 755 "$place"
# A source whose log can be read, and one that has to be compared.
for kind in --logical ""; do
  tests/tools/postgres_server start "$place/pg" --durable $kind
  python3 -B bench/migration/switch.py "$program" "$place" "$(<"$place/pg/tcp_uri")" "${1:-1000000}"
  rm -rf "$place/target"
done

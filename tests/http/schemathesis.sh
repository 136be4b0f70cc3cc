#!/bin/sh
# Fuzzes a running server by its own /api/openapi.json, first as a guest, then as an admin: no 5xx,
# no undocumented status, content type, header or shape. Needs Python 3 and PyPI; not part of ./test.
#
#   tests/http/schemathesis.sh [SECONDS for each of the two runs, default 120]
#
# MONITORA names another program than build/release/monitora, SCHEMATHESIS_PORT another port.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${1:-120}
monitora=${MONITORA:-$root/build/release/monitora}
port=${SCHEMATHESIS_PORT:-8155}
venv=$root/build/schemathesis
[ -x "$venv/bin/schemathesis" ] || {
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet schemathesis==4.32.5
}

work=$(mktemp -d)
server=
# The server is ended by its own id, and what it wrote goes with it.
finish() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" || true; }
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

DATA_DIR=$work/data LISTEN=127.0.0.1:$port RATE_LIMIT_LOGIN=1000000 RATE_LIMIT_ADDRESS=1000000 \
  RATE_LIMIT_VISITOR=1000000 RATE_LIMIT_WORKSPACE=1000000 RATE_LIMIT_KEY=1000000 \
  ALLOWED_PRIVATE_HOSTS=192.0.2.1 "$monitora" serve >"$work/log" 2>&1 &
server=$!
url=http://127.0.0.1:$port
until curl -sf "$url/ready" >/dev/null; do
  kill -0 "$server" || { cat "$work/log"; exit 1; }
  sleep 1
done

failed=0
cd "$work"
for who in guest admin; do
  echo "schemathesis as $who, $seconds s"
  MONITORA_AS=$who MONITORA_URL=$url PYTHONPATH=$root/tests/http PYTHONDONTWRITEBYTECODE=1 \
    SCHEMATHESIS_HOOKS=schemathesis_hooks "$venv/bin/schemathesis" run "$url/api/openapi.json" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance \
    --phases coverage,fuzzing --max-time "$seconds" --continue-on-failure --request-timeout 20 \
    --suppress-health-check all --no-color --warnings off || failed=1
done
exit $failed

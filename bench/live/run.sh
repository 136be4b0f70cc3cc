#!/usr/bin/env bash
# 1,000 clients of the hub (the official one, WebSockets) that follow one workspace: from the request that
# changes something to each client's having heard of it, and the server's memory a client. A minute.
# Usage: bench/live/run.sh [clients] [events] [transport: WebSockets|ServerSentEvents|LongPolling]
set -euo pipefail
cd "$(dirname "$0")/../.."

program=$(realpath "${MONITORA_BUILD:-build/release}")/monitora
unset MONITORA_BUILD MONITORA_DEPS MONITORA_DATA # the program refuses settings that it does not know
if [[ ! -x $program ]]; then
  echo "$program is missing: build with ./start first." >&2
  exit 1
fi
tests/server/live/prepare.sh
ulimit -n "$(ulimit -Hn)"
echo "$(date -u '+%Y-%m-%d %H:%M UTC'), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1-3 /proc/loadavg)"
data=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; wait; rm -rf "$data"' EXIT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
env -i PATH="$PATH" HOME="$HOME" DATA_DIR="$data/data" LISTEN="127.0.0.1:$port" "$program" serve >"$data/log" 2>&1 &
server=$!
until curl -fsS "http://127.0.0.1:$port/ready" >/dev/null 2>&1; do
  kill -0 "$server" || { cat "$data/log" >&2; exit 1; }
  sleep 0.2
done
node bench/live/load.mjs "http://127.0.0.1:$port" "$server" "${1:-1000}" "${2:-50}" "${3:-WebSockets}"

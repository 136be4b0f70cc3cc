#!/usr/bin/env bash
# From a visitor's question to the first token of the answer, without a language model, in a
# workspace of 100,000 chunks: `monitora serve` beside a FastAPI + faiss-cpu + onnxruntime service
# with the same embedding model (peer/), turn by turn, everything on the loopback interface.
# Usage: bench/first_token/run.sh [chunks] [rounds]
#
# Some 5 minutes, and 1 GB in the temporary directory, which is removed at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."

chunks=${1:-100000}
rounds=${2:-3}
build=${MONITORA_BUILD:-build/release}
model=${MONITORA_DEPS:-$PWD/deps}/model/e5-small-q4.bin
venv=$PWD/build/bench-venv/first_token
converted=$PWD/build/bench-venv/first_token-model
peer=$PWD/bench/first_token/peer
peer_workers=${PEER_WORKERS:-1}
load=$build/bench/first_token_load
unset MONITORA_BUILD MONITORA_DEPS MONITORA_DATA # the program refuses settings that it does not know
one_client_seconds=4
many_clients_seconds=8
questions=60000

for needed in "$build/monitora" "$build/bench/first_token_fill" "$load" \
  "$build/bench/embedding_bench" "$model"; do
  if [[ ! -f $needed ]]; then
    echo "$needed is missing: build with ./start first." >&2
    exit 1
  fi
done
if ! cmp -s "$peer/requirements.txt" "$venv/requirements.txt"; then
  echo "installing the peer's packages into $venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$peer/requirements.txt"
  cp "$peer/requirements.txt" "$venv/requirements.txt"
fi

work=$(mktemp -d)
server_pid=
peer_pid=
index_pid=
stop() {
  [[ -n $1 ]] || return 0
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}
clean() {
  stop "$server_pid"
  stop "$peer_pid"
  stop "$index_pid"
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

now_ms() { date +%s%3N; }
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
wait_ready() {  # port, what, log
  for ((i = 0; i < 3000; i++)); do
    if curl -sf -o /dev/null "http://127.0.0.1:$1/ready"; then return 0; fi
    sleep 0.02
  done
  echo "$2 does not start:" >&2
  tail -5 "$3" >&2
  exit 1
}
# Until no thread of the server has had anything to do for three seconds: its graph is built.
settle() {
  local calm=0
  for ((i = 0; i < 800 && calm < 10; i++)); do
    sleep 0.3
    if cat "/proc/$server_pid/task/"*/stat 2>/dev/null | awk '$3 == "R" || $3 == "D" {found = 1} END {exit !found}'; then
      calm=0
    else
      calm=$((calm + 1))
    fi
  done
}
start_server() {
  local from
  from=$(now_ms)
  RATE_LIMIT_ADDRESS=1000000 RATE_LIMIT_VISITOR=1000000 RATE_LIMIT_WORKSPACE=1000000 \
    LOG_LEVEL=warning "$build/monitora" --data-dir "$data" serve --listen "127.0.0.1:$port" \
    >"$work/server.log" 2>&1 &
  server_pid=$!
  wait_ready "$port" "the server" "$work/server.log"
  echo "start to ready: $(($(now_ms) - from)) ms"
}
# The milliseconds until a question is answered: before, the server says that the index is being loaded.
first_answer() {
  local from
  from=$(now_ms)
  for ((i = 0; i < 600; i++)); do
    if "$load" "$port" "$path" "$data/questions.txt" "$1" 1 0 "$server_pid" >/dev/null 2>&1; then
      echo "$(($(now_ms) - from)) ms"
      return 0
    fi
    sleep 0.05
  done
  echo "never"
}

echo "$(date -u '+%Y-%m-%d %H:%M UTC'), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1-3 /proc/loadavg)"
PYTHONPATH=$peer "$venv/bin/python" "$peer/model.py" "$model" "$converted" "$build/bench/embedding_bench"

data=$work/data
from=$(now_ms)
"$build/bench/first_token_fill" "$data" "$model" "$chunks" "$questions"
echo "$chunks chunks were stored in $((($(now_ms) - from) / 1000)) s"
path=/api/widget/$(<"$data/workspace")/chat
port=$(free_port)
start_server
echo "first answer after that, the index made from the database: $(first_answer 0)"
from=$(now_ms)
"$venv/bin/python" "$peer/index.py" "$data" "$work/peer.faiss" &
index_pid=$!
settle
echo "our graph was ready within $((($(now_ms) - from) / 1000 - 3)) s more, the peer's index made meanwhile"
wait "$index_pid"
index_pid=
stop "$server_pid"
start_server
echo "first answer after a restart, the index read from its files: $(first_answer 1)"

peer_port=$(free_port)
PEER_MODEL=$converted PEER_INDEX=$work/peer.faiss PEER_DATABASE=$data/monitora.db \
  PEER_THREADS=$(($(nproc) > peer_workers ? $(nproc) / peer_workers : 1)) \
  "$venv/bin/python" -m uvicorn service:app --app-dir "$peer" --host 127.0.0.1 --port "$peer_port" \
  --workers "$peer_workers" --loop uvloop --http httptools --no-access-log --log-level warning \
  >"$work/peer.log" 2>&1 &
peer_pid=$!
wait_ready "$peer_port" "the peer" "$work/peer.log"

next=100
ask() {  # name, clients, seconds
  local result
  if [[ $1 == monitora ]]; then
    result=$("$load" "$port" "$path" "$data/questions.txt" $next "$2" "$3" "$server_pid")
  else
    result=$("$load" "$peer_port" /chat "$data/questions.txt" $next "$2" "$3" "$peer_pid")
  fi
  next=$((next + 4000))
  echo "$1 $2 $result"
}
settle
ask monitora 16 4 >/dev/null # both have then met every length of question
ask peer 16 4 >/dev/null
for ((round = 0; round < rounds; round++)); do
  for clients in 1 16; do
    seconds=$((clients == 1 ? one_client_seconds : many_clients_seconds))
    ask monitora "$clients" "$seconds" >>"$work/results"
    ask peer "$clients" "$seconds" >>"$work/results"
  done
done
echo "load meanwhile: $(cut -d' ' -f1-3 /proc/loadavg); peer: $peer_workers process(es)"
python3 bench/first_token/table.py "$work/results"

#!/usr/bin/env bash
# Vector and hybrid search at 100,000 chunks beside faiss-cpu: bench/retrieval/run.sh [BUILD] [CHUNKS]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${1:-$root/build/release}
venv=$root/build/bench-venv
[[ -x $venv/bin/python ]] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import faiss, numpy' 2>/dev/null || "$venv/bin/pip" install --quiet faiss-cpu numpy
exec "$venv/bin/python" "$root/bench/retrieval/retrieval.py" "$build/bench/retrieval_bench" "${2:-100000}"

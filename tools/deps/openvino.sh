#!/usr/bin/env bash
# Puts OpenVINO's C++ runtime (headers, CMake files, core, CPU plugin, TBB, model readers) under
# ${MONITORA_DEPS:-<repo>/deps}/openvino. Comes from the PyPI wheel, pinned by hash; nothing is
# installed system-wide. Does nothing when the wanted version is already there.
set -euo pipefail

version=2026.4.1
sha256=2d22b1da03f7caf74df30e9f6417d0ab2f637e4a38e08e1dcd294d2c37407aaf
# The other devices' plugins and frameworks' readers are two thirds of the wheel. TBB's binding to
# processors is left out too: workers are not pinned.
libraries='openvino|openvino_intel_cpu_plugin|openvino_ir_frontend|openvino_onnx_frontend|tbb|tbbmalloc'

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
deps=${MONITORA_DEPS:-$(cd "$here/../.." && pwd)/deps}
stamp=$deps/openvino/.stamp
wanted="$version $sha256 $libraries"
[[ -f $stamp && $(<"$stamp") == "$wanted" ]] && exit 0

if [[ $(uname -m) != x86_64 ]]; then
  echo "OpenVINO: only x86_64 is supported, this machine is $(uname -m)." >&2
  exit 1
fi

mkdir -p "$deps"
work=$(mktemp -d "$deps/.openvino.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$here/wheel.sh" openvino "$version" "$sha256" "$work"

echo "OpenVINO: unpacking"
python3 - "$work" "$libraries" <<'PY'
import re, sys, zipfile
from pathlib import Path

work = Path(sys.argv[1])
wanted = re.compile(
    r"openvino/(include/openvino/|include/oneapi/|include/tbb/|cmake/|libs/lib(" + sys.argv[2] + r")\.so)"
    r"|openvino-[^/]*\.dist-info/licenses/")
wheel = zipfile.ZipFile(next(work.glob("*.whl")))
for name in wheel.namelist():
    if wanted.match(name):
        wheel.extract(name, work)
licences = next(work.glob("openvino-*.dist-info")) / "licenses"
licences.rename(work / "openvino" / "licenses")
# CMake's package would refuse to load because files that we left out are missing.
for targets in (work / "openvino/cmake").glob("*Targets-release.cmake"):
    kept = [line for line in targets.read_text().splitlines()
            if "_import_check_" not in line.lower()]
    targets.write_text("\n".join(kept) + "\n")
PY

echo "$wanted" >"$work/openvino/.stamp"
rm -rf "$deps/openvino"
mv "$work/openvino" "$deps/openvino"
echo "OpenVINO $version is in $deps/openvino"

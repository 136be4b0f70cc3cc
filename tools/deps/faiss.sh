#!/usr/bin/env bash
# Prepares FAISS 1.7.3 under $MONITORA_DEPS/faiss (default: deps/faiss beside src/).
#
# Debian's own build of it is for SSE2, so Debian's source package is built again here for AVX2
# (x86-64-v3; what the processor has is checked when the program starts). Only the part that we use
# is compiled: the HNSW graph, k-means and the SIMD distance functions. That part needs neither BLAS
# nor LAPACK (what would need them is not used: programs are linked with --gc-sections), and takes
# seconds. What is already prepared is left alone.
set -euo pipefail

version=1.7.3
tarball=faiss_$version.orig.tar.gz
sha256=3e4fac26d8c9e9008ecea4ae5fc414c658998fce4ba75835058b1a71d3516002
units=(Clustering Index impl/AuxIndexStructures impl/FaissException impl/HNSW impl/IDSelector impl/kmeans1d utils/distances utils/distances_simd utils/random utils/utils)

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${MONITORA_DEPS:-$root/deps}/faiss
stamp=$(sha256sum "${BASH_SOURCE[0]}" | cut -d' ' -f1)
if [[ -f $target/stamp && $(<"$target/stamp") == "$stamp" ]]; then
  echo "faiss $version: ready"
  exit 0
fi

fail() {
  echo "faiss: $1" >&2
  exit 1
}
for program in apt-get clang++-16 llvm-ar-16; do
  command -v "$program" >/dev/null || fail "$program is missing: install the packages of tools/packages.txt"
done

mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The machine's own package sources, asked for sources instead of binaries; in the order in which apt
# reads them, on which it depends whether a source that is named twice is accepted.
mkdir -p "$work/apt/parts" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [[ -f $file ]] && sed -n 's/^deb /deb-src /p' "$file" >>"$work/apt/parts/00-main.list"
done
for file in /etc/apt/sources.list.d/*.sources; do
  [[ -f $file ]] && sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/apt/parts/$(basename "$file")"
done
apt=(apt-get -qq
  -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/apt/parts"
  -o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache"
  -o APT::Sandbox::User= -o APT::Get::List-Cleanup=false)
echo "faiss $version: fetching Debian's source package"
"${apt[@]}" update >"$work/apt/log" 2>&1 || true # a source without deb-src is no obstacle
(cd "$work" && "${apt[@]}" source --download-only "faiss=$version-2" >>"$work/apt/log" 2>&1) ||
  { cat "$work/apt/log" >&2; fail "the source package cannot be fetched: check the network and /etc/apt"; }
echo "$sha256  $work/$tarball" | sha256sum --check --status || fail "$tarball is not the expected file"
tar -xzf "$work/$tarball" -C "$work"

echo "faiss $version: building"
compiler=(clang++-16)
command -v ccache >/dev/null && compiler=(ccache clang++-16)
flags=(-O3 -DNDEBUG -std=c++17 -fPIC -fopenmp -ffunction-sections -fdata-sections -march=x86-64-v3 -DFINTEGER=int -w -I "$work/faiss-$version")
mkdir -p "$work/out/lib" "$work/out/include/faiss"
printf '%s\n' "${units[@]}" | xargs -P "$(nproc)" -I{} bash -c \
  '"${@:2}" -c "$0/faiss/$1.cpp" -o "$0/../$(basename "$1").o"' "$work/faiss-$version" {} "${compiler[@]}" "${flags[@]}" ||
  fail "the build failed"
llvm-ar-16 rcs "$work/out/lib/libfaiss.a" "$work"/*.o
(cd "$work/faiss-$version/faiss" && find . -name '*.h' -exec cp --parents {} "$work/out/include/faiss" \;)
cp "$work/faiss-$version/LICENSE" "$work/out/LICENSE"
echo "$stamp" >"$work/out/stamp"
rm -rf "$target"
mv "$work/out" "$target"
echo "faiss $version: ready"

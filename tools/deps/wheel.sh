#!/usr/bin/env bash
# wheel.sh NAME VERSION SHA256 DIRECTORY: downloads one Linux x86_64 wheel into DIRECTORY with pip,
# which checks the hash. The wheel's own Python version does not matter: it is only unpacked.
set -euo pipefail

name=$1 version=$2 sha256=$3 directory=$4

if ! python3 -m pip --version >/dev/null 2>&1; then
  echo "$name: pip is missing; install it with: apt-get install python3-pip" >&2
  exit 1
fi
echo "$name $version: downloading"
printf '%s==%s --hash=sha256:%s\n' "$name" "$version" "$sha256" >"$directory/requirements.txt"
if ! python3 -m pip download --quiet --no-cache-dir --disable-pip-version-check --no-deps \
  --require-hashes --only-binary :all: --implementation cp --python-version 311 --abi cp311 \
  --abi none --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64 \
  --dest "$directory" --requirement "$directory/requirements.txt"; then
  echo "$name: the download of $name $version failed; check this machine's network and free disk space, then run the same command again." >&2
  exit 1
fi

#!/bin/sh
# Installs the official client that live_test.py runs.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --no-audit --no-fund >&2

#!/usr/bin/env bash
# bench/console/run.sh [rounds [documents [conversations]]]: what people wait for in the console, in Chromium: the
# overview's largest paint on a machine four times slower, cold and warm, with that many documents and
# conversations; long tasks while their pages scroll; the JavaScript of the first page. `run.sh build` instead
# builds the console from nothing (its packages and its export, in a copy) and says how long that took.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [[ ${1:-} == build ]]; then
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  mkdir -p "$copy/src/http" "$copy/tools"
  cp "$root/src/http/openapi.json" "$copy/src/http/"
  cp "$root/tools/build-console" "$copy/tools/"
  (cd "$root/console" && tar c --exclude=node_modules --exclude=.next --exclude='out*' .) | (mkdir "$copy/console" && tar x -C "$copy/console")
  begun=$(date +%s)
  "$copy/tools/build-console" "$copy/made" >/dev/null
  echo "the console built from nothing: $(($(date +%s) - begun)) s, load $(cut -d' ' -f1 /proc/loadavg)"
  exit
fi
export MONITORA_BIN=${MONITORA_BIN:-${MONITORA_BUILD:-$root/build/release}/monitora}
[[ -d $root/tests/browser/node_modules ]] || (cd "$root/tests/browser" && npm ci --no-audit --no-fund)
# A machine that does other work is slower, not broken.
export BROWSER_TIMEOUT_MS=${BROWSER_TIMEOUT_MS:-120000}
echo "load $(cut -d' ' -f1 /proc/loadavg)"
node "$root/bench/console/bench.mjs" "$@"
[[ ! -d $root/console/out ]] || (cd "$root/console" && node scripts/budget.mjs)

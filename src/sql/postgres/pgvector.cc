#include "sql/postgres/pgvector.h"

#include <algorithm>
#include <string>

#include "sql/migrations.h"

namespace monitora::sql {

Status prepare_pgvector(Connection& connection) {
  const auto all = migrations(Database::postgres);
  const auto migration = std::find_if(
      all.begin(), all.end(), [](const Migration& each) { return each.name == "0003_pgvector"; });
  if (migration == all.end()) return Status::internal("the migration of pgvector is not there");
  MONITORA_TRY(connection.begin(Connection::Mode::write));
  Status status = connection.run_script(migration->script);
  if (status.ok()) status = connection.commit();
  if (!status.ok()) {
    connection.rollback();
    return status;
  }
  bool is_vector = false;
  MONITORA_TRY(connection.query(
      "SELECT t.typname = 'vector' FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
      "WHERE a.attrelid = 'document_chunks'::regclass AND a.attname = 'embedding'",
      {}, [&](const Row& row) {
        is_vector = row.boolean(0);
        return Status();
      }));
  if (is_vector) return {};
  return Status(
      Code::unavailable, "pgvector_missing",
      {"STORAGE_MODE=pgvector demande l'extension pgvector : installez-la sur le serveur, exécutez "
       "CREATE EXTENSION vector avant d'indexer des documents (docs/postgresql.fr.md), ou retirez "
       "STORAGE_MODE.",
       "STORAGE_MODE=pgvector needs the extension pgvector: install it on the server, run CREATE "
       "EXTENSION vector before documents are indexed (docs/postgresql.md), or remove "
       "STORAGE_MODE."});
}

}  // namespace monitora::sql

#include "transfer/source_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "base/deadline.h"
#include "sql/errors.h"
#include "sql/quoted.h"
#include "transfer/catalog.h"
#include "transfer/copy_reader.h"
#include "transfer/postgres_source_connection.h"
#include "transfer/postgres_source_sql.h"

namespace monitora::transfer {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kPrefix = "monitora_sync_";
constexpr std::chrono::milliseconds kWaitForOthers = 30s, kLook = 20ms;

// Tables whose UPDATE and DELETE tell the primary key, and whose owner we are. Never another one:
// published, a table without a replica identity takes no UPDATE any more.
constexpr const char* kFollowable = R"(
SELECT n.nspname || '.' || c.relname
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.relreplident IN ('d', 'f')
  AND pg_has_role(c.relowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_inherits h WHERE c.oid IN (h.inhparent, h.inhrelid)))";

// Publications of ours whose program is gone.
constexpr const char* kLeftOver = R"(
SELECT pubname FROM pg_publication p
WHERE starts_with(pubname::text, 'monitora_sync_')
  AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE 'monitora_sync_' || a.pid = pubname))";

Status no_changes(Sentence why, std::string detail) {
  return Status(Code::unavailable, "changes_unavailable", std::move(why), std::move(detail));
}

// How a table of the plan is read: while this stays, its rows are followed rightly.
std::string reading_of(const TablePlan& table) {
  return select_of(table, table.columns.size());
}

}  // namespace

Result<std::unique_ptr<SourceChanges>> SourceChanges::open(const PostgresSourceOptions& options,
                                                           const PostgresSource& source) {
  std::unique_ptr<SourceChanges> changes(new SourceChanges());
  MONITORA_ASSIGN(changes->connection_, SourceConnection::connect(options));
  MONITORA_TRY(changes->prepare(source));
  return changes;
}

SourceChanges::SourceChanges() = default;

SourceChanges::~SourceChanges() {
  if (published_)
    (void)connection_->query(
        fmt::format("SET statement_timeout = '5s'; DROP PUBLICATION IF EXISTS {}", name_));
}

// `otherwise`: what it means that the server refuses, to which its own words are added.
Status SourceChanges::exec(const std::string& statement, const Sentence& otherwise) {
  const SourceResult result(PQexec(connection_->get(), statement.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  const char* said = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
  const std::string words = said != nullptr ? said : PQerrorMessage(connection_->get());
  return no_changes({fmt::format("{} (« {} »)", otherwise.fr, words),
                     fmt::format("{} (\"{}\")", otherwise.en, words)},
                    statement);
}

Status SourceChanges::prepare(const PostgresSource& source) {
  MONITORA_ASSIGN(const std::string level, connection_->value("SHOW wal_level"));
  if (level != "logical")
    return no_changes(
        {fmt::format("la source a wal_level = {} ; `ALTER SYSTEM SET wal_level = logical` et un "
                     "redémarrage du serveur la permettraient",
                     level),
         fmt::format("the source has wal_level = {}; `ALTER SYSTEM SET wal_level = logical` and a "
                     "restart of the server would allow it",
                     level)},
        "wal_level");
  // A slot of a pooler's connection would outlive ours.
  MONITORA_ASSIGN(const std::string pid, connection_->value("SELECT pg_backend_pid()"));
  if (pid != std::to_string(PQbackendPID(connection_->get())))
    return no_changes({"la connexion passe par un répartiteur (pooler) ; l'adresse directe de la "
                       "source la permettrait",
                       "the connection goes through a pooler; the direct address of the source "
                       "would allow it"},
                      "pooler");
  name_ = fmt::format("{}{}", kPrefix, pid);
  const Sentence settings{"la session refuse ses réglages", "the session refuses its settings"};
  MONITORA_TRY(exec(
      "SET client_encoding = 'UTF8'; SET lock_timeout = '10s'; SET statement_timeout = '30s'; "
      "SET search_path = pg_catalog; SET synchronous_commit = local; "
      "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'",
      settings));
  MONITORA_TRY(choose_tables(source));

  MONITORA_ASSIGN(const SourceResult left, connection_->query(kLeftOver));
  for (int row = 0; row < PQntuples(left.get()); ++row)
    (void)connection_->query("DROP PUBLICATION IF EXISTS " +
                             sql::quoted(field_text(left.get(), row, 0)));
  std::string tables;
  for (const FollowedTable& table : tables_)
    tables += fmt::format("{}ONLY {}.{}", tables.empty() ? "" : ", ", sql::quoted(table.schema),
                          sql::quoted(table.name));
  // Before the slot: a change is decoded with the publications of its time.
  MONITORA_TRY(
      exec(fmt::format("CREATE PUBLICATION {} FOR TABLE {}", name_, tables),
           {"ce rôle ne peut pas créer de publication ; `GRANT CREATE ON DATABASE` le permettrait",
            "this role cannot create a publication; `GRANT CREATE ON DATABASE` would allow it"}));
  published_ = true;
  MONITORA_TRY(
      exec(fmt::format("SELECT pg_create_logical_replication_slot('{}', 'pgoutput', true)", name_),
           {"pas de slot de réplication pour ce rôle ; `ALTER ROLE … REPLICATION`, un slot libre "
            "(max_replication_slots) et aucune transaction restée ouverte le permettraient",
            "no replication slot for this role; `ALTER ROLE … REPLICATION`, a free slot "
            "(max_replication_slots) and no transaction left open would allow it"}));
  MONITORA_TRY(wait_for_others());
  return exec("SET statement_timeout = 0", settings);
}

// The plan's tables that hold what one table of the source holds, row by row.
Status SourceChanges::choose_tables(const PostgresSource& source) {
  MONITORA_ASSIGN(const SourceResult result, connection_->query(kFollowable));
  std::set<std::string, std::less<>> followable;
  for (int row = 0; row < PQntuples(result.get()); ++row)
    followable.emplace(field_text(result.get(), row, 0));
  const Plan& plan = source.plan();
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    const TablePlan& table = plan.tables[i];
    plan_.push_back(reading_of(table));
    names_.emplace_back(table.target->name);
    const bool one_uuid =
        table.target->key_columns == 1 && table.target->columns.front().kind == Kind::uuid;
    // People are in two tables of the target, and who is active depends on the time.
    const bool alone = std::ranges::count(plan.tables, table.from, &TablePlan::from) == 1;
    if (!one_uuid || !alone || !table.key_is_unique || table.aliases.size() != 1) continue;
    for (const CatalogRelation& relation : source.catalog().relations) {
      if (table.from != relation.quoted_name() + " " + table.aliases.front()) continue;
      const CatalogColumn* key =
          relation.primary_key.size() == 1 ? relation.find(relation.primary_key.front()) : nullptr;
      if (key != nullptr && key->type == "uuid" &&
          followable.contains(relation.schema + "." + relation.name))
        tables_.push_back({relation.schema, relation.name, key->name, i});
    }
  }
  if (!tables_.empty()) return {};
  return no_changes({"ce rôle ne possède aucune table qu'on puisse suivre par sa clé",
                     "this role owns no table that can be followed by its key"},
                    "no table");
}

// A transaction may be in the log before the slot begins, and yet not be seen by snapshots: while
// it waits for a standby. Whatever runs now has to end first.
Status SourceChanges::wait_for_others() {
  MONITORA_ASSIGN(const std::string next,
                  connection_->value("SELECT pg_snapshot_xmax(pg_current_snapshot())"));
  const auto give_up = std::chrono::steady_clock::now() + kWaitForOthers;
  for (;;) {
    MONITORA_ASSIGN(
        const std::string ended,
        connection_->value(fmt::format(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= {}", next)));
    if (ended == "t") return {};
    MONITORA_TRY(sql::check_deadline());
    if (std::chrono::steady_clock::now() > give_up)
      return no_changes(
          {"une transaction reste ouverte sur la source depuis plus de trente secondes",
           "a transaction has been open at the source for more than thirty seconds"},
          next);
    std::this_thread::sleep_for(kLook);
  }
}

Result<SourceChanges::Changes> SourceChanges::read(const PostgresSource& source) {
  read_up_to_ = 0;
  const Plan& plan = source.plan();
  bool same = plan.tables.size() == plan_.size();
  for (std::size_t i = 0; same && i < plan_.size(); ++i)
    same = plan.tables[i].target->name == names_[i];
  for (const FollowedTable& table : tables_)
    same = same && reading_of(plan.tables[table.place]) == plan_[table.place];
  if (!same)
    return no_changes({"le schéma de la source a changé", "the source's schema has changed"}, "");
  const auto seen = SeenTransactions::parse(source.transactions());
  if (!seen) return Status::internal("a snapshot: " + source.transactions());

  // What the snapshot sees is in the log, but perhaps not on the disk (synchronous_commit = off),
  // where the log is read from: this commit brings it there.
  const Sentence refused{"la source refuse la lecture de son journal",
                         "the source refuses to have its log read"};
  MONITORA_TRY(exec("SELECT pg_logical_emit_message(true, 'monitora', '')", refused));
  ChangedKeys keys(tables_, *seen);
  CopyStream stream(1);
  const auto each = [&](std::span<const CopyField> fields) -> Status {
    MONITORA_TRY(sql::check_deadline());
    return keys.add(fields[0].bytes);
  };
  MONITORA_TRY(connection_->copy_out(
      fmt::format("SELECT data FROM pg_logical_slot_peek_binary_changes('{0}', NULL, NULL, "
                  "'proto_version', '1', 'publication_names', '{0}')",
                  name_),
      [&](std::string_view message) { return stream.feed(message, each); }));
  MONITORA_TRY(stream.finish());

  Changes changes;
  changes.tables.resize(plan.tables.size());
  for (std::size_t i = 0; i < tables_.size(); ++i) changes.tables[tables_[i].place] = keys.take(i);
  changes.complete = keys.complete();
  read_up_to_ = keys.seen_up_to();
  return changes;
}

Status SourceChanges::advance() {
  if (read_up_to_ == 0) return {};
  return exec(
      fmt::format("SELECT pg_replication_slot_advance('{}', '{:X}/{:X}')", name_, read_up_to_ >> 32,
                  read_up_to_ & 0xFFFFFFFF),
      {"la source refuse d'avancer dans son journal", "the source refuses to move on in its log"});
}

std::string SourceChanges::followed() const {
  std::string names;
  for (const FollowedTable& table : tables_)
    names += (names.empty() ? "" : ", ") + names_[table.place];
  return names;
}

std::string SourceChanges::compared() const {
  std::string names;
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (std::ranges::find(tables_, i, &FollowedTable::place) == tables_.end())
      names += (names.empty() ? "" : ", ") + names_[i];
  return names;
}

}  // namespace monitora::transfer

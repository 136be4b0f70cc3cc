#include "app/external_databases.h"

#include "base/log.h"
#include "ports/secret_contexts.h"

namespace monitora {
namespace {

// A ciphertext that was moved to another workspace does not open there.
std::string context_of(const WorkspaceId& workspace) {
  return kExternalDatabaseSecret + workspace.to_string();
}

template <class T>
void assign(T& field, const std::optional<T>& given) {
  if (given) field = *given;
}

Sentence test_sentence(const ExternalData::Tested& tested) {
  if (tested.can_write)
    return {
        "La connexion fonctionne, mais ce compte peut aussi écrire dans la base. MONITORA ne "
        "fait que lire ; un compte qui n'a que le droit de lire les tables choisies serait "
        "plus sûr.",
        "The connection works, but this login can also write to the database. MONITORA only "
        "reads; a login that may only read the chosen tables would be safer."};
  return {"La connexion fonctionne, et ce compte ne peut que lire.",
          "The connection works, and this login can only read."};
}

}  // namespace

Result<std::optional<ExternalDatabase>> ExternalDatabases::find(const WorkspaceId& workspace) {
  MONITORA_ASSIGN(const auto stored, parts_.databases.find(workspace));
  return stored ? std::optional<ExternalDatabase>(stored->database) : std::nullopt;
}

Result<ExternalDatabase> ExternalDatabases::put(const Actor& actor, const WorkspaceId& workspace,
                                                const ExternalDatabaseChange& change) {
  MONITORA_ASSIGN(const auto stored, parts_.databases.find(workspace));
  ExternalDatabase database = stored ? stored->database : ExternalDatabase();
  const ExternalDatabase before = database;
  assign(database.engine, change.engine);
  assign(database.host, change.host);
  if (!stored || database.engine != before.engine) database.port = default_port(database.engine);
  assign(database.port, change.port);
  assign(database.name, change.name);
  assign(database.user, change.user);
  assign(database.schema_type, change.schema_type);
  assign(database.allowed_tables, change.allowed_tables);
  assign(database.descriptions, change.descriptions);
  assign(database.sample_rows, change.sample_rows);
  assign(database.is_enabled, change.is_enabled);

  const bool elsewhere = database.host != before.host || database.port != before.port ||
                         database.engine != before.engine;
  std::vector<FieldError> errors = check_external_database(database).fields();
  if (!change.password && !stored)
    errors.push_back(
        {"db_password", {"Donnez le mot de passe du compte.", "Give the login's password."}});
  else if (!change.password && elsewhere)
    errors.push_back({"db_password",
                      {"Le serveur change : donnez à nouveau le mot de passe.",
                       "The server changes: give the password again."}});
  if (!errors.empty()) return Status::invalid(std::move(errors));

  // What a test said is of the connection that it tried.
  if (elsewhere || change.password || database.name != before.name ||
      database.user != before.user) {
    database.last_test_status.clear();
    database.last_test_at.reset();
  }
  const std::string sealed = change.password
                                 ? parts_.secrets.seal(*change.password, context_of(workspace))
                                 : stored->password_encrypted;
  MONITORA_TRY(parts_.databases.put(workspace, database, sealed));
  parts_.data.forget(workspace);
  record(parts_.audit, actor, "external_database.put", workspace, database.host);
  if (database.is_enabled && parts_.on_enabled) parts_.on_enabled();
  return database;
}

Status ExternalDatabases::remove(const Actor& actor, const WorkspaceId& workspace) {
  MONITORA_TRY(parts_.databases.remove(workspace));
  parts_.data.forget(workspace);
  record(parts_.audit, actor, "external_database.delete", workspace);
  return {};
}

Result<ExternalLogin> ExternalDatabases::login(const WorkspaceId& workspace) {
  MONITORA_ASSIGN(const auto stored, parts_.databases.find(workspace));
  if (!stored) return Status::not_found("database_not_configured");
  auto password = parts_.secrets.open(stored->password_encrypted, context_of(workspace));
  if (!password.ok()) {
    log::error("external database of {}: {}", workspace.to_string(), password.status().to_string());
    return Status(
        Code::conflict, "password_unreadable",
        {"Le mot de passe enregistré est illisible (il vient d'une autre installation, ou "
         "la clé de chiffrement a changé) : enregistrez-le à nouveau.",
         "The stored password cannot be read (it comes from another installation, or the "
         "encryption key has changed): save it again."});
  }
  return ExternalLogin{workspace, stored->database, *std::move(password)};
}

Result<ExternalDatabases::Tested> ExternalDatabases::test(const WorkspaceId& workspace) {
  auto found = login(workspace);
  if (!found.ok() && found.status().key() != "password_unreadable") return found.status();
  Tested tested;
  auto outcome = found.ok() ? parts_.data.test(*found) : found.status();
  if (!outcome.ok()) {
    const Status& why = outcome.status();
    if (why.code() == Code::cancelled) return why;
    log::info("external database of {}: {}", workspace.to_string(), why.to_string());
    tested.message = why.sentence();
  } else {
    tested.success = true;
    tested.message = test_sentence(*outcome);
    tested.found = *outcome;
  }
  const std::string status = !outcome.ok()        ? outcome.status().key()
                             : outcome->can_write ? "warning"
                                                  : "success";
  MONITORA_TRY(parts_.databases.set_test(workspace, status.substr(0, 50), parts_.clock.now()));
  return tested;
}

Result<std::vector<ExternalTable>> ExternalDatabases::tables(const WorkspaceId& workspace) {
  MONITORA_ASSIGN(const ExternalLogin found, login(workspace));
  return parts_.data.tables(found);
}

Result<ExternalLogin> ExternalDatabases::enabled_login(const WorkspaceId& workspace) {
  MONITORA_ASSIGN(ExternalLogin found, login(workspace));
  if (!found.database.is_enabled)
    return Status(Code::conflict, "database_disabled",
                  {"Cette base est désactivée : activez-la d'abord.",
                   "This database is switched off: switch it on first."});
  if (found.database.allowed_tables.empty())
    return Status(Code::conflict, "no_tables_allowed",
                  {"Aucune table n'est autorisée : choisissez celles que l'assistant peut lire.",
                   "No table is allowed: choose those that the assistant may read."});
  return found;
}

Result<ExternalData::Answer> ExternalDatabases::query(const Actor& actor,
                                                      const WorkspaceId& workspace,
                                                      const std::string& sql) {
  MONITORA_ASSIGN(ExternalData::Answer answer, read(workspace, sql, {}));
  record(parts_.audit, actor, "external_database.query", workspace);
  return answer;
}

Result<ExternalData::Answer> ExternalDatabases::read(const WorkspaceId& workspace,
                                                     const std::string& sql,
                                                     const ExternalParameters& parameters) {
  MONITORA_ASSIGN(const ExternalLogin found, enabled_login(workspace));
  return parts_.data.query(found, sql, parameters);
}

}  // namespace monitora

// monitora backup FILE · monitora restore FILE
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "apps/commands.h"
#include "apps/database.h"
#include "apps/terminal.h"
#include "sql/migrations.h"
#include "sql/sqlite/sqlite.h"

namespace monitora::apps {
namespace {

namespace fs = std::filesystem;

Status file_exists(const fs::path& file) {
  return Status(Code::conflict, "file_exists",
                {fmt::format("{} existe déjà : choisissez un autre nom.", file.string()),
                 fmt::format("{} exists already: choose another name.", file.string())});
}

Status not_a_backup() {
  return Status(Code::invalid_argument, "not_a_backup",
                {"Ce fichier n'est pas une sauvegarde de MONITORA, ou il est endommagé : rien n'a "
                 "été changé.",
                 "This file is no backup of MONITORA, or it is damaged: nothing was changed."});
}

// Opens a backup for reading and lets SQLite check all of it.
Status check(const fs::path& file) {
  MONITORA_ASSIGN(const auto connection, sql::open_sqlite(file, sql::Connection::Mode::write));
  MONITORA_TRY(sql::check_sqlite_integrity(*connection));
  MONITORA_ASSIGN(const auto migrations,
                  sql::status(*connection));  // a newer program's schema is refused here
  for (const sql::MigrationStatus& migration : migrations)
    if (migration.applied_at) return {};
  return not_a_backup();
}

// SQLite's VACUUM INTO reads one consistent state while others write.
Status backup(const CommandLine& line, const fs::path& file) {
  std::error_code error;
  if (fs::exists(file, error)) return file_exists(file);
  MONITORA_ASSIGN(const config::Settings settings, load_settings(line.settings));
  MONITORA_ASSIGN(const fs::path source, sqlite_file(settings));
  if (!fs::exists(source, error))
    return Status(Code::not_found, "no_database",
                  {fmt::format("Il n'y a pas de base dans {}.", source.string()),
                   fmt::format("There is no database at {}.", source.string())});
  const fs::path partial = file.string() + ".partial";
  fs::remove(partial, error);
  MONITORA_ASSIGN(const auto connection, sql::open_sqlite(source, sql::Connection::Mode::write));
  Status status = connection->execute("VACUUM INTO ?", {sql::p(partial.string())}).status();
  if (status.ok()) status = check(partial);
  if (status.ok()) {
    fs::rename(partial, file, error);
    if (error) status = Status::internal(error.message());
  }
  for (const char* ending : {"", "-wal", "-shm"}) fs::remove(partial.string() + ending, error);
  MONITORA_TRY(status);
  fmt::print("{}\n", in_language({fmt::format("Sauvegarde écrite et vérifiée : {} ({} octets). "
                                              "Gardez aussi {}, sans quoi les secrets chiffrés "
                                              "ne pourront pas être relus.",
                                              file.string(), fs::file_size(file, error),
                                              (settings.data_dir / "secrets").string()),
                                  fmt::format("Backup written and checked: {} ({} bytes). Keep {} "
                                              "too: without it the encrypted secrets cannot "
                                              "be read again.",
                                              file.string(), fs::file_size(file, error),
                                              (settings.data_dir / "secrets").string())}));
  return {};
}

Status restore(const CommandLine& line, const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error))
    return Status(Code::not_found, "no_file",
                  {fmt::format("Il n'y a pas de fichier {}.", file.string()),
                   fmt::format("There is no file {}.", file.string())});
  MONITORA_ASSIGN(const config::Settings settings, load_settings(line.settings));
  MONITORA_ASSIGN(const DataDirectoryLock lock, DataDirectoryLock::take(settings.data_dir));
  MONITORA_ASSIGN(const fs::path target, sqlite_file(settings));
  // Checked as a copy: opening a database can change it, and the backup must stay as it is.
  const fs::path copy = target.string() + ".restoring";
  fs::copy_file(file, copy, fs::copy_options::overwrite_existing, error);
  if (error) return Status::internal("copy: " + error.message());
  const Status checked = check(copy);
  if (!checked.ok()) {
    for (const char* ending : {"", "-wal", "-shm"}) fs::remove(copy.string() + ending, error);
    return checked.code() == Code::corrupted ? not_a_backup() : checked;
  }
  // The database of before is kept beside, in case the wrong file was given.
  const std::string before = target.string() + ".before-restore";
  for (const char* ending : {"", "-wal", "-shm"}) {
    fs::remove(before + ending, error);
    if (fs::exists(target.string() + ending, error))
      fs::rename(target.string() + ending, before + ending, error);
  }
  fs::rename(copy, target, error);
  if (error) return Status::internal("rename: " + error.message());
  for (const char* ending : {"-wal", "-shm"}) fs::remove(copy.string() + ending, error);
  fs::remove_all(settings.data_dir / "indexes", error);
  Sentence said{"Base restaurée.", "Database restored."};
  if (fs::exists(before, error)) {
    said.fr += fmt::format(" Celle d'avant est gardée : {}.", before);
    said.en += fmt::format(" The one before is kept: {}.", before);
  }
  fmt::print("{}\n", in_language(said));
  return {};
}

}  // namespace

void add_backup(CLI::App& app, CommandLine& line) {
  const auto add = [&](const char* name, const char* help,
                       Status (*command)(const CommandLine&, const fs::path&)) {
    CLI::App* sub = app.add_subcommand(name, help);
    const auto file = std::make_shared<std::string>();
    sub->add_option("FILE", *file, "Fichier / File")->required();
    sub->callback([&line, file, command] {
      const Status status = command(line, *file);
      if (!status.ok()) line.exit_code = fail(status);
    });
  };
  add("backup",
      "Écrit une sauvegarde, serveur en marche ou non / Writes a backup, server running or not",
      backup);
  add("restore", "Remet une sauvegarde en place / Puts a backup back", restore);
}

}  // namespace monitora::apps

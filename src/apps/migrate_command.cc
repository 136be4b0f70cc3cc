// monitora migrate inspect | export | import | run | sync | validate
#include <CLI/CLI.hpp>

#include "apps/migration.h"

namespace monitora::apps {
namespace {

// What each subcommand takes.
void add_from(CLI::App& command, MigrateOptions& options) {
  command
      .add_option("--from", options.from,
                  "Base Supabase ou PostgreSQL / Supabase or PostgreSQL database: "
                  "postgresql://user@host:port/db (MONITORA_SOURCE_PASSWORD)")
      ->required();
  command.add_option("--schema", options.schema,
                     "Schéma des tables de l'application / Schema of the application's tables");
}

void add_to(CLI::App& command, MigrateOptions& options) {
  command.add_option("--to", options.to,
                     "Base cible (sans elle, DATABASE_URL) / Target database (DATABASE_URL without "
                     "it): sqlserver://, postgresql://, sqlite: (MONITORA_TARGET_PASSWORD)");
}

void add_files(CLI::App& command, MigrateOptions& options) {
  command.add_option("--files", options.files,
                     "Fichiers des documents : dossier du bucket, ou https://projet.supabase.co "
                     "(MONITORA_SOURCE_KEY) / Documents' files: the bucket's folder, or its API");
  command.add_option("--bucket", options.bucket, "Bucket des fichiers / Bucket of the files");
}

void add_strict(CLI::App& command, MigrateOptions& options) {
  command.add_flag("--strict", options.strict,
                   "Refuse ce qui n'a pas de place dans la cible / Refuses what has no place in "
                   "the target");
}

}  // namespace

void add_migrate(CLI::App& app, CommandLine& line) {
  CLI::App* migrate = app.add_subcommand(
      "migrate", "Reprend une installation Supabase / Moves a Supabase installation");
  migrate->require_subcommand(1);
  const auto options = std::make_shared<MigrateOptions>();
  const auto add = [&](const char* name, const char* help, Status (Migration::*work)()) {
    CLI::App* command = migrate->add_subcommand(name, help);
    command->add_option("--report", options->report,
                        "Dossier de report.html et report.json (run et validate les écrivent "
                        "toujours, sans elle ici) / Folder of report.html and report.json (run and "
                        "validate always write them, here without it)");
    command->callback([&line, options, work, name] {
      Migration migration(line, *options, name);
      const Status status = (migration.*work)();
      line.exit_code = migration.conclude(status);
    });
    return command;
  };

  CLI::App* inspect =
      add("inspect",
          "Ce qu'il y a dans la source, et ce qui en sera fait / What the source holds, "
          "and what becomes of it",
          &Migration::inspect);
  add_from(*inspect, *options);
  add_to(*inspect, *options);
  add_strict(*inspect, *options);

  CLI::App* run = add("run",
                      "Copie tout, puis vérifie ; reprend où il s'est arrêté / Copies "
                      "everything, then validates; goes on where it stopped",
                      &Migration::run);
  add_from(*run, *options);
  add_to(*run, *options);
  add_files(*run, *options);
  add_strict(*run, *options);

  CLI::App* sync = add("sync",
                       "Copie ce qui a changé depuis, jusqu'à l'accord / Copies what "
                       "changed since, until the two sides agree",
                       &Migration::sync);
  add_from(*sync, *options);
  add_to(*sync, *options);
  add_files(*sync, *options);
  add_strict(*sync, *options);
  sync->add_flag("--once", options->once, "Une seule passe / One pass");

  CLI::App* validate = add("validate",
                           "Compare les deux côtés, valeur par valeur / Compares the "
                           "two sides, value by value",
                           &Migration::validate);
  add_from(*validate, *options);
  add_to(*validate, *options);
  validate
      ->add_option("--sample", options->sample,
                   "Lignes comparées par table (sans elle, toutes) / Rows compared a table (all "
                   "without it)")
      ->check(CLI::PositiveNumber);

  CLI::App* write = add("export",
                        "Écrit un fichier compressé par table / Writes one compressed "
                        "file a table",
                        &Migration::export_rows);
  write->add_option("directory", options->directory, "Dossier / Folder")->required();
  add_from(*write, *options);
  add_strict(*write, *options);

  CLI::App* read = add("import", "Charge ce qu'export a écrit / Loads what export wrote",
                       &Migration::import_rows);
  read->add_option("directory", options->directory, "Dossier / Folder")->required();
  add_to(*read, *options);
  add_files(*read, *options);
}

}  // namespace monitora::apps

// monitora migrate inspect | export | import | run | sync | validate
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>

#include "apps/migrate.h"
#include "apps/terminal.h"
#include "base/clock.h"
#include "transfer/export_files.h"
#include "transfer/report.h"
#include "transfer/validate.h"

namespace monitora::apps {
namespace {

using transfer::Report;

constexpr int kDifferences = 3;  // the exit code

// One bar a table.
class LoadBars {
 public:
  explicit LoadBars(bool quiet) : quiet_(quiet) {}
  void operator()(const transfer::LoadProgress& progress) {
    if (progress.table != table_) {
      bar_.reset();
      table_ = progress.table;
      bar_.emplace(table_, static_cast<std::size_t>(progress.total), quiet_);
    }
    bar_->update(static_cast<std::size_t>(progress.rows));
  }
  void end() { bar_.reset(); }

 private:
  const bool quiet_;
  std::string table_;
  std::optional<Progress> bar_;
};

// One subcommand under way: what it has to say is collected in `report`, and said at its end
// whatever the end is.
class Migration {
 public:
  Migration(CommandLine& line, const MigrateOptions& options, std::string command)
      : line_(line), options_(options), bars_(line.json) {
    report_.command = std::move(command);
    report_.started = SystemClock().now();
  }

  Status inspect() {
    MONITORA_TRY(open_source_and_plan());
    MONITORA_ASSIGN(report_.refusals, source_->refusals());
    return strict();
  }

  Status export_rows() {
    MONITORA_TRY(open_source_and_plan());
    MONITORA_TRY(strict());
    report_.target = options_.directory;
    transfer::ExportOptions to_folder;
    to_folder.progress = progress();
    MONITORA_ASSIGN(const std::vector<transfer::ExportedFile> files,
                    transfer::export_to(*source_, options_.directory, to_folder));
    bars_.end();
    for (const transfer::ExportedFile& file : files)
      report_.steps.push_back(
          {fmt::format("{} : {} lignes, {} octets.", file.name, file.rows, file.bytes),
           fmt::format("{}: {} rows, {} bytes.", file.name, file.rows, file.bytes)});
    return {};
  }

  Status import_rows() {
    std::optional<Progress> bar;
    MONITORA_ASSIGN(
        const auto source,
        transfer::open_export(options_.directory, [&](std::int64_t read, std::int64_t total) {
          if (!bar)
            bar.emplace(in_language({"Contrôle", "Checking"}), static_cast<std::size_t>(total),
                        line_.json);
          bar->update(static_cast<std::size_t>(read));
        }));
    bar.reset();
    report_.source = options_.directory;
    report_.plan = source->plan();
    MONITORA_TRY(open_target_and_models());
    MONITORA_TRY(load(*source));
    return finish();
  }

  Status run() {
    MONITORA_TRY(open_both());
    MONITORA_TRY(load(*source_));
    Finish finish(*target_, options_, line_.json);
    MONITORA_TRY(finish.fetch_files(*models_, report_.steps));
    MONITORA_TRY(finish.make_vectors(*models_, report_.steps));
    MONITORA_TRY(finish.index_documents(*models_, report_.steps));
    return validate();
  }

  // Passes until one finds nothing that changed: with the writers stopped the two sides agree.
  Status sync() {
    MONITORA_TRY(open_both());
    for (int pass = 1;; ++pass) {
      const auto began = std::chrono::steady_clock::now();
      MONITORA_TRY(load(*source_));
      const double seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
      const std::int64_t changes = known_changes();
      say({fmt::format("Passe {} : {} changements en {:.1f} s.", pass, changes, seconds),
           fmt::format("Pass {}: {} changes in {:.1f} s.", pass, changes, seconds)});
      if (changes == 0 || options_.once) break;
      MONITORA_TRY(open_source_and_plan());  // a new snapshot
    }
    if (known_changes() == 0)
      report_.steps.push_back({"Les deux côtés sont d'accord.", "The two sides agree."});
    return finish();
  }

  Status compare() {
    MONITORA_TRY(open_source_and_plan());
    report_.plan.reset();  // not what was asked for
    MONITORA_TRY(open_target_and_models());
    MONITORA_TRY(choose_vectors(*source_));
    return validate();
  }

  // Prints and files the report; answers the exit code.
  int conclude(const Status& status) {
    bars_.end();
    report_.ended = SystemClock().now();
    if (!status.ok())
      report_.error = status.fields().empty() ? status.sentence() : status.fields().front().message;
    const std::string language = terminal_language();
    if (line_.json)
      fmt::print("{}\n", transfer::to_json(report_));
    else
      fmt::print("{}", transfer::to_text(report_, language));
    int code = 0;
    if (!status.ok()) code = fail(status);
    if (code == 0 && transfer::differs(report_)) code = kDifferences;
    if (!options_.report.empty()) {
      const Status written = transfer::write_report(report_, options_.report, language);
      if (!written.ok()) code = fail(written);
    }
    return code;
  }

 private:
  Status open_source_and_plan() {
    source_.reset();
    MONITORA_ASSIGN(source_, open_source(options_));
    report_.source = config::without_password(options_.from);
    report_.plan = source_->plan();
    return {};
  }

  Status open_target_and_models() {
    MONITORA_ASSIGN(target_, open_target(line_, options_));
    report_.target = target_->shown;
    MONITORA_ASSIGN(models_, load_models(target_->settings));
    return {};
  }

  Status open_both() {
    MONITORA_TRY(open_source_and_plan());
    MONITORA_TRY(strict());
    MONITORA_ASSIGN(report_.refusals, source_->refusals());
    if (!report_.refusals.empty())
      return Status(
          Code::conflict, "rows_refused",
          {"La cible refuserait des lignes de la source, listées ci-dessus : corrigez-les "
           "dans la source, puis relancez. Rien n'a été copié.",
           "The target would refuse rows of the source, listed above: mend them in the "
           "source, then run again. Nothing was copied."});
    return open_target_and_models();
  }

  // --strict: nothing of the source is left behind that nobody expected.
  Status strict() const {
    if (!options_.strict) return {};
    std::string names;
    for (const transfer::LeftBehind& left : report_.plan->left_behind)
      if (!left.known)
        names += (names.empty() ? "" : ", ") + left.table +
                 (left.column.empty() ? "" : "." + left.column);
    if (names.empty()) return {};
    return Status(Code::conflict, "left_behind",
                  {fmt::format("--strict : la cible n'a pas de place pour {}.", names),
                   fmt::format("--strict: the target has no place for {}.", names)});
  }

  Status choose_vectors(transfer::Source& source) {
    MONITORA_ASSIGN(vectors_, transfer::choose_vectors(source, *models_->embedder));
    return {};
  }

  Status load(transfer::Source& source) {
    if (!vectors_) {
      MONITORA_TRY(choose_vectors(source));
      if (vectors_->any) say(vectors_->why);
    }
    MONITORA_TRY(warn_of_what_was_written());
    transfer::LoadOptions load;
    load.progress = progress();
    load.keep_vectors = vectors_->keep;
    load.embedding_model = models_->embedder->model();
    MONITORA_ASSIGN(report_.load, transfer::load(source, *target_->pool, load));
    bars_.end();
    return {};
  }

  // A server has worked on this database: it has left jobs, which no migration brings.
  Status warn_of_what_was_written() {
    std::int64_t jobs = 0;
    MONITORA_TRY(target_->pool->with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
      return connection.query("SELECT COUNT(*) FROM jobs", {}, [&](const sql::Row& row) {
        jobs = row.integer(0);
        return Status();
      });
    }));
    if (jobs > 0 && !warned_)
      say(
          {"Un serveur a déjà servi sur cette base : ce qu'il y a écrit cède la place à ce que dit "
           "la source.",
           "A server has already used this database: what it wrote there gives way to what the "
           "source says."});
    warned_ = jobs > 0;
    return {};
  }

  Status finish() {
    Finish finish(*target_, options_, line_.json);
    MONITORA_TRY(finish.fetch_files(*models_, report_.steps));
    MONITORA_TRY(finish.make_vectors(*models_, report_.steps));
    return finish.index_documents(*models_, report_.steps);
  }

  Status validate();

  // Of a table whose values come from other rows too (no aliases) every row is stored again: that
  // is no change.
  std::int64_t known_changes() const {
    std::int64_t changes = 0;
    for (std::size_t i = 0; i < report_.load->tables.size(); ++i) {
      const transfer::LoadedTable& table = report_.load->tables[i];
      changes += table.deleted + (report_.plan->tables[i].aliases.empty() ? 0 : table.updated);
    }
    return changes;
  }

  std::function<void(const transfer::LoadProgress&)> progress() {
    return [this](const transfer::LoadProgress& progress) { bars_(progress); };
  }

  // A line at once, on a terminal; and in the report.
  void say(const Sentence& sentence) {
    bars_.end();
    if (!line_.json) fmt::print(stderr, "{}\n", in_language(sentence));
    report_.steps.push_back(sentence);
  }

  CommandLine& line_;
  const MigrateOptions& options_;
  LoadBars bars_;
  Report report_;
  std::unique_ptr<transfer::PostgresSource> source_;
  std::optional<Target> target_;
  std::optional<Models> models_;
  std::optional<transfer::VectorChoice> vectors_;
  bool warned_ = false;
};

Status Migration::validate() {
  transfer::PostgresSourceOptions source{options_.from, {}, options_.schema};
  MONITORA_ASSIGN(source.password, source_password());
  transfer::ValidateOptions validate;
  validate.sample = options_.sample;
  validate.keep_vectors = vectors_->keep;
  validate.embedding_model = models_->embedder->model();
  validate.progress = progress();
  MONITORA_ASSIGN(report_.validation, transfer::validate(source, *target_->pool, validate));
  bars_.end();
  return {};
}

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
                        "Dossier de report.html et report.json / Folder of report.html and "
                        "report.json");
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
                           &Migration::compare);
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

#include "apps/migration.h"

#include <fmt/format.h>

#include "base/clock.h"
#include "transfer/export_files.h"
#include "transfer/validate.h"

namespace monitora::apps {
namespace {

constexpr int kDifferences = 3;  // the exit code

}  // namespace

Migration::Migration(CommandLine& line, const MigrateOptions& options, std::string command)
    : line_(line), options_(options), bars_(line.json) {
  report_.command = std::move(command);
  report_.started = SystemClock().now();
}

Status Migration::inspect() {
  MONITORA_TRY(open_source_and_plan());
  MONITORA_TRY(find_refusals(true));
  return strict();
}

Status Migration::export_rows() {
  MONITORA_TRY(open_accepted_source(false));
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

Status Migration::import_rows() {
  std::optional<Progress> bar(std::in_place, in_language({"Contrôle", "Checking"}), line_.json);
  MONITORA_ASSIGN(
      const auto source,
      transfer::open_export(options_.directory, [&](std::int64_t read, std::int64_t total) {
        bar->update(static_cast<std::size_t>(read), static_cast<std::size_t>(total));
      }));
  bar.reset();
  report_.source = options_.directory;
  report_.plan = source->plan();
  MONITORA_TRY(open_target_and_models());
  MONITORA_TRY(load(*source));
  return finish();
}

Status Migration::run() {
  MONITORA_TRY(open_accepted_source(true));
  MONITORA_TRY(open_target_and_models());
  MONITORA_TRY(load(*source_));
  MONITORA_TRY(finish());
  return compare();
}

Status Migration::validate() {
  MONITORA_TRY(open_source_and_plan());
  report_.plan.reset();  // not what was asked for
  MONITORA_TRY(open_target_and_models());
  MONITORA_TRY(choose_vectors(*source_));
  return compare();
}

int Migration::conclude(const Status& status) {
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
  std::string directory = options_.report;
  if (directory.empty() && report_.validation) directory = ".";
  if (!directory.empty()) {
    const Status written = transfer::write_report(report_, directory, language);
    if (!written.ok()) code = fail(written);
  }
  return code;
}

void Migration::Bars::update(const transfer::LoadProgress& progress) {
  if (progress.table != table_) {
    bar_.reset();
    table_ = progress.table;
    bar_.emplace(table_, quiet_);
  }
  bar_->update(static_cast<std::size_t>(progress.rows), static_cast<std::size_t>(progress.total));
}

Status Migration::open_source_and_plan(bool counts) {
  source_.reset();
  MONITORA_ASSIGN(source_, open_source(options_, counts));
  report_.source = config::without_password(options_.from);
  report_.plan = source_->plan();
  return {};
}

Status Migration::find_refusals(bool of_the_target) {
  sql::Database target = sql::Database::postgres;
  if (of_the_target) {
    MONITORA_ASSIGN(const config::Settings settings, target_settings(line_, options_));
    if (settings.uses_sql_server()) target = sql::Database::sqlserver;
    if (settings.uses_sqlite()) target = sql::Database::sqlite;
  }
  MONITORA_ASSIGN(report_.refusals, source_->refusals(target));
  return {};
}

Status Migration::open_accepted_source(bool for_the_target) {
  MONITORA_TRY(open_source_and_plan());
  MONITORA_TRY(strict());
  MONITORA_TRY(find_refusals(for_the_target));
  if (report_.refusals.empty()) return {};
  return Status(Code::conflict, "rows_refused",
                {"La cible refuserait des lignes de la source, listées ci-dessus : corrigez-les "
                 "dans la source, puis relancez. Rien n'a été copié.",
                 "The target would refuse rows of the source, listed above: mend them in the "
                 "source, then run again. Nothing was copied."});
}

Status Migration::open_target_and_models() {
  MONITORA_ASSIGN(target_, open_target(line_, options_));
  report_.target = target_->shown;
  MONITORA_ASSIGN(models_, load_models(target_->settings));
  return {};
}

Status Migration::strict() const {
  if (!options_.strict) return {};
  std::string names;
  for (const transfer::LeftBehind& left : report_.plan->left_behind)
    if (!left.known)
      names +=
          (names.empty() ? "" : ", ") + left.table + (left.column.empty() ? "" : "." + left.column);
  if (names.empty()) return {};
  return Status(Code::conflict, "left_behind",
                {fmt::format("--strict : la cible n'a pas de place pour {}.", names),
                 fmt::format("--strict: the target has no place for {}.", names)});
}

Status Migration::choose_vectors(transfer::Source& source) {
  MONITORA_ASSIGN(vectors_, transfer::choose_vectors(source, *models_->embedder));
  return {};
}

// A server has worked on this database: it has left jobs, which no migration brings.
Status Migration::warn_of_what_was_written() {
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

Status Migration::load(transfer::Source& source,
                       const std::vector<transfer::TableChanges>* changes) {
  if (!vectors_) {
    MONITORA_TRY(choose_vectors(source));
    if (vectors_->any) say(vectors_->why);
  }
  MONITORA_TRY(warn_of_what_was_written());
  transfer::LoadOptions load;
  load.progress = progress();
  load.keep_vectors = vectors_->keep;
  load.embedding_model = models_->embedder->model();
  load.changes = changes;
  MONITORA_ASSIGN(report_.load, transfer::load(source, *target_->pool, load));
  bars_.end();
  return {};
}

Status Migration::finish() {
  Finish finish(*target_, options_, line_.json);
  MONITORA_TRY(finish.fetch_files(*models_, report_.steps));
  MONITORA_TRY(finish.make_vectors(*models_, report_.steps));
  return finish.index_documents(*models_, report_.steps);
}

Status Migration::compare() {
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

std::function<void(const transfer::LoadProgress&)> Migration::progress() {
  return [this](const transfer::LoadProgress& progress) { bars_.update(progress); };
}

void Migration::say(const Sentence& sentence) {
  bars_.end();
  if (!line_.json) fmt::print(stderr, "{}\n", in_language(sentence));
  report_.steps.push_back(sentence);
}

}  // namespace monitora::apps

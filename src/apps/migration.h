// One subcommand of `monitora migrate` under way.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "apps/migrate.h"
#include "apps/terminal.h"
#include "transfer/report.h"
#include "transfer/source_changes.h"

namespace monitora::apps {

// What it has to say is collected in a report, and said at its end whatever the end is.
class Migration {
 public:
  // `line` and `options` outlive it. `command`: the subcommand's name.
  Migration(CommandLine& line, const MigrateOptions& options, std::string command);

  // The subcommands. An error ends them; conclude() says it.
  Status inspect();
  Status export_rows();
  Status import_rows();
  Status run();
  Status sync();
  Status validate();

  // Prints and files the report; answers the exit code.
  int conclude(const Status& status);

 private:
  // One bar a table.
  class Bars {
   public:
    explicit Bars(bool quiet) : quiet_(quiet) {}
    void update(const transfer::LoadProgress& progress);
    void end() { bar_.reset(); }

   private:
    const bool quiet_;
    std::string table_;
    std::optional<Progress> bar_;
  };

  // Without `counts`, a plan without rows.
  Status open_source_and_plan(bool counts = true);
  // The source, if the target can take all of it.
  Status find_refusals(bool of_the_target);  // else those of every target
  Status open_accepted_source(bool for_the_target);
  Status open_target_and_models();
  // --strict: nothing of the source is left behind that nobody expected.
  Status strict() const;
  Status choose_vectors(transfer::Source& source);
  Status warn_of_what_was_written();
  // `changes`: as transfer::LoadOptions has them.
  Status load(transfer::Source& source,
              const std::vector<transfer::TableChanges>* changes = nullptr);
  // Chooses how changes are read, and says it.
  void follow_changes();
  // A pass by the log of changes. `agree`: nothing had changed.
  Status pass_by_log(bool& agree);
  Status load_changes(bool& agree);
  Status finish();
  Status compare();
  std::function<void(const transfer::LoadProgress&)> progress();
  // A line at once, on a terminal; and in the report.
  void say(const Sentence& sentence);

  CommandLine& line_;
  const MigrateOptions& options_;
  Bars bars_;
  transfer::Report report_;
  std::unique_ptr<transfer::PostgresSource> source_;
  std::unique_ptr<transfer::SourceChanges> changes_;  // null: both sides are compared
  std::optional<Target> target_;
  std::optional<Models> models_;
  std::optional<transfer::VectorChoice> vectors_;
  bool warned_ = false;
};

}  // namespace monitora::apps

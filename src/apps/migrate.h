// What the subcommands of `monitora migrate` share: the two sides, and what follows the rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/models.h"
#include "config/settings.h"
#include "sql/pool.h"
#include "transfer/load.h"
#include "transfer/postgres_source.h"
#include "transfer/vectors.h"

namespace monitora::apps {

struct MigrateOptions {
  std::string from;  // --from
  std::string to;    // --to; empty: the configured database
  std::string schema = "public";
  std::string directory;  // of export and import
  std::string files;      // a bucket's folder, or its HTTP API; may be empty
  std::string bucket = "documents";
  // Where report.html and report.json go; empty: here after a validation, else nowhere.
  std::string report;
  bool strict = false;
  bool once = false;  // sync: one pass
  int sample = 0;     // validate: rows a table; 0: all
};

// MONITORA_SOURCE_PASSWORD, for a URL that leaves the password out; may be empty.
Result<std::string> source_password();
// The live source, and how it is reached. Without `counts`, its plan has no rows.
Result<transfer::PostgresSourceOptions> source_options(const MigrateOptions& options);
Result<std::unique_ptr<transfer::PostgresSource>> open_source(const MigrateOptions& options,
                                                              bool counts = true);

// The settings with --to and MONITORA_TARGET_PASSWORD in them.
Result<config::Settings> target_settings(const CommandLine& line, const MigrateOptions& options);

// The target, its schema up to date. Never the source's own database: invalid_argument
// `same_database`.
struct Target {
  config::Settings settings;
  std::unique_ptr<sql::Pool> pool;
  std::string shown;  // its address, without secrets
};
Result<Target> open_target(const CommandLine& line, const MigrateOptions& options);

// What makes the widget answer after the rows are there: documents' files, vectors that were not
// kept, documents that were never indexed. Each step resumes. Answers what was done, for the
// report.
class Finish {
 public:
  Finish(const Target& target, const MigrateOptions& options, bool quiet)
      : target_(target), options_(options), quiet_(quiet) {}

  Status fetch_files(Models& models, std::vector<Sentence>& steps);
  Status make_vectors(Models& models, std::vector<Sentence>& steps);
  Status index_documents(Models& models, std::vector<Sentence>& steps);

 private:
  const Target& target_;
  const MigrateOptions& options_;
  const bool quiet_;
};

}  // namespace monitora::apps

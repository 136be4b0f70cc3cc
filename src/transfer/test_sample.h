// For tests: databases made of examples/supabase. The tests run in the project's directory.
#pragma once

#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "sql/test_postgres.h"
#include "transfer/postgres_source.h"

namespace monitora::transfer {

inline void run_on(const sql::PostgresOptions& options, const std::string& script) {
  const auto connection = sql::open_postgres(options, sql::Connection::Mode::write);
  const Status status = connection.ok() ? (*connection)->run_script(script) : connection.status();
  if (!status.ok()) {
    std::cerr << script.substr(0, 200) << ": " << status.to_string() << "\n";
    std::abort();
  }
}

inline std::string sample_file(const std::string& name) {
  std::stringstream text;
  text << std::ifstream("examples/supabase/" + name).rdbuf();
  return text.str();
}

// A generation of the schema with 600 messages, made once; tests get copies.
inline const std::string& sample_template(const std::string& generation) {
  static std::map<std::string, std::unique_ptr<sql::TestPostgres>> made;
  auto& database = made[generation];
  if (!database) {
    database = std::make_unique<sql::TestPostgres>();
    run_on(database->options(),
           "SET sample.messages = '600'; SET sample.dimension = '8';" + sample_file("auth.sql") +
               sample_file("schema_" + generation + ".sql") + sample_file("generate.sql"));
  }
  return database->name();
}

class SampleSource {
 public:
  explicit SampleSource(const std::string& generation) : database_(sample_template(generation)) {}

  void run(const std::string& script) const { run_on(database_.options(), script); }
  PostgresSourceOptions options() const { return {database_.options().uri, "", "public"}; }
  std::unique_ptr<PostgresSource> open() const {
    auto source = PostgresSource::open(options());
    if (source.ok()) return std::move(*source);
    std::cerr << source.status().to_string() << "\n";
    std::abort();
  }

 private:
  sql::TestPostgres database_;
};

}  // namespace monitora::transfer

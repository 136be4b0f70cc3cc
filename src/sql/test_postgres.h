// For tests: databases on the PostgreSQL server that MONITORA_TEST_POSTGRES names, or that ctest
// has started (tests/tools/postgres_server).
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "sql/postgres/postgres.h"

namespace monitora::sql {

// "" when there is none. `file`: uri (a Unix socket) or tcp_uri.
inline std::string test_postgres_uri(const char* file = "uri") {
  if (const char* own = std::getenv("MONITORA_TEST_POSTGRES")) return own;
  const char* directory = std::getenv("MONITORA_TEST_POSTGRES_DIR");
  std::string uri;
  if (directory != nullptr)
    std::getline(std::ifstream(std::string(directory) + "/" + file) >> std::ws, uri);
  return uri;
}

// The URI of another database on the same server.
inline std::string with_database(std::string uri, const std::string& database) {
  const std::size_t path = uri.find('/', uri.find("//") + 2);
  const std::size_t end = std::min(uri.find('?'), uri.size());
  if (path >= end) return uri.insert(end, "/" + database);
  return uri.replace(path + 1, end - path - 1, database);
}

// An empty database, or a copy of another, gone with the object.
class TestPostgres {
 public:
  explicit TestPostgres(const std::string& copy_of = "template0") {
    static std::atomic<int> made = 0;
    name_ = "monitora_test_" + std::to_string(::getpid()) + "_" + std::to_string(++made);
    run("CREATE DATABASE " + name_ + " TEMPLATE " + copy_of);
  }
  ~TestPostgres() { run("DROP DATABASE " + name_ + " WITH (FORCE)"); }
  TestPostgres(const TestPostgres&) = delete;
  TestPostgres& operator=(const TestPostgres&) = delete;

  const std::string& name() const { return name_; }
  PostgresOptions options() const {
    PostgresOptions options;
    options.uri = with_database(test_postgres_uri(), name_);
    return options;
  }

 private:
  static void run(const std::string& script) {
    PostgresOptions options;
    options.uri = test_postgres_uri();
    const auto connection = open_postgres(options, Connection::Mode::write);
    const Status status = connection.ok() ? (*connection)->run_script(script) : connection.status();
    if (!status.ok()) {
      std::cerr << script << ": " << status.to_string() << "\n";
      std::abort();
    }
  }

  std::string name_;
};

}  // namespace monitora::sql

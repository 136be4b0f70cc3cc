// What changes in a live source, by PostgreSQL's logical replication (plugin pgoutput).
//
// The slot is temporary: it is gone with its connection, however that ends. The publication stays
// behind a program that was killed, where it does nothing; the next one drops it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "transfer/changed_keys.h"
#include "transfer/postgres_source.h"

namespace monitora::transfer {

class SourceConnection;  // transfer/postgres_source_connection.h

// Used by one thread at a time.
class SourceChanges {
 public:
  struct Changes {
    std::vector<TableChanges> tables;  // of the source's plan
    // The log has nothing that the source's snapshot does not see.
    bool complete = false;
  };

  // Every snapshot taken from now on sees what the log does not have. Followed are the plan's
  // tables that are one table of the source, by its key; the others have to be compared. Errors:
  // unavailable `changes_unavailable` with why not and what to do, and those of a connection.
  static Result<std::unique_ptr<SourceChanges>> open(const PostgresSourceOptions& options,
                                                     const PostgresSource& source);
  ~SourceChanges();
  SourceChanges(const SourceChanges&) = delete;
  SourceChanges& operator=(const SourceChanges&) = delete;

  // All that changed since advance() was called last, as far as the source's snapshot sees it.
  // Whatever the error, comparing is what remains.
  Result<Changes> read(const PostgresSource& source);
  // What was read last is stored: it is not read again.
  Status advance();

  std::string followed() const;  // "documents, messages"
  std::string compared() const;

 private:
  SourceChanges();
  Status exec(const std::string& statement, const Sentence& otherwise);
  Status prepare(const PostgresSource& source);
  Status choose_tables(const PostgresSource& source);
  Status wait_for_others();

  std::unique_ptr<SourceConnection> connection_;
  std::string name_;  // of the slot and of the publication
  bool published_ = false;
  std::vector<FollowedTable> tables_;
  std::vector<std::string> plan_;  // how each table is read
  std::vector<std::string> names_;
  std::uint64_t read_up_to_ = 0;
};

}  // namespace monitora::transfer

// Keeps this process' indexes at what the database says when another process changes documents.
#pragma once

#include <cstdint>

#include "base/status.h"

namespace monitora {

class ChangeLog;
class DocumentStore;
class Retriever;

// Not thread-safe: one thread calls catch_up() from time to time.
class IndexFollower {
 public:
  // Begins after the latest change there is; indexes are loaded with what came before.
  static Result<IndexFollower> start(ChangeLog& changes, DocumentStore& documents,
                                     Retriever& retriever);

  // Applies what changed since the last call: this process' own changes too, for which it is a
  // repetition without effect. After an error the next call goes on from the same place.
  Status catch_up();

 private:
  IndexFollower(ChangeLog& changes, DocumentStore& documents, Retriever& retriever,
                std::int64_t sequence)
      : changes_(&changes), documents_(&documents), retriever_(&retriever), sequence_(sequence) {}

  ChangeLog* changes_;
  DocumentStore* documents_;
  Retriever* retriever_;
  std::int64_t sequence_;
};

}  // namespace monitora

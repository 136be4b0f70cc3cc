// Whether a target holds what its source says it should: every row, every column, the schema, the
// foreign keys and the application's own figures. Independent of the copier: it shares neither its
// reading, nor its conversions, nor its idea of what goes where (expectation.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/status.h"
#include "sql/pool.h"
#include "transfer/postgres_source.h"
#include "transfer/report.h"

namespace monitora::transfer {

struct ValidateOptions {
  std::int64_t sample = 0;  // rows a table, the same ones each time; 0: all
  // As load() was told. False: vectors were made anew, and only that they are there, all of one
  // dimension, is looked at.
  bool keep_vectors = true;
  std::string embedding_model;  // of kept vectors whose row names none
  // Rows of the table and of all tables so far; one thread at a time.
  std::function<void(const LoadProgress&)> progress;
};

// Reads both sides once, and again where they differ; memory does not grow with their size. Nothing
// is written to either. The source is read in one snapshot of its own, the target in one
// transaction. Errors: those of PostgresSource::open() and of the target's driver; differences are
// no error.
Result<Validation> validate(const PostgresSourceOptions& source, sql::Pool& target,
                            const ValidateOptions& options);

}  // namespace monitora::transfer

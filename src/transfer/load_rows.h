// Rows between a reader and the target: copied out of the reader's buffers, as the target stores
// them.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "sql/connection.h"
#include "transfer/source.h"
#include "transfer/tables.h"

namespace monitora::transfer {

// What changes on the way into a target.
struct Storing {
  sql::Database database = sql::Database::sqlite;
  bool keep_vectors = true;          // false: a row's vector, its model and its label are NULL
  std::string_view embedding_model;  // of a kept vector whose row names none; outlives the arena
};

// Used by one thread at a time. Memory that was used once is used again.
class RowArena {
 public:
  RowArena(const Table& table, const Storing& storing);

  void add(Row row);
  void clear();

  std::size_t rows() const { return cells_.size() / columns_; }
  // Of texts, bytes and cells: what the rows take in memory.
  std::size_t bytes() const { return bytes_ + cells_.size() * sizeof(sql::Param); }
  Row row(std::size_t index) const { return Row(cells_).subspan(index * columns_, columns_); }

 private:
  enum class Change { none, drop, model, date };
  std::string_view keep(std::string_view bytes);

  const Storing storing_;
  const std::size_t columns_;
  std::vector<Change> changes_;
  std::size_t vector_ = 0;  // the column of the vector that `model` belongs to
  std::vector<sql::Param> cells_;
  std::vector<std::unique_ptr<char[]>> blocks_, large_;
  std::size_t block_ = 0, used_ = 0;  // the block that is being filled
  std::size_t bytes_ = 0;
};

// As a person reads a key: "0e9c…", "0e9c… + ana@exemple.fr", "17".
std::string key_text(const Table& table, Row row);

}  // namespace monitora::transfer

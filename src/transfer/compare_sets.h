// Two sets of rows, compared whatever order they come in and however many they are.
//
// First each side adds its rows up in buckets by key (Buckets: memory of a fixed size). Where a
// bucket's count or sum differs, its rows are read again and kept by the hashes of their columns
// (RowHashes), and differences() says which rows and columns differ.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "transfer/compare_row.h"

namespace monitora::transfer {

class Buckets {
 public:
  static constexpr std::size_t kCount = std::size_t{1} << 18;  // 6 MiB a side
  Buckets() : sums_(kCount) {}
  void clear();
  void add(std::string_view key, std::string_view row);
  static std::size_t of(std::string_view key) { return hash128(key).low % kCount; }

  std::int64_t rows() const { return rows_; }
  Hash128 total() const;
  std::int64_t rows(std::size_t bucket) const { return sums_[bucket].rows; }
  // Numbers of the buckets that differ.
  static std::vector<std::uint32_t> different(const Buckets& a, const Buckets& b);

 private:
  struct Sum {
    std::int64_t rows = 0;
    Hash128 hash;
    bool operator==(const Sum&) const = default;
  };
  std::vector<Sum> sums_;
  std::int64_t rows_ = 0;
};

// Rows by the hashes of their columns: about 40 bytes a row, its key and 8 bytes a column.
class RowHashes {
 public:
  explicit RowHashes(std::size_t columns) : columns_(columns) {}
  void add(std::string_view key, const CanonicalRow& row);
  std::size_t rows() const { return entries_.size(); }
  void sort();  // by key, then by hash

 private:
  friend class SetDifferences;
  struct Entry {
    std::size_t key = 0;
    std::size_t key_size = 0;
    std::size_t hashes = 0;  // where its columns' begin
    Hash128 row;
    std::int64_t bytes = 0;
  };
  std::string_view key(const Entry& entry) const {
    return std::string_view(keys_).substr(entry.key, entry.key_size);
  }

  std::size_t columns_;
  std::string keys_;
  std::vector<std::uint64_t> hashes_;
  std::vector<Entry> entries_;
};

enum class SetDifference { missing, extra, duplicate, columns };

struct RowDifference {
  SetDifference kind = SetDifference::columns;
  std::string key;                   // canonical bytes
  std::vector<std::size_t> columns;  // that differ
  std::int64_t bytes = 0;            // of both rows
};

// What `target` has otherwise than `source`; sorts both.
std::vector<RowDifference> differences(RowHashes& source, RowHashes& target);

}  // namespace monitora::transfer

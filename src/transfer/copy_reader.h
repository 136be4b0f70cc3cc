// Rows of COPY … TO STDOUT (FORMAT binary) (PostgreSQL's documentation of COPY, "Binary Format") as
// a load stores them. Nothing is allocated for a row; values are views into what the server sent.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "transfer/copy_values.h"
#include "transfer/rules.h"
#include "transfer/source.h"

namespace monitora::transfer {

struct CopyField {
  std::string_view bytes;
  bool null = false;
};

// The stream cut into rows and fields, wherever its messages end.
class CopyStream {
 public:
  // Valid during the call.
  using EachFields = std::function<Status(std::span<const CopyField>)>;

  explicit CopyStream(std::size_t columns) : fields_(columns) {}

  // Errors beside those of `each`: internal, for bytes that are not the format.
  Status feed(std::string_view message, const EachFields& each);
  // After the last message. Errors: internal for a stream that has not come to its end.
  Status finish() const;

 private:
  enum class Step { row, more, end, wrong };
  // The row at the beginning of `bytes`, which is moved on behind it.
  Step next(std::string_view& bytes);

  std::vector<CopyField> fields_;
  std::string rest_;  // of a message, up to the next one
  bool begun_ = false;
  bool ended_ = false;
};

// A value of a row that cannot be stored.
struct RefusedValue {
  const Column* column = nullptr;
  Rule rule;
};

// Fields → values, and every rule that concerns one row.
class RowReader {
 public:
  // `wires` are the types of the fields: the table's columns, or the first of them.
  RowReader(const Table& table, std::vector<Wire> wires);

  // The values, valid until the next call; what is refused of them is in refused().
  Row read(std::span<const CopyField> fields);
  std::span<const RefusedValue> refused() const { return refused_; }
  // The row's key as a person writes it: "3f0c…", or both columns of a pair.
  std::string key() const;
  // invalid_argument `row_refused` for the first refused value.
  Status refusal() const;

 private:
  const Table& table_;
  std::vector<Wire> wires_;
  std::vector<const CheckRule*> checks_;
  std::vector<std::string> scratch_;
  std::vector<sql::Param> values_;
  std::vector<RefusedValue> refused_;
};

}  // namespace monitora::transfer

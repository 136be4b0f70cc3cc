// Rows of an export as bytes, and back.
//
// A row: the bytes of its cells (4), then the cells in the order of the table's columns. A cell:
// what it is (1), its bytes (4), and those:
//   0 NULL, none   1 boolean, 1   2 integer, 8   3 real, 8 (IEEE 754)   4 text, UTF-8   5 bytes
//   6 time, 8 (microseconds since 1970)   7 UUID, 16
// Numbers are little-endian.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "transfer/source.h"
#include "transfer/tables.h"

namespace monitora::transfer {

void append_row(std::string& out, Row row);

// Rows that come in parts of any size. After an error it is of no more use.
class RowDecoder {
 public:
  explicit RowDecoder(const Table& table) : table_(table) {}
  // Calls `each` for every row that is complete. corrupted `damaged_export` for bytes that are
  // none.
  Status feed(std::string_view bytes, const EachRow& each);
  // The same when a part of a row is left.
  Status finish() const;

 private:
  Status decode(std::string_view row, const EachRow& each);

  const Table& table_;
  std::string pending_;
  std::vector<sql::Param> cells_;
};

// One zstd frame with a checksum. Used by one thread at a time.
class FrameWriter {
 public:
  FrameWriter();
  ~FrameWriter();
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;
  void add(std::string_view bytes, std::string& out);
  void finish(std::string& out);  // then the next frame may begin

 private:
  void run(std::string_view bytes, bool end, std::string& out);
  void* context_;
};

// The bytes of a frame, as they are unpacked, from `next`'s parts ("" at the end). corrupted
// `damaged_export` for what is no whole frame or has something after it.
Status unpack_frame(const std::function<Result<std::string_view>()>& next,
                    const std::function<Status(std::string_view)>& each);

// corrupted; `what` for the log.
Status damaged_rows(std::string what);

}  // namespace monitora::transfer

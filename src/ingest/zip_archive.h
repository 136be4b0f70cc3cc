// The members of a zip file in memory, with limits against bombs. Wraps libzip.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "ingest/file_type.h"

namespace monitora::ingest {

// Not thread-safe. `bytes` must outlive it.
class ZipArchive {
 public:
  // Errors: damaged_file, encrypted_file, file_too_complex (too many members, or more unpacked
  // bytes than an office document has).
  static Result<ZipArchive> open(std::string_view bytes, FileType type);
  ZipArchive(ZipArchive&&) noexcept;
  ZipArchive& operator=(ZipArchive&&) noexcept;
  ~ZipArchive();

  bool has(const std::string& name) const;
  // The unpacked member; nothing when it is absent. Errors as open(); damaged_file for a wrong
  // checksum.
  Result<std::optional<std::string>> read(const std::string& name);

 private:
  struct State;
  explicit ZipArchive(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace monitora::ingest

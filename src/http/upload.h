// The files of one multipart request, streamed to disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "http/request.h"

namespace monitora::http {

// Not thread-safe; used by one thread after another. Blocking (it writes files). A file longer than
// `max_file_size` is flagged too_large, its bytes are dropped. Parts without a file name are
// skipped.
class Upload {
 public:
  struct Limits {
    std::filesystem::path directory;
    std::int64_t max_file_size = 0;
    std::size_t max_files = 0;
  };
  // unsupported_type `multipart_expected` when `content_type` is no multipart/form-data with a
  // boundary.
  static Result<std::shared_ptr<Upload>> start(std::string_view content_type, const Limits& limits);
  virtual ~Upload() = default;  // removes the files

  // invalid_argument `malformed_multipart`; too_large `too_many_files`; unavailable `disk_full`;
  // internal.
  virtual Status feed(std::string_view bytes) = 0;
  virtual Status finish() = 0;  // after the last byte: malformed if the closing boundary is missing
  virtual const std::vector<UploadedFile>& files() const = 0;
};

}  // namespace monitora::http

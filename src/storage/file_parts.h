// A file's bytes on their way into a blob.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>

#include "base/status.h"

namespace monitora::storage {

// Hands a file's bytes to insert_blob, and notices a file that is not of the size that was
// announced.
class FileParts {
 public:
  explicit FileParts(const std::filesystem::path& path) : stream_(path, std::ios::binary) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (!error && stream_) size_ = static_cast<std::int64_t>(size);
  }

  bool open() const { return size_ >= 0; }
  std::int64_t size() const { return size_; }

  Result<std::size_t> read(std::span<std::uint8_t> buffer) {
    stream_.read(reinterpret_cast<char*>(buffer.data()),
                 static_cast<std::streamsize>(buffer.size()));
    if (stream_.bad()) return Status::internal("reading an uploaded file failed");
    const auto count = stream_.gcount();
    read_ += count;
    if (count == 0 && read_ < size_) return changed();
    return static_cast<std::size_t>(count);
  }

  // After the last part: nothing may be left of the file, nor anything be missing.
  Status check_end() {
    if (read_ != size_ || stream_.peek() != std::char_traits<char>::eof()) return changed();
    return {};
  }

 private:
  static Status changed() {
    return Status::internal("an uploaded file changed its size while it was stored");
  }

  std::ifstream stream_;
  std::int64_t size_ = -1;
  std::int64_t read_ = 0;
};

}  // namespace monitora::storage

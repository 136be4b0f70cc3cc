// What a file is, judged by its bytes. Own code rather than a library, because it runs in the
// server itself: it reads a few bounded pieces and never unpacks anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace monitora::ingest {

enum class FileType { txt, md, html, pdf, docx, pptx, xlsx, csv, json };

// Up to `size` bytes from `offset`; fewer at the end of the file.
using ReadAt = std::function<std::string(std::uint64_t offset, std::size_t size)>;

// Errors: `unsupported_file_type` with a sentence that names the format seen, `empty_file`,
// `encrypted_file` (password-protected Office files), `damaged_file` (a zip without a directory).
// `filename` decides only between txt, md, csv and json where the bytes allow more than one.
Result<FileType> detect_file_type(std::uint64_t size, const ReadAt& read,
                                  std::string_view filename);

std::string_view mime_type(FileType type);
// "txt", "docx" …: the name on the child's command line.
std::string_view short_name(FileType type);
std::optional<FileType> file_type_from_short_name(std::string_view name);

}  // namespace monitora::ingest

// Bytes of an untrusted file → text.
#pragma once

#include <filesystem>
#include <string>

#include "base/status.h"
#include "domain/passage.h"

namespace monitora {

class TextExtractor {
 public:
  virtual ~TextExtractor() = default;

  // Reads `file` (a path of ours; `filename` is the visitor's name for it, used as a hint only: the
  // content decides the type). Thread-safe. Errors, each with a sentence that says what to do:
  //   unsupported_type `unsupported_file_type`
  //   invalid_argument `empty_file`, `no_text` (a scan), `encrypted_file`, `damaged_file`,
  //                    `file_too_complex` (a limit on memory, time or output was hit)
  virtual Result<ExtractedText> extract(const std::filesystem::path& file,
                                        const std::string& filename) = 0;

  // The MIME type that the content says, or unsupported_type. Reads only the beginning and, for zip
  // containers, the directory of names.
  virtual Result<std::string> detect_type(const std::filesystem::path& file,
                                          const std::string& filename) = 0;
};

}  // namespace monitora

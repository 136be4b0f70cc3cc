// The ways in which reading a document fails, and the sentences that people read about them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "ingest/file_type.h"

namespace monitora::ingest {

enum class Problem {
  empty_file,        // nothing in it
  no_text,           // pictures only
  encrypted_file,    // needs a password
  damaged_file,      // not what its type must be
  file_too_complex,  // a limit on memory, time, nesting or output was hit
};

// invalid_argument with the problem's key and a sentence for `type`, which says what to do.
Status problem(Problem kind, FileType type, std::string detail = {});

// Before the type is known.
Status empty_file();
Status encrypted_office_file();
Status damaged_archive();
Status unsupported(Sentence sentence);

// "damaged_file" → its Problem; nothing for other keys.
std::optional<Problem> problem_from_key(std::string_view key);

}  // namespace monitora::ingest

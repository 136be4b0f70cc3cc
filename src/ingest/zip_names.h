// The names in a zip file's directory, without unpacking anything (APPNOTE.TXT 4.3.12 and 4.3.16).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ingest/file_type.h"

namespace monitora::ingest {

// At most the first 4 MiB of the directory are read. Nothing when there is no directory: the file
// is cut or damaged.
std::optional<std::vector<std::string>> zip_entry_names(std::uint64_t size, const ReadAt& read);

}  // namespace monitora::ingest

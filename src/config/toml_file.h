// monitora.toml: flat `name = value` lines. Internal to the room.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"

namespace monitora::config {

struct FileValue {
  std::string name;
  std::string text;  // strings as they are, numbers and booleans as text, lists joined with commas
  unsigned line = 0;
};

// Empty when there is no such file; invalid_argument `bad_setting` for one that is no TOML or has
// tables.
Result<std::vector<FileValue>> read_toml(const std::filesystem::path& path);

}  // namespace monitora::config

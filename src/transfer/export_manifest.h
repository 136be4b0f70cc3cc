// manifest.json of an export: what it is of, and what every file must be.
//
// {"format": 1, "sha256": of the content as it is written here, "content": {"source", "watermark",
//  "plan": {…}, "files": [{"table", "name", "rows", "bytes", "sha256", "ranges": [{"from"?, "to"?,
//  "rows", "at", "bytes"}]}]}}
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "transfer/plan.h"
#include "transfer/source.h"

namespace monitora::transfer {

inline constexpr std::string_view kManifestFile = "manifest.json";

// Where a range's frame lies in the file.
struct ExportedRange {
  KeyRange keys;
  std::int64_t at = 0;
  std::int64_t bytes = 0;
};

struct ManifestFile {
  const Table* table = nullptr;
  std::string name;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::string sha256;
  std::vector<ExportedRange> ranges;  // by their keys
};

struct Manifest {
  std::string source;     // identity
  std::string watermark;  // of the snapshot
  Plan plan;
  std::vector<ManifestFile> files;  // one a table of the plan, in its order
  std::string sha256;               // of the content: what distinguishes this export
};

std::string to_json(const Manifest& manifest);
// Errors: invalid_argument `export_version`; corrupted `damaged_export`.
Result<Manifest> read_manifest(std::string_view json);

Status damaged_file(std::string_view file, std::string detail);

}  // namespace monitora::transfer

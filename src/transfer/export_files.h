// A source as a folder of files, to be carried to where the target is.
//
// The folder: manifest.json, and `<table>.rows.zst` for each table of the plan, readable by their
// owner only, for they hold password hashes. A file is zstd frames with checksums, one a range of
// keys; the manifest says where each lies, how many rows it has, and the file's SHA-256. A frame's
// rows are as export_rows.h says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "transfer/load.h"
#include "transfer/source.h"

namespace monitora::transfer {

struct ExportOptions {
  int workers = 2;                                    // source connections at work
  std::int64_t range_bytes = 8 * 1024 * 1024;         // of the source, a frame
  std::function<void(const LoadProgress&)> progress;  // one thread at a time
};

struct ExportedFile {
  std::string name;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::string sha256;
};

// The directory is made when it is not there. The manifest is written last: what an interrupted
// export has left is of an older snapshot, and is replaced. Errors: conflict `export_exists` (a
// complete export is there), `export_running`; unavailable `export_disk_full`,
// `export_not_writable`; those of the source.
Result<std::vector<ExportedFile>> export_to(Source& source, const std::filesystem::path& directory,
                                            const ExportOptions& options);

// An export, every file of which was found to be what the manifest says. Its rows never change:
// its watermark is empty. Errors: not_found `no_export` (no manifest: never finished);
// invalid_argument `export_version` (made by another version of this program); corrupted
// `damaged_export` with the file's name. `progress` tells bytes read.
Result<std::unique_ptr<Source>> open_export(
    const std::filesystem::path& directory,
    const std::function<void(std::int64_t read, std::int64_t total)>& progress = {});

}  // namespace monitora::transfer

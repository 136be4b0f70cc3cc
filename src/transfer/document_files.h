// The documents' files, from where Supabase Storage kept them into the target's document_contents.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/status.h"
#include "sql/pool.h"

namespace monitora::transfer {

// What a document's row says of its file.
struct WantedFile {
  Uuid document;
  std::string filename;
  std::vector<std::string> paths;  // storage_path, then file_path: those that there are
  std::optional<std::int64_t> size;
};

// A file that was found. `open` gives its bytes from the beginning, each time.
struct FoundFile {
  std::int64_t size = 0;
  std::function<Result<sql::BlobPart>()> open;
};

class DocumentFiles {
 public:
  virtual ~DocumentFiles() = default;
  // Nothing when there is no such file. An error is one of the place itself (a folder that cannot
  // be read, a server that refuses the key) and ends the fetching.
  virtual Result<std::optional<FoundFile>> find(const WantedFile& wanted) = 0;
};

// A bucket that was downloaded: files by their path in it, with or without the bucket's name
// before. No path leads out of the folder, by `..` or by a link. not_found `no_folder`.
Result<std::unique_ptr<DocumentFiles>> folder_files(const std::filesystem::path& folder);

struct FetchedFiles {
  std::int64_t stored = 0;  // by this attempt
  std::int64_t bytes = 0;
  std::int64_t earlier = 0;            // there already
  std::vector<WantedFile> missing;     // found nowhere
  std::vector<WantedFile> other_size;  // stored, but not of the size that their row says
};

// Stores the file of every document that has none yet, one transaction each: what is done stays
// done. `files` null: nothing is stored, the missing ones are listed.
Result<FetchedFiles> fetch_files(sql::Pool& pool, DocumentFiles* files,
                                 const std::function<void(std::size_t, std::size_t)>& counted);

}  // namespace monitora::transfer

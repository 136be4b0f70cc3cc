// A workspace's cache files: directory/<workspace>/manifest names the segment and graph files that
// are beside it, with the SHA-256 of each; the manifest ends with its own. Every file is written to
// a temporary name, synced and renamed, the manifest last, so a crash leaves the old state or the
// new one.
//
// Whatever does not check (a byte changed, a file missing, another format, model, dimension or
// version) makes the whole workspace "not there": indexes are rebuilt from the database, never
// repaired. Not thread-safe for one workspace; different workspaces at once are fine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/status.h"
#include "retrieval/snapshot.h"

namespace monitora::retrieval {

// Bytes ↔ parts. The readers accept any bytes: nothing is returned for what is not valid.
std::string write_segment(const Segment& segment);
std::shared_ptr<const Segment> read_segment(std::string_view bytes, int dimension);
std::string write_graph(const Graph& graph);
std::shared_ptr<const Graph> read_graph(std::string_view bytes);

struct Manifest {
  struct Entry {
    std::string segment;                 // SHA-256 in hex, also its file's name
    std::string graph;                   // the same, or empty
    std::vector<std::uint32_t> deleted;  // positions of deleted documents, ascending
  };
  std::string model;
  std::int32_t dimension = 0;
  std::int64_t version = 0;
  std::vector<Entry> entries;
};
std::string write_manifest(const Manifest& manifest);
std::optional<Manifest> read_manifest(std::string_view bytes);

class IndexFiles {
 public:
  IndexFiles(std::filesystem::path directory, std::string model, int dimension);

  // What is known to be on disk of one workspace, so that a save writes only what is new.
  struct Known {
    struct File {
      std::weak_ptr<const void> object;
      std::string name;
    };
    std::vector<File> files;
    std::weak_ptr<const Snapshot> saved;
  };

  // The snapshot that was saved under exactly `version`, or nothing.
  std::shared_ptr<const Snapshot> load(const WorkspaceId& workspace, std::int64_t version,
                                       Known& known) const;
  // Error: unavailable `index_not_saved` when the disk refuses.
  Status save(const WorkspaceId& workspace, const std::shared_ptr<const Snapshot>& snapshot,
              Known& known) const;
  void remove(const WorkspaceId& workspace) const;
  // Those that have a manifest, the last saved or touched first.
  std::vector<WorkspaceId> workspaces() const;
  // Notes that the workspace was in use now.
  void touch(const WorkspaceId& workspace) const;

 private:
  std::filesystem::path directory_;
  std::string model_;
  int dimension_;
};

}  // namespace monitora::retrieval

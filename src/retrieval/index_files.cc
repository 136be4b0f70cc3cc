#include "retrieval/index_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "base/crypto.h"
#include "base/log.h"
#include "retrieval/wire.h"

namespace monitora::retrieval {
namespace {

// Changes with anything that makes old files unreadable or wrong: the layout, or the analyzer's
// terms.
constexpr std::string_view kSegmentMagic = "MNTRseg1";
constexpr std::string_view kGraphMagic = "MNTRhns1";
constexpr std::string_view kManifestMagic = "MNTRman1";
constexpr std::size_t kDigest = 32;

std::string sha256_bytes(std::string_view data) {
  const auto digest = sha256(as_bytes(data));
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool has_magic(WireReader& reader, std::string_view magic) {
  for (const char wanted : magic)
    if (reader.value<char>() != wanted) return false;
  return reader.ok();
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::optional<std::string> read_file(const std::filesystem::path& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about {};
  if (!file || ::fstat(file.fd(), &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  std::string out(static_cast<std::size_t>(about.st_size), '\0');
  for (std::size_t at = 0; at < out.size();) {
    const ssize_t n = ::read(file.fd(), out.data() + at, out.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    at += static_cast<std::size_t>(n);
  }
  return out;
}

Status not_saved(const std::filesystem::path& path, const char* step) {
  return Status(Code::unavailable, "index_not_saved",
                {"L'index n'a pas pu être enregistré.", "The index could not be saved."},
                std::string(step) + " " + path.string() + ": " + std::strerror(errno));
}

Status write_file(const std::filesystem::path& directory, const std::string& name,
                  std::string_view bytes) {
  const std::filesystem::path path = directory / name, temporary = directory / (name + ".tmp");
  {
    const File file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) return not_saved(temporary, "open");
    while (!bytes.empty()) {
      const ssize_t n = ::write(file.fd(), bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        Status status = not_saved(temporary, "write");
        ::unlink(temporary.c_str());
        return status;
      }
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fsync(file.fd()) != 0) return not_saved(temporary, "fsync");
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return not_saved(path, "rename");
  const File parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent || ::fsync(parent.fd()) != 0) return not_saved(directory, "fsync");
  return {};
}

void write_id(WireWriter& out, const Uuid& id) {
  out.raw({reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()});
}

Uuid read_id(WireReader& in) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::uint8_t& byte : bytes) byte = in.value<std::uint8_t>();
  return Uuid(bytes);
}

constexpr std::int32_t kNoNumber = 0;  // places count from 1

}  // namespace

std::string write_segment(const Segment& segment) {
  WireWriter out;
  out.raw(kSegmentMagic);
  out.value(static_cast<std::uint64_t>(segment.size()));
  for (const SegmentChunk& stored : segment.chunks()) {
    const Chunk& chunk = stored.chunk;
    write_id(out, chunk.id.uuid());
    write_id(out, chunk.document_id.uuid());
    out.value(static_cast<std::int32_t>(chunk.index));
    out.value(static_cast<std::int32_t>(chunk.place.page.value_or(kNoNumber)));
    out.value(static_cast<std::int32_t>(chunk.place.row.value_or(kNoNumber)));
    out.text(chunk.place.sheet);
    out.text(chunk.place.heading);
    out.text(stored.filename);
    out.text(chunk.content);
  }
  out.array(segment.vectors().floats());
  const LexicalIndex& lexical = segment.lexical();
  out.text(lexical.term_bytes());
  out.array(lexical.term_ends());
  out.array(lexical.frequencies());
  out.array(lexical.posting_bytes());
  out.array(lexical.posting_ends());
  out.array(lexical.lengths());
  return out.take();
}

std::shared_ptr<const Segment> read_segment(std::string_view bytes, int dimension) {
  WireReader in(bytes);
  if (!has_magic(in, kSegmentMagic)) return nullptr;
  struct Record {
    Chunk chunk;
    std::string filename;
  };
  std::vector<Record> records;
  const auto count = in.value<std::uint64_t>();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    Record record;
    record.chunk.id = ChunkId(read_id(in));
    record.chunk.document_id = DocumentId(read_id(in));
    record.chunk.index = in.value<std::int32_t>();
    if (const auto page = in.value<std::int32_t>(); page != kNoNumber)
      record.chunk.place.page = page;
    if (const auto row = in.value<std::int32_t>(); row != kNoNumber) record.chunk.place.row = row;
    record.chunk.place.sheet = in.text();
    record.chunk.place.heading = in.text();
    record.filename = in.text();
    record.chunk.content = in.text();
    records.push_back(std::move(record));
  }
  const std::vector<float> floats = in.array<float>();
  LexicalIndex::Parts parts;
  parts.term_bytes = in.text();
  parts.term_ends = in.array<std::uint32_t>();
  parts.frequencies = in.array<std::uint32_t>();
  parts.posting_bytes = in.array<std::uint8_t>();
  parts.posting_ends = in.array<std::uint64_t>();
  parts.lengths = in.array<std::uint32_t>();
  const auto width = static_cast<std::size_t>(dimension);
  if (!in.at_end() || floats.size() != records.size() * width) return nullptr;
  if (!std::all_of(floats.begin(), floats.end(), [](float x) { return std::isfinite(x); }))
    return nullptr;
  auto lexical = LexicalIndex::from_parts(std::move(parts));
  if (!lexical) return nullptr;
  SegmentBuilder builder(dimension);
  for (std::size_t i = 0; i < records.size(); ++i)
    builder.add_without_terms(std::move(records[i].chunk), std::move(records[i].filename),
                              std::span(floats).subspan(i * width, width));
  return builder.finish(std::move(*lexical));
}

std::string write_graph(const Graph& graph) {
  const Graph::Parts parts = graph.parts();
  WireWriter out;
  out.raw(kGraphMagic);
  out.array(std::span<const std::int32_t>(parts.levels));
  out.array(std::span<const std::int32_t>(parts.neighbors));
  out.value(parts.entry_point);
  out.value(parts.max_level);
  return out.take();
}

std::shared_ptr<const Graph> read_graph(std::string_view bytes) {
  WireReader in(bytes);
  if (!has_magic(in, kGraphMagic)) return nullptr;
  Graph::Parts parts;
  parts.levels = in.array<std::int32_t>();
  parts.neighbors = in.array<std::int32_t>();
  parts.entry_point = in.value<std::int32_t>();
  parts.max_level = in.value<std::int32_t>();
  if (!in.at_end()) return nullptr;
  return Graph::from_parts(std::move(parts));
}

std::string write_manifest(const Manifest& manifest) {
  WireWriter out;
  out.raw(kManifestMagic);
  out.text(manifest.model);
  out.value(manifest.dimension);
  out.value(manifest.version);
  out.value(static_cast<std::uint32_t>(manifest.entries.size()));
  for (const Manifest::Entry& entry : manifest.entries) {
    out.text(entry.segment);
    out.text(entry.graph);
    out.array(std::span<const std::uint32_t>(entry.deleted));
  }
  out.raw(sha256_bytes(out.bytes()));
  return out.take();
}

std::optional<Manifest> read_manifest(std::string_view bytes) {
  if (bytes.size() < kDigest) return std::nullopt;
  const std::string_view content = bytes.substr(0, bytes.size() - kDigest);
  if (sha256_bytes(content) != bytes.substr(content.size())) return std::nullopt;
  WireReader in(content);
  if (!has_magic(in, kManifestMagic)) return std::nullopt;
  Manifest out;
  out.model = in.text();
  out.dimension = in.value<std::int32_t>();
  out.version = in.value<std::int64_t>();
  const auto count = in.value<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    Manifest::Entry entry;
    entry.segment = in.text();
    entry.graph = in.text();
    entry.deleted = in.array<std::uint32_t>();
    // Names become paths: only what sha256_hex makes.
    for (const std::string* name : {&entry.segment, &entry.graph})
      if (!name->empty() && (name->size() != 2 * kDigest || !from_hex(*name))) return std::nullopt;
    out.entries.push_back(std::move(entry));
  }
  return in.at_end() ? std::optional(std::move(out)) : std::nullopt;
}

IndexFiles::IndexFiles(std::filesystem::path directory, std::string model, int dimension)
    : directory_(std::move(directory)), model_(std::move(model)), dimension_(dimension) {}

std::shared_ptr<const Snapshot> IndexFiles::load(const WorkspaceId& workspace, std::int64_t version,
                                                 Known& known) const {
  const std::filesystem::path directory = directory_ / workspace.to_string();
  const auto bytes = read_file(directory / "manifest");
  if (!bytes) return nullptr;  // never saved
  const auto damaged = [&](std::string_view what) {
    log::warning("index of workspace {}: {} is damaged or missing and is rebuilt",
                 workspace.to_string(), what);
    known = {};
    return nullptr;
  };
  const auto manifest = read_manifest(*bytes);
  if (!manifest) return damaged("manifest");
  if (manifest->model != model_ || manifest->dimension != dimension_ ||
      manifest->version != version)
    return nullptr;
  std::vector<Part> parts;
  for (const Manifest::Entry& entry : manifest->entries) {
    const auto checked = [&](const std::string& name) -> std::optional<std::string> {
      auto content = read_file(directory / name);
      return content && sha256_hex(*content) == name ? std::move(content) : std::nullopt;
    };
    Part part;
    if (const auto content = checked(entry.segment))
      part.segment = read_segment(*content, dimension_);
    if (!part.segment) return damaged(entry.segment);
    known.files.push_back({part.segment, entry.segment});
    if (!entry.graph.empty()) {
      if (const auto content = checked(entry.graph)) part.graph = read_graph(*content);
      if (!part.graph || part.graph->size() != part.segment->size()) return damaged(entry.graph);
      known.files.push_back({part.graph, entry.graph});
    }
    for (const std::uint32_t document : entry.deleted) {
      if (document >= part.segment->documents().size()) return damaged("manifest");
      part.deletions =
          std::make_shared<const Deletions>(*part.segment, part.deletions.get(), document);
    }
    parts.push_back(std::move(part));
  }
  auto snapshot = std::make_shared<const Snapshot>(std::move(parts), version);
  known.saved = snapshot;
  return snapshot;
}

Status IndexFiles::save(const WorkspaceId& workspace,
                        const std::shared_ptr<const Snapshot>& snapshot, Known& known) const {
  if (known.saved.lock() == snapshot) return {};
  const std::filesystem::path directory = directory_ / workspace.to_string();
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    errno = error.value();
    return not_saved(directory, "mkdir");
  }
  std::erase_if(known.files, [](const Known::File& file) { return file.object.expired(); });
  const auto name_of = [&](const std::shared_ptr<const void>& object,
                           const auto& write) -> Result<std::string> {
    for (const Known::File& file : known.files)
      if (file.object.lock() == object && std::filesystem::exists(directory / file.name, error))
        return file.name;
    const std::string bytes = write();
    std::string name = sha256_hex(bytes);
    MONITORA_TRY(write_file(directory, name, bytes));
    known.files.push_back({object, name});
    return name;
  };
  Manifest manifest{model_, dimension_, snapshot->version(), {}};
  std::unordered_set<std::string> used = {"manifest"};
  for (const Part& part : snapshot->parts()) {
    Manifest::Entry entry;
    MONITORA_ASSIGN(entry.segment,
                    name_of(part.segment, [&] { return write_segment(*part.segment); }));
    if (part.graph) {
      MONITORA_ASSIGN(entry.graph, name_of(part.graph, [&] { return write_graph(*part.graph); }));
    }
    if (part.deletions)
      for (std::uint32_t i = 0; i < part.segment->documents().size(); ++i)
        if (part.deletions->has_document(i)) entry.deleted.push_back(i);
    used.insert(entry.segment);
    used.insert(entry.graph);
    manifest.entries.push_back(std::move(entry));
  }
  MONITORA_TRY(write_file(directory, "manifest", write_manifest(manifest)));
  known.saved = snapshot;
  for (const auto& file : std::filesystem::directory_iterator(directory, error))
    if (!used.contains(file.path().filename().string()))
      std::filesystem::remove(file.path(), error);
  return {};
}

void IndexFiles::remove(const WorkspaceId& workspace) const {
  std::error_code error;  // what stays is a cache of nothing, and is checked before use
  std::filesystem::remove_all(directory_ / workspace.to_string(), error);
}

std::vector<WorkspaceId> IndexFiles::workspaces() const {
  namespace fs = std::filesystem;
  std::vector<std::pair<fs::file_time_type, WorkspaceId>> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    const auto id = WorkspaceId::parse(entry.path().filename().string());
    if (!id) continue;
    const fs::file_time_type at = fs::last_write_time(entry.path() / "manifest", error);
    if (!error) found.emplace_back(at, *id);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<WorkspaceId> out;
  for (const auto& [at, id] : found) out.push_back(id);
  return out;
}

void IndexFiles::touch(const WorkspaceId& workspace) const {
  std::error_code error;  // an order of loading is lost, nothing else
  std::filesystem::last_write_time(directory_ / workspace.to_string() / "manifest",
                                   std::filesystem::file_time_type::clock::now(), error);
}

}  // namespace monitora::retrieval

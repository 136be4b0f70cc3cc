// Reading an export. Threads share nothing but the manifest: each reader opens files of its own.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/crypto.h"
#include "sql/errors.h"
#include "transfer/export_files.h"
#include "transfer/export_manifest.h"
#include "transfer/export_rows.h"

namespace monitora::transfer {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPart = 256 * 1024;

class OpenFile {
 public:
  explicit OpenFile(const fs::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool is_open() const { return fd_ >= 0; }
  std::int64_t size() const {
    struct stat about {};
    return ::fstat(fd_, &about) == 0 ? about.st_size : -1;
  }
  // Less than wanted at the end of the file only, and at an error.
  std::string_view read(std::int64_t at, std::int64_t most) {
    buffer_.resize(kPart);
    const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(most, kPart));
    ssize_t count;
    do count = ::pread(fd_, buffer_.data(), wanted, at);
    while (count < 0 && errno == EINTR);
    return {buffer_.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }

 private:
  int fd_;
  std::string buffer_;
};

bool inside(const KeyRange& range, Row row) {
  const auto* key = std::get_if<Uuid>(&row[0]);
  if (key == nullptr) return true;
  return (!range.from || *key >= *range.from) && (!range.to || *key < *range.to);
}
bool overlap(const KeyRange& a, const KeyRange& b) {
  return (!a.to || !b.from || *a.to > *b.from) && (!b.to || !a.from || *b.to > *a.from);
}

class ExportReader final : public Reader {
 public:
  ExportReader(const fs::path& directory, const Manifest& manifest)
      : directory_(directory), manifest_(manifest) {}

  Status read(const TablePlan& table, const Selection& selection, const EachRow& each) override {
    if (!selection.changed_since.empty()) return {};  // nothing ever does
    const auto file = std::ranges::find(manifest_.files, table.target, &ManifestFile::table);
    if (file == manifest_.files.end()) return Status::internal("a table that was not exported");
    OpenFile open(directory_ / file->name);
    if (!open.is_open()) return damaged_file(file->name, std::strerror(errno));
    for (const ExportedRange& range : file->ranges)
      if (overlap(range.keys, selection.range))
        MONITORA_TRY(read_range(*file, range, open, selection.range, each));
    return {};
  }

  Status read_keys(const TablePlan& table, const KeyRange& range, const EachRow& each) override {
    const auto keys = static_cast<std::size_t>(table.target->key_columns);
    return read(table, {range, {}}, [&](Row row) { return each(row.first(keys)); });
  }

 private:
  Status read_range(const ManifestFile& file, const ExportedRange& range, OpenFile& open,
                    const KeyRange& wanted, const EachRow& each) {
    RowDecoder decoder(*file.table);
    std::int64_t at = range.at, rows = 0;
    const std::int64_t end = range.at + range.bytes;
    const auto next = [&]() -> Result<std::string_view> {
      MONITORA_TRY(sql::check_deadline());
      const std::string_view part = open.read(at, end - at);
      at += static_cast<std::int64_t>(part.size());
      return part;
    };
    const auto count = [&](Row row) {
      ++rows;
      return inside(wanted, row) ? each(row) : Status();
    };
    Status status =
        unpack_frame(next, [&](std::string_view bytes) { return decoder.feed(bytes, count); });
    if (status.ok()) status = decoder.finish();
    if (status.ok() && rows != range.keys.rows)
      status = damaged_rows("a range of other rows than the manifest says");
    if (status.key() == "damaged_export") return damaged_file(file.name, status.detail());
    return status;
  }

  const fs::path& directory_;
  const Manifest& manifest_;
};

class ExportSource final : public Source {
 public:
  ExportSource(fs::path directory, Manifest manifest)
      : directory_(std::move(directory)), manifest_(std::move(manifest)) {}

  const Plan& plan() const override { return manifest_.plan; }
  std::string identity() const override {
    return fmt::format("export {} of {}", manifest_.sha256.substr(0, 16), manifest_.source);
  }
  std::string watermark() const override { return {}; }
  // As they were exported, whatever size is wanted.
  Result<std::vector<KeyRange>> ranges(const TablePlan& table, std::int64_t) override {
    std::vector<KeyRange> ranges;
    for (const ManifestFile& file : manifest_.files)
      if (file.table == table.target)
        for (const ExportedRange& range : file.ranges) ranges.push_back(range.keys);
    return ranges;
  }
  Result<std::unique_ptr<Reader>> reader() override {
    return std::unique_ptr<Reader>(std::make_unique<ExportReader>(directory_, manifest_));
  }

 private:
  const fs::path directory_;
  const Manifest manifest_;
};

Status check_file(const fs::path& directory, const ManifestFile& file,
                  const std::function<void(std::int64_t)>& read) {
  OpenFile open(directory / file.name);
  if (!open.is_open()) return damaged_file(file.name, std::strerror(errno));
  if (open.size() != file.bytes) return damaged_file(file.name, "it has another size");
  Sha256 hash;
  for (std::int64_t at = 0; at < file.bytes;) {
    MONITORA_TRY(sql::check_deadline());
    const std::string_view part = open.read(at, file.bytes - at);
    if (part.empty()) return damaged_file(file.name, "it cannot be read to its end");
    hash.update(as_bytes(part));
    at += static_cast<std::int64_t>(part.size());
    read(static_cast<std::int64_t>(part.size()));
  }
  return hex(hash.finish()) == file.sha256 ? Status()
                                           : damaged_file(file.name, "it has another SHA-256");
}

}  // namespace

Result<std::unique_ptr<Source>> open_export(
    const fs::path& directory, const std::function<void(std::int64_t, std::int64_t)>& progress) {
  std::ifstream file(directory / kManifestFile, std::ios::binary);
  if (!file)
    return Status(
        Code::not_found, "no_export",
        {fmt::format("{} ne contient pas d'export complet (manifest.json manque) : vérifiez le "
                     "dossier, ou relancez `monitora migrate export`.",
                     directory.string()),
         fmt::format("{} holds no complete export (manifest.json is missing): check the folder, or "
                     "run `monitora migrate export` again.",
                     directory.string())});
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  MONITORA_ASSIGN(Manifest manifest, read_manifest(text));
  std::int64_t total = 0, done = 0;
  for (const ManifestFile& each : manifest.files) total += each.bytes;
  for (const ManifestFile& each : manifest.files)
    MONITORA_TRY(check_file(directory, each, [&](std::int64_t bytes) {
      done += bytes;
      if (progress) progress(done, total);
    }));
  return std::unique_ptr<Source>(std::make_unique<ExportSource>(directory, std::move(manifest)));
}

}  // namespace monitora::transfer

#include "transfer/export_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>

#include "base/crypto.h"
#include "base/deadline.h"
#include "sql/errors.h"
#include "transfer/export_manifest.h"
#include "transfer/export_rows.h"
#include "transfer/progress.h"

namespace monitora::transfer {
namespace {

namespace fs = std::filesystem;

constexpr int kReadTries = 3;  // of a range, when the source's connection is cut
constexpr std::size_t kPart = 256 * 1024;

Status not_written(const fs::path& file, int error) {
  if (error == ENOSPC || error == EDQUOT)
    return Status(
        Code::unavailable, "export_disk_full",
        {fmt::format("Plus de place pour {} : libérez de l'espace ou donnez un autre dossier, puis "
                     "relancez l'export.",
                     file.string()),
         fmt::format("No space left for {}: free some space or give another folder, then export "
                     "again.",
                     file.string())});
  return Status(
      Code::unavailable, "export_not_writable",
      {fmt::format("Impossible d'écrire {} : vérifiez le dossier et ses droits.", file.string()),
       fmt::format("Cannot write {}: check the folder and its permissions.", file.string())},
      std::strerror(error));
}

// A file that has its name when it is whole and on the disk.
class NewFile {
 public:
  explicit NewFile(fs::path path) : path_(std::move(path)), part_(path_.string() + ".part") {
    fd_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd_ < 0) error_ = errno;
  }
  ~NewFile() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(part_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  Status write(std::string_view bytes) {
    while (error_ == 0 && !bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written >= 0)
        bytes.remove_prefix(static_cast<std::size_t>(written));
      else if (errno != EINTR)
        error_ = errno;
    }
    return error_ == 0 ? Status() : not_written(path_, error_);
  }
  Status finish() {
    if (error_ == 0 && ::fsync(fd_) != 0) error_ = errno;
    if (error_ == 0 && ::close(std::exchange(fd_, -1)) != 0) error_ = errno;
    if (error_ == 0 && ::rename(part_.c_str(), path_.c_str()) != 0) error_ = errno;
    return error_ == 0 ? Status() : not_written(path_, error_);
  }

 private:
  fs::path path_, part_;
  int fd_ = -1;
  int error_ = 0;
};

// The folder, held for one export.
class Folder {
 public:
  static Result<Folder> take(const fs::path& path) {
    std::error_code wrong;
    if (!fs::exists(path, wrong)) {
      fs::create_directories(path, wrong);
      if (!wrong) fs::permissions(path, fs::perms::owner_all, wrong);
    }
    if (wrong) return not_written(path, wrong.value());
    Folder folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.fd_ < 0) return not_written(path, errno);
    if (::flock(folder.fd_, LOCK_EX | LOCK_NB) != 0)
      return Status(Code::conflict, "export_running",
                    {fmt::format("Un autre export écrit déjà dans {}.", path.string()),
                     fmt::format("Another export is already writing to {}.", path.string())});
    if (fs::exists(path / kManifestFile, wrong))
      return Status(
          Code::conflict, "export_exists",
          {fmt::format("{} contient déjà un export complet : donnez un autre dossier, ou "
                       "supprimez-le.",
                       path.string()),
           fmt::format("{} holds a complete export already: give another folder, or delete it.",
                       path.string())});
    // Of an older snapshot: kept, its tables would not agree with those to come.
    for (const Table& table : tables())
      for (const char* end : {".rows.zst", ".rows.zst.part"})
        fs::remove(path / (std::string(table.name) + end), wrong);
    return folder;
  }
  Folder(Folder&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Folder& operator=(Folder&&) = delete;
  ~Folder() {
    if (fd_ >= 0) ::close(fd_);
  }
  void sync() const { ::fsync(fd_); }

 private:
  explicit Folder(int fd) : fd_(fd) {}
  int fd_;
};

// A table's ranges are packed by several threads and appended in the order in which they are done.
class TableExport {
 public:
  TableExport(Source& source, const TablePlan& plan, const fs::path& directory)
      : source_(source), plan_(plan), file_(directory / name()) {
    made_.table = plan.target;
    made_.name = name();
  }

  Status cut(std::int64_t bytes) {
    MONITORA_ASSIGN(std::vector<KeyRange> ranges, source_.ranges(plan_, bytes));
    if (ranges.empty()) ranges.emplace_back();
    for (const KeyRange& range : ranges) made_.ranges.push_back({range, 0, 0});
    return {};
  }
  std::size_t ranges() const { return made_.ranges.size(); }

  Status add(std::size_t index, std::unique_ptr<Reader>& reader, Progress& progress) {
    ExportedRange& range = made_.ranges[index];
    std::string packed;
    std::int64_t rows = 0;
    for (int i = 1;; ++i) {
      packed.clear();
      rows = 0;
      const Status status = pack(range.keys, reader, packed, rows);
      if (status.ok()) break;
      if (status.key() != "source_unavailable" || i == kReadTries) return status;
      reader.reset();
    }
    const std::lock_guard lock(mutex_);
    range.keys.rows = rows;
    range.at = made_.bytes;
    range.bytes = static_cast<std::int64_t>(packed.size());
    made_.rows += rows;
    made_.bytes += range.bytes;
    hash_.update(as_bytes(packed));
    MONITORA_TRY(file_.write(packed));
    progress.add(plan_, rows);
    return {};
  }

  Result<ManifestFile> finish() {
    MONITORA_TRY(file_.finish());
    made_.sha256 = hex(hash_.finish());
    return std::move(made_);
  }

 private:
  std::string name() const { return std::string(plan_.target->name) + ".rows.zst"; }

  Status pack(const KeyRange& keys, std::unique_ptr<Reader>& reader, std::string& packed,
              std::int64_t& rows) {
    if (!reader) {
      MONITORA_ASSIGN(reader, source_.reader());
    }
    FrameWriter frame;
    std::string plain;
    MONITORA_TRY(reader->read(plan_, {keys, {}}, [&](Row row) -> Status {
      MONITORA_TRY(sql::check_deadline());
      append_row(plain, row);
      ++rows;
      if (plain.size() < kPart) return {};
      frame.add(plain, packed);
      plain.clear();
      return {};
    }));
    frame.add(plain, packed);
    frame.finish(packed);
    return {};
  }

  Source& source_;
  const TablePlan& plan_;
  std::mutex mutex_;
  ManifestFile made_;
  NewFile file_;
  Sha256 hash_;
};

// The table's ranges, by all workers. The first error ends it.
Status export_table(TableExport& table, std::vector<std::unique_ptr<Reader>>& readers,
                    Progress& progress) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  Status first;
  const Deadline deadline = Deadline::current();
  const auto work = [&](std::size_t worker) {
    const ScopedDeadline same(deadline);
    for (std::size_t i = next++; i < table.ranges(); i = next++) {
      const Status status = table.add(i, readers[worker], progress);
      if (status.ok()) continue;
      const std::lock_guard lock(mutex);
      if (first.ok()) first = status;
      next = table.ranges();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::min(readers.size(), table.ranges()); ++i)
      threads.emplace_back(work, i);
    work(0);
  }
  return first;
}

}  // namespace

Result<std::vector<ExportedFile>> export_to(Source& source, const fs::path& directory,
                                            const ExportOptions& options) {
  MONITORA_ASSIGN(const Folder folder, Folder::take(directory));
  Manifest manifest{source.identity(), source.watermark(), source.plan(), {}, {}};
  Progress progress(source.plan(), options.progress);
  std::vector<std::unique_ptr<Reader>> readers(
      static_cast<std::size_t>(std::max(1, options.workers)));
  for (TablePlan& plan : manifest.plan.tables) {
    TableExport table(source, plan, directory);
    MONITORA_TRY(table.cut(options.range_bytes));
    MONITORA_TRY(export_table(table, readers, progress));
    MONITORA_ASSIGN(ManifestFile file, table.finish());
    plan.rows = file.rows;  // counted, now
    manifest.files.push_back(std::move(file));
  }
  folder.sync();
  NewFile file(directory / kManifestFile);
  MONITORA_TRY(file.write(to_json(manifest)));
  MONITORA_TRY(file.finish());
  folder.sync();

  std::vector<ExportedFile> made;
  for (const ManifestFile& each : manifest.files)
    made.push_back({each.name, each.rows, each.bytes, each.sha256});
  return made;
}

}  // namespace monitora::transfer

#include "ingest/child_extractor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <utility>

#include "base/log.h"
#include "ingest/child_process.h"
#include "ingest/file_type.h"
#include "ingest/problems.h"
#include "ingest/protocol.h"

namespace monitora::ingest {
namespace {

// The reply carries places and frames beside the text.
constexpr std::uint64_t kFramingFactor = 2;

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool ok() const { return fd_ >= 0; }
  std::uint64_t size() const {
    struct stat status {};
    return fstat(fd_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }
  std::string read(std::uint64_t offset, std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
      const ssize_t got =
          pread(fd_, bytes.data() + filled, size - filled, static_cast<off_t>(offset + filled));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
  }

 private:
  int fd_;
};

Result<FileType> type_of(const std::filesystem::path& path, const std::string& filename) {
  const OpenFile file(path);
  if (!file.ok()) return Status::internal(std::string("open document: ") + std::strerror(errno));
  return detect_file_type(
      file.size(), [&](std::uint64_t offset, std::size_t size) { return file.read(offset, size); },
      filename);
}

class ChildExtractor final : public TextExtractor {
 public:
  explicit ChildExtractor(ExtractorOptions options) : options_(std::move(options)) {}

  Result<ExtractedText> extract(const std::filesystem::path& file,
                                const std::string& filename) override {
    MONITORA_ASSIGN(const FileType type, type_of(file, filename));
    MONITORA_ASSIGN(
        const ChildRun run,
        run_child(options_.program,
                  {"extract", std::string(short_name(type)), std::to_string(getpid()),
                   std::to_string(options_.memory_bytes), std::to_string(options_.cpu_seconds),
                   std::to_string(options_.output_bytes)},
                  file, options_.wall, options_.output_bytes * kFramingFactor));
    return judge(run, type);
  }

  Result<std::string> detect_type(const std::filesystem::path& file,
                                  const std::string& filename) override {
    MONITORA_ASSIGN(const FileType type, type_of(file, filename));
    return std::string(mime_type(type));
  }

 private:
  Result<ExtractedText> judge(const ChildRun& run, FileType type) {
    switch (run.end) {
      case ChildRun::End::wall_limit:
        return problem(Problem::file_too_complex, type, "wall-clock limit");
      case ChildRun::End::output_limit:
        return problem(Problem::file_too_complex, type, "output limit");
      case ChildRun::End::signalled: {
        const std::string detail = "child ended by signal " + std::to_string(run.code);
        // The kernel kills at the CPU limit and when the machine has no memory left; a crash is a
        // parser that a damaged file led astray.
        const bool limit = run.code == SIGKILL || run.code == SIGXCPU;
        return problem(limit ? Problem::file_too_complex : Problem::damaged_file, type, detail);
      }
      case ChildRun::End::exited:
        break;
    }
    Result<ChildReply> reply = decode_reply(run.output, type);
    if (!reply.ok()) {
      return reply.status().with_detail("exit status " + std::to_string(run.code));
    }
    report_isolation(reply->isolation);
    return std::move(reply->text);
  }

  void report_isolation(std::uint8_t flags) {
    constexpr std::uint8_t kAll = kNoNetworkNamespace | kSystemCallFilter | kFileSystemRules;
    if ((flags & kAll) == kAll || isolation_reported_.exchange(true)) return;
    log::warning(
        "documents are read with less isolation than intended: network namespace {}, system call "
        "filter {}, "
        "file system rules {}",
        flags & kNoNetworkNamespace ? "yes" : "no", flags & kSystemCallFilter ? "yes" : "no",
        flags & kFileSystemRules ? "yes" : "no");
  }

  ExtractorOptions options_;
  std::atomic<bool> isolation_reported_{false};
};

}  // namespace

std::unique_ptr<TextExtractor> make_child_extractor(ExtractorOptions options) {
  return std::make_unique<ChildExtractor>(std::move(options));
}

}  // namespace monitora::ingest

#include "http/upload.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/id.h"
#include "base/log.h"
#include "http/multipart.h"

namespace monitora::http {
namespace {

Status file_error(std::string_view step, int error) {
  const std::string detail = std::string(step) + ": " + std::strerror(error);
  if (error == ENOSPC || error == EDQUOT) {
    return Status(Code::unavailable, "disk_full",
                  {"Le disque du serveur est plein : le fichier n'a pas été enregistré.",
                   "The server's disk is full: the file was not stored."},
                  detail)
        .with_retry_after(60);
  }
  return Status::internal(detail);
}

class DiskUpload final : public Upload, private MultipartParser::Parts {
 public:
  DiskUpload(std::string_view boundary, const Limits& limits)
      : limits_(limits), parser_(boundary, *this) {}
  ~DiskUpload() override {
    close_file();
    for (const UploadedFile& file : files_) remove(file.path);
  }

  Status feed(std::string_view bytes) override { return parser_.feed(bytes); }
  Status finish() override { return parser_.finish(); }
  const std::vector<UploadedFile>& files() const override { return files_; }

 private:
  Status begin(const MultipartParser::PartHead& head) override {
    // Browsers send an empty, nameless file for a file field that was left empty.
    if (!head.has_filename || head.filename.empty()) {
      if (++fields_ > kMostFields) return too_many();
      return {};
    }
    if (files_.size() >= limits_.max_files) return too_many();
    UploadedFile file;
    file.field = head.name;
    file.filename = head.filename;
    file.path = limits_.directory / ("upload-" + Uuid::random().to_string());
    fd_ = ::open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd_ < 0) return file_error("create upload", errno);
    files_.push_back(std::move(file));
    return {};
  }

  Status data(std::string_view bytes) override {
    if (fd_ < 0) return {};  // a form field, or a file that is too large
    UploadedFile& file = files_.back();
    file.size += static_cast<std::int64_t>(bytes.size());
    if (file.size > limits_.max_file_size) {
      close_file();
      remove(file.path);
      file.path.clear();
      file.too_large = true;
      return {};
    }
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return file_error("write upload", errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Status end() override {
    close_file();
    return {};
  }

  static Status too_many() {
    return Status(Code::too_large, "too_many_files",
                  {"Trop de fichiers dans une seule requête.", "Too many files in one request."});
  }

  void close_file() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  // Whoever took the file over has moved it away: absent is fine.
  static void remove(const std::filesystem::path& path) {
    if (!path.empty() && ::unlink(path.c_str()) != 0 && errno != ENOENT) {
      log::warning("removing an upload: {}", std::strerror(errno));
    }
  }

  static constexpr std::size_t kMostFields = 100;
  const Limits limits_;
  MultipartParser parser_;
  std::vector<UploadedFile> files_;
  std::size_t fields_ = 0;
  int fd_ = -1;
};

}  // namespace

Result<std::shared_ptr<Upload>> Upload::start(std::string_view content_type, const Limits& limits) {
  const std::string boundary = multipart_boundary(content_type);
  if (boundary.empty()) {
    return Status(Code::unsupported_type, "multipart_expected",
                  {"Envoyez le fichier dans un formulaire multipart/form-data.",
                   "Send the file in a multipart/form-data form."});
  }
  return std::shared_ptr<Upload>(std::make_shared<DiskUpload>(boundary, limits));
}

}  // namespace monitora::http

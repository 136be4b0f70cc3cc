// Secrets that the program makes for itself and keeps.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "base/crypto.h"
#include "config/settings.h"
#include "config/settings_table.h"

namespace monitora::config {
namespace {

namespace fs = std::filesystem;

Status failed(const fs::path& path, std::string_view what) {
  const std::string why = std::strerror(errno);
  return Status(Code::invalid_argument, "data_directory",
                {fmt::format("Le répertoire de données {} n'est pas utilisable ({} : {}).",
                             path.parent_path().string(), what, why),
                 fmt::format("The data directory {} cannot be used ({}: {}).",
                             path.parent_path().string(), what, why)});
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool open() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

// Writes a new file and links it under its name: the name appears with all of its content or not at
// all, and of several processes that start at once exactly one wins.
Status create(const fs::path& path, std::string_view content) {
  const fs::path draft = path.string() + "." + random_token(9);
  {
    const File file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.open()) return failed(path, "open");
    const bool written = ::write(file.get(), content.data(), content.size()) ==
                             static_cast<ssize_t>(content.size()) &&
                         ::fsync(file.get()) == 0;
    if (!written) {
      ::unlink(draft.c_str());
      return failed(path, "write");
    }
  }
  const int linked = ::link(draft.c_str(), path.c_str());
  const int error = errno;
  ::unlink(draft.c_str());
  errno = error;
  if (linked != 0 && error != EEXIST) return failed(path, "link");
  const File directory(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.open()) ::fsync(directory.get());
  return {};
}

Result<std::string> read_private(const fs::path& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat about {};
  if (!file.open() || ::fstat(file.get(), &about) != 0) return failed(path, "open");
  if (!S_ISREG(about.st_mode) || (about.st_mode & 077) != 0)
    return Status(Code::invalid_argument, "secret_not_private",
                  {fmt::format("Le secret {} peut être lu par d'autres : chmod 600 {}.",
                               path.filename().string(), path.string()),
                   fmt::format("The secret {} can be read by others: chmod 600 {}.",
                               path.filename().string(), path.string())});
  char buffer[2048];
  const ssize_t size = ::read(file.get(), buffer, sizeof buffer);
  if (size < 0) return failed(path, "read");
  std::string text(buffer, static_cast<std::size_t>(size));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

Result<std::string> kept(const fs::path& path, const std::function<std::string()>& make) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0) {
    if (errno != ENOENT) return failed(path, "stat");
    MONITORA_TRY(create(path, make() + "\n"));
  }
  return read_private(path);
}

Status make_directory(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed(path / "x", "mkdir");
  return {};
}

const Setting& setting(std::string_view name) {
  for (const Setting& each : table())
    if (each.name == name) return each;
  std::terminate();
}

Status keep_or_refuse(std::string_view name, std::string& secret, Settings& settings,
                      const std::function<std::string()>& make) {
  if (!secret.empty()) return {};
  if (!settings.uses_sqlite())
    return Status(
        Code::invalid_argument, "secret_missing",
        {fmt::format("{} n'est pas défini : une base partagée par plusieurs nœuds l'exige, "
                     "le même sur chacun.",
                     name),
         fmt::format("{} is not set: a database that several nodes share needs it, the same "
                     "on each.",
                     name)});
  const fs::path path = settings.data_dir / "secrets" / std::string(name);
  MONITORA_ASSIGN(const std::string text, kept(path, make));
  const Status status =
      text.empty() ? Status::internal("empty") : assign(setting(name), text, settings);
  if (status.ok()) return {};
  return Status(
      Code::invalid_argument, "bad_setting",
      {fmt::format("Le secret gardé dans {} est abîmé ; remettez-le d'une sauvegarde.",
                   path.string()),
       fmt::format("The secret kept in {} is damaged; restore it from a backup.", path.string())});
}

}  // namespace

Status prepare_secrets(Settings& settings) {
  settings.data_dir = fs::absolute(settings.data_dir);
  if (!settings.data_dir.has_filename()) settings.data_dir = settings.data_dir.parent_path();
  MONITORA_TRY(make_directory(settings.data_dir));
  if (settings.uses_sqlite()) MONITORA_TRY(make_directory(settings.data_dir / "secrets"));
  MONITORA_TRY(
      keep_or_refuse("JWT_SECRET", settings.jwt_secret, settings, [] { return random_token(48); }));
  return keep_or_refuse("ENCRYPTION_KEY", settings.encryption_key, settings, [] {
    Bytes key(32);
    random_bytes(key);
    return base64(key);
  });
}

}  // namespace monitora::config

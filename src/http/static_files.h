// Files that never change while the server runs: the console, the widget's script.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "http/request.h"
#include "http/response.h"

namespace monitora::http {

// Compiled into the program by embed_files() (cmake/embed_files.cmake).
struct EmbeddedFile {
  std::string_view path;  // relative, with slashes
  std::string_view bytes;
  std::string_view gzip;  // the same compressed; empty when that is no shorter
  std::string_view brotli = {};
};

// Immutable; thread-safe; never blocks (for light routes).
class StaticFiles {
 public:
  explicit StaticFiles(std::span<const EmbeddedFile> files);
  StaticFiles(StaticFiles&&) = default;  // views into itself: not copied
  StaticFiles& operator=(StaticFiles&&) = default;
  // Reads a whole directory (at most 64 MiB) into memory; "x.gz" and "x.br" beside "x" are its
  // compressed forms.
  static Result<StaticFiles> load(const std::filesystem::path& directory);

  // The file `path` (no leading slash), or `path`.html, or `path`/index.html; not_found otherwise.
  // With ETag and 304, compressed for those who take Brotli or gzip, Content-Type by the name's
  // end. `cache_control` is for names that stay; what Next.js names by its content (_next/static/)
  // is immutable.
  Result<Response> serve(const Request& request, std::string_view path,
                         std::string_view cache_control = "no-cache") const;

  // The name of the file that serve() answers `path` with; "" for none.
  std::string name_of(std::string_view path) const;

 private:
  struct File {
    std::string_view bytes;
    std::string_view gzip;
    std::string_view brotli;
    std::string etag;  // without quotes
    std::string_view content_type;
  };

  StaticFiles() = default;
  void add(const EmbeddedFile& file);
  std::map<std::string, File, std::less<>>::const_iterator find(std::string_view path) const;

  std::map<std::string, File, std::less<>> files_;
  std::map<std::string, std::string>
      loaded_;  // the bytes behind the views; map nodes stay where they are
};

}  // namespace monitora::http

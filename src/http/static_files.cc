#include "http/static_files.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "base/crypto.h"
#include "base/text.h"
#include "http/wire.h"

namespace monitora::http {
namespace {

constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"}};

constexpr std::uintmax_t kMostLoaded = 64 << 20;

std::string_view content_type(std::string_view path) {
  for (const auto& [end, type] : kTypes) {
    if (path.ends_with(end)) return type;
  }
  return "application/octet-stream";
}

// Whether an If-None-Match names this tag; weak comparison (RFC 9110 section 13.1.2).
bool names_tag(std::string_view if_none_match, std::string_view quoted_tag) {
  for (std::string_view entry : split(if_none_match, ',')) {
    entry = trim(entry);
    if (entry.starts_with("W/")) entry.remove_prefix(2);
    if (entry == quoted_tag || entry == "*") return true;
  }
  return false;
}

}  // namespace

StaticFiles::StaticFiles(std::span<const EmbeddedFile> files) {
  for (const EmbeddedFile& file : files) add(file);
}

Result<StaticFiles> StaticFiles::load(const std::filesystem::path& directory) {
  namespace fs = std::filesystem;
  StaticFiles files;
  std::uintmax_t total = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->is_regular_file(error)) continue;
    total += entry->file_size(error);
    if (total > kMostLoaded)
      return Status::internal("static files: more than 64 MiB in " + directory.string());
    std::ifstream in(entry->path(), std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in) return Status::internal("static files: cannot read " + entry->path().string());
    files.loaded_.emplace(entry->path().lexically_relative(directory).generic_string(),
                          std::move(bytes));
  }
  if (error)
    return Status::internal("static files: " + directory.string() + ": " + error.message());
  const auto beside = [&](const std::string& path) {
    const auto found = files.loaded_.find(path);
    return found == files.loaded_.end() ? std::string_view() : std::string_view(found->second);
  };
  for (const auto& [path, bytes] : files.loaded_) {
    const bool is_form = path.ends_with(".gz") || path.ends_with(".br");
    if (is_form && files.loaded_.contains(path.substr(0, path.size() - 3))) continue;
    files.add({path, bytes, beside(path + ".gz"), beside(path + ".br")});
  }
  return files;
}

void StaticFiles::add(const EmbeddedFile& file) {
  const auto if_shorter = [&](std::string_view form) {
    return form.size() < file.bytes.size() ? form : std::string_view();
  };
  files_.insert_or_assign(std::string(file.path),
                          File{file.bytes, if_shorter(file.gzip), if_shorter(file.brotli),
                               sha256_hex(file.bytes).substr(0, 16), content_type(file.path)});
}

std::map<std::string, StaticFiles::File, std::less<>>::const_iterator StaticFiles::find(
    std::string_view path) const {
  const std::string name(path);
  const std::string index =
      name.empty() || name.ends_with('/') ? name + "index.html" : name + "/index.html";
  for (const std::string& candidate : {name, name + ".html", index}) {
    if (const auto found = files_.find(candidate); found != files_.end()) return found;
  }
  return files_.end();
}

std::string StaticFiles::name_of(std::string_view path) const {
  const auto found = find(path);
  return found == files_.end() ? std::string() : found->first;
}

Result<Response> StaticFiles::serve(const Request& request, std::string_view path,
                                    std::string_view cache_control) const {
  const auto found = find(path);
  if (found == files_.end()) return Status::not_found();
  const File* file = &found->second;
  const std::string_view accepted = request.header("accept-encoding");
  std::string_view body = file->bytes;
  std::string coding;
  if (!file->brotli.empty() && accepts_coding(accepted, "br")) {
    body = file->brotli;
    coding = "br";
  } else if (!file->gzip.empty() && accepts_coding(accepted, "gzip")) {
    body = file->gzip;
    coding = "gzip";
  }
  const std::string tag = "\"" + file->etag + (coding.empty() ? "" : "-" + coding) + "\"";
  Response response;
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Vary", "Accept-Encoding");
  const bool named_by_content = path.find("_next/static/") != std::string_view::npos;
  response.headers.emplace_back(
      "Cache-Control", named_by_content ? "public, max-age=31536000, immutable" : cache_control);
  if (names_tag(request.header("if-none-match"), tag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", file->content_type);
  if (!coding.empty()) response.headers.emplace_back("Content-Encoding", coding);
  response.body = body;
  return response;
}

}  // namespace monitora::http

#include "apps/storage_api.h"

#include <fmt/format.h>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/pchars.hpp>
#include <cstring>

namespace monitora::apps {
namespace {

constexpr int kAttempts = 3;
constexpr std::string_view kApi = "/storage/v1";

std::string encoded(std::string_view path) {
  // A path's own slashes stay; a part that means another folder goes nowhere.
  static constexpr auto kKept = boost::urls::pchars + boost::urls::grammar::lut_chars("/");
  return boost::urls::encode(path, kKept);
}

bool leads_elsewhere(std::string_view path) {
  return path.starts_with("../") || path.ends_with("/..") || path == ".." ||
         path.find("/../") != std::string_view::npos;
}

// Bytes that are in memory, as insert_blob takes them.
sql::BlobPart parts_of(std::shared_ptr<const std::string> bytes) {
  return [bytes = std::move(bytes),
          at = std::size_t{0}](std::span<std::uint8_t> buffer) mutable -> Result<std::size_t> {
    const std::size_t count = std::min(buffer.size(), bytes->size() - at);
    std::memcpy(buffer.data(), bytes->data() + at, count);
    at += count;
    return count;
  };
}

class StorageApi final : public transfer::DocumentFiles {
 public:
  StorageApi(net::HttpClient& client, StorageApiOptions options)
      : client_(client), options_(std::move(options)) {
    while (options_.url.ends_with('/')) options_.url.pop_back();
    if (!options_.url.ends_with(kApi)) options_.url += kApi;
  }

  Result<std::optional<transfer::FoundFile>> find(const transfer::WantedFile& wanted) override {
    for (std::string path : wanted.paths) {
      while (path.starts_with('/')) path.erase(0, 1);
      if (path.empty() || leads_elsewhere(path)) continue;
      // As the path is in the bucket, then as one that begins with the bucket's name.
      for (const std::string& object : {options_.bucket + "/" + path, path}) {
        MONITORA_ASSIGN(auto found, get(object));
        if (found) return found;
      }
    }
    return std::optional<transfer::FoundFile>();
  }

 private:
  Result<std::optional<transfer::FoundFile>> get(const std::string& object) {
    net::HttpRequest request;
    request.url = options_.url + "/object/" + encoded(object);
    request.headers = {{"Authorization", "Bearer " + options_.key}, {"apikey", options_.key}};
    request.max_response = options_.max_file;
    Status failed;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      auto response = client_.fetch(request);
      if (!response.ok()) {
        if (response.status().key() == "response_too_large") return too_large(object);
        failed = response.status();
        continue;
      }
      if (response->status == 200) {
        const auto bytes = std::make_shared<const std::string>(std::move(response->body));
        return std::optional(
            transfer::FoundFile{static_cast<std::int64_t>(bytes->size()),
                                [bytes]() -> Result<sql::BlobPart> { return parts_of(bytes); }});
      }
      if (response->status == 401 || response->status == 403)
        return refused(fmt::format("HTTP {}: {}", response->status, response->body));
      // What is not there is answered 400 or 404.
      if (response->status < 500 && response->status != 429)
        return std::optional<transfer::FoundFile>();
      failed = Status(Code::upstream_failed, "http_status", {},
                      fmt::format("HTTP {}: {}", response->status, response->body));
    }
    return Status(Code::upstream_failed, "files_unavailable",
                  {fmt::format("Les fichiers ne peuvent pas être lus sur {} : vérifiez l'adresse "
                               "et réessayez ; ce qui est déjà copié reste.",
                               options_.url),
                   fmt::format("Files cannot be read at {}: check the address and try again; what "
                               "was copied stays.",
                               options_.url)},
                  failed.to_string());
  }

  Status refused(std::string detail) const {
    return Status(Code::permission_denied, "files_refused",
                  {fmt::format("{} refuse la clé : donnez la clé de service du projet dans "
                               "MONITORA_SOURCE_KEY.",
                               options_.url),
                   fmt::format("{} refuses the key: give the project's service key in "
                               "MONITORA_SOURCE_KEY.",
                               options_.url)},
                  std::move(detail));
  }

  Status too_large(const std::string& object) const {
    return Status(Code::too_large, "file_too_large",
                  {fmt::format("Le fichier {} dépasse MAX_UPLOAD_MB ({} Mo) : augmentez-le.",
                               object, options_.max_file >> 20),
                   fmt::format("The file {} is larger than MAX_UPLOAD_MB ({} MB): raise it.",
                               object, options_.max_file >> 20)});
  }

  net::HttpClient& client_;
  StorageApiOptions options_;
};

}  // namespace

std::unique_ptr<transfer::DocumentFiles> storage_api(net::HttpClient& client,
                                                     StorageApiOptions options) {
  return std::make_unique<StorageApi>(client, std::move(options));
}

}  // namespace monitora::apps

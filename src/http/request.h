// A request as handlers see it. Immutable while a handler runs.
#pragma once

#include <boost/json/value.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "domain/account.h"
#include "domain/workspace.h"

namespace monitora::http {

enum class Method { get, head, post, put, patch, del, options };

// One file of a multipart upload, streamed to disk already; removed with the request.
struct UploadedFile {
  std::string field;
  std::string filename;  // as sent: untrusted
  std::filesystem::path path;
  std::int64_t size = 0;
  bool too_large = false;  // over the limit: `path` is empty
};

// Who asks, as the guards found out.
struct Principal {
  std::optional<User> user;
  std::optional<Session> session;
  std::optional<ApiKey> key;
};

struct Request {
  Method method = Method::get;
  std::string path;                                          // decoded, without the query
  std::map<std::string, std::string> params;                 // of the route: {wid} → "wid"
  std::multimap<std::string, std::string> query;             // decoded
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::vector<UploadedFile> files;  // of a multipart route
  std::string remote_address;       // peer's, or X-Forwarded-For's from a trusted proxy
  bool is_loopback = false;         // the peer itself, whatever it forwards
  bool is_secure = false;           // https at the edge
  std::string host;                 // Host, or the trusted proxy's X-Forwarded-Host
  std::string request_id;
  std::string language;  // "fr" or "en", from Accept-Language
  Principal principal;
  std::optional<Workspace> visited;  // of a visitor route: the workspace, active or not
  std::string allowed_origin;        // of a visitor route: what the guard let pass, for CORS

  // "" when absent.
  std::string_view header(std::string_view lower_case_name) const;
  std::string_view query_value(std::string_view name) const;
  std::string_view cookie(std::string_view name) const;

  bool wants_web_socket() const;  // by its Upgrade header

  // The body as a JSON object: invalid_argument `malformed_json` (400) for anything else; nesting
  // and size are limited.
  Result<boost::json::object> json() const;
  // A path parameter as an id: not_found for anything that is none (the same as a foreign one).
  template <class SomeId>
  Result<SomeId> id(std::string_view name) const {
    const auto found = params.find(std::string(name));
    const auto parsed = found == params.end() ? std::nullopt : SomeId::parse(found->second);
    if (!parsed) return Status::not_found();
    return *parsed;
  }
};

}  // namespace monitora::http

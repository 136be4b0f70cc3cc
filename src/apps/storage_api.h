// Documents' files over the HTTP API of Supabase Storage.
#pragma once

#include <memory>
#include <string>

#include "net/http_client.h"
#include "transfer/document_files.h"

namespace monitora::apps {

struct StorageApiOptions {
  std::string url;           // https://project.supabase.co, with or without /storage/v1
  std::string bucket;        // where paths that name none are looked for
  std::string key;           // the project's service key
  std::size_t max_file = 0;  // bytes
};

// GET /object/<bucket>/<path> (Supabase Storage API). A request that fails for a reason that may
// pass is tried three times. Errors of find(): permission_denied `files_refused` (the key),
// upstream_failed `files_unavailable`, too_large `file_too_large`. The client outlives it.
std::unique_ptr<transfer::DocumentFiles> storage_api(net::HttpClient& client,
                                                     StorageApiOptions options);

}  // namespace monitora::apps

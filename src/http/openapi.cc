#include "http/openapi.h"

#include <span>

#include "http/static_files.h"

namespace monitora::http {

// Written by embed_files() in CMakeLists.txt.
std::span<const EmbeddedFile> openapi_files();

std::string_view openapi_document() {
  return openapi_files().front().bytes;
}

}  // namespace monitora::http

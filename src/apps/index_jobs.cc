#include "apps/index_jobs.h"

#include <boost/json.hpp>

namespace monitora::apps {
namespace {

template <class SomeId>
std::optional<SomeId> id_of(const boost::json::value& payload, const char* name) {
  const auto* object = payload.if_object();
  const boost::json::value* field = object != nullptr ? object->if_contains(name) : nullptr;
  return field != nullptr && field->is_string() ? SomeId::parse(field->as_string()) : std::nullopt;
}

}  // namespace

jobs::Handler indexing_handler(Indexing& indexing) {
  return [&indexing](const std::string& payload, bool last_attempt) -> Status {
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(payload, error);
    const auto workspace = id_of<WorkspaceId>(parsed, "workspace_id");
    const auto document = id_of<DocumentId>(parsed, "document_id");
    if (error || !workspace || !document) return Status::internal("index_document: bad payload");
    return indexing.run(*workspace, *document, last_attempt);
  };
}

}  // namespace monitora::apps

#include "apps/index_jobs.h"

#include "apps/job_payload.h"

namespace monitora::apps {

jobs::Handler indexing_handler(Indexing& indexing) {
  return [&indexing](const std::string& payload, bool last_attempt) -> Status {
    const JobPayload ids(payload);
    const auto workspace = ids.id<WorkspaceId>("workspace_id");
    const auto document = ids.id<DocumentId>("document_id");
    if (!workspace || !document) return Status::internal("index_document: bad payload");
    return indexing.run(*workspace, *document, last_attempt);
  };
}

jobs::Handler topics_handler(Topics& topics) {
  return [&topics](const std::string& payload, bool) -> Status {
    const auto workspace = JobPayload(payload).id<WorkspaceId>("workspace_id");
    if (!workspace) return Status::internal("refresh_topics: bad payload");
    const Status status = topics.refresh(*workspace, Topics::kAsLongAsItTakes).status();
    return status.code() == Code::not_found ? Status() : status;  // deleted meanwhile
  };
}

}  // namespace monitora::apps

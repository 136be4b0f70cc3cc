// A file of this machine as a document of a workspace.
#pragma once

#include <filesystem>

#include "ports/document_store.h"

namespace monitora {
class TextExtractor;
}

namespace monitora::apps {

// Stores the file and queues its indexing. unsupported_type and invalid_argument as the extractor
// says; not_found `no_file`.
Result<Document> store_file(DocumentStore& documents, TextExtractor& extractor,
                            const WorkspaceId& workspace, const std::filesystem::path& file);

}  // namespace monitora::apps

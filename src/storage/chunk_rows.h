// Writing a document's chunks and their vectors.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/status.h"
#include "domain/document.h"
#include "ports/embedder.h"
#include "sql/connection.h"

namespace monitora::storage {

// As many vectors as chunks, in the same order. A chunk without an id gets one.
Status insert_chunks(sql::Connection& connection, const WorkspaceId& workspace,
                     const DocumentId& document, const std::vector<Chunk>& chunks,
                     const std::vector<Vector>& vectors, const std::string& model, Time now);

}  // namespace monitora::storage

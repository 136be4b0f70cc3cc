// The application's own figures, computed by queries on either side.
#pragma once

#include "transfer/validate_table.h"

namespace monitora::transfer {

// Messages a conversation, chunks a document, and each workspace's insights (contract schema.md,
// sp_calculate_workspace_insights). Differences of kind `figure`.
Status check_figures(Comparison& comparison, const std::vector<ExpectedTable>& expected);

// Documents' files that came from elsewhere than the source's tables: that they are as long as
// their row says. Those that are not there are told in a note.
Status check_files(Comparison& comparison);

// Vectors that were made anew: all there, and of one dimension. To be called after the table
// document_chunks was compared.
void check_new_vectors(Comparison& comparison);

}  // namespace monitora::transfer

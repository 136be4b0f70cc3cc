// PostgreSQL's part of storage/search_index.h: search_texts holds each conversation's folded title
// and messages. The database's own folding (monitora_fold) takes 0.2 ms a message: here the program
// folds, once.
#pragma once

#include "storage/search_index.h"

namespace monitora::storage::postgres {

Status note_unindexed_conversations(sql::Pool& pool);
Result<int> index_conversations(sql::Pool& pool, int limit);
// Whether a message `f` of the conversation `c` is so. Of EXISTS the planner may make one look at
// all messages there are.
std::string any_message(std::string_view condition);
Result<IndexedSearch> search_texts(sql::Connection& connection, const std::string& folded,
                                   const std::string& pattern);

}  // namespace monitora::storage::postgres

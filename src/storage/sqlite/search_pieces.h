// SQLite's part of storage/search_index.h: search_pieces holds for each conversation every three
// characters in a row of its folded title and messages. It tells which conversations can contain
// the words.
#pragma once

#include "storage/search_index.h"

namespace monitora::storage::sqlite {

Status note_unindexed_conversations(sql::Pool& pool);
Result<int> index_conversations(sql::Pool& pool, int limit);
Status forget_words_of(sql::Connection& connection, const ConversationId& conversation);
Result<IndexedSearch> search_pieces(sql::Connection& connection, const std::string& folded);

}  // namespace monitora::storage::sqlite

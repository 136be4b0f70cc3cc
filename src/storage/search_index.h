// Finding words in a large database: an index of what was said, for each conversation. It is
// brought up to date behind what is said, so that a turn pays for a note, and not for the index:
// triggers note in search_pending, index_conversations() takes it from there, and until then
// searches look at the conversation itself.
//
// SQLite (storage/sqlite): every three characters in a row, in FTS5. PostgreSQL (storage/postgres):
// the folded text, with an index of pg_trgm where that extension is. SQL Server
// (storage/sqlserver): the folded text alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/status.h"
#include "sql/pool.h"

namespace monitora::storage {

// Notes the conversations that are in no index and that nothing has noted (`monitora migrate` loads
// without triggers). Before the first search.
Status note_unindexed_conversations(sql::Pool& pool);

// Brings up to `limit` noted conversations into the index, in one transaction; how many they were.
Result<int> index_conversations(sql::Pool& pool, int limit);

// Takes a conversation's words out of the index. In the transaction that deletes it, before. (On
// SQLite those of a deleted workspace stay, as pieces without a conversation.)
Status forget_words_of(sql::Connection& connection, const ConversationId& conversation);

// What of a search the index answers.
struct IndexedSearch {
  std::string_view condition;  // " AND …" on `conversations c`, with one `?`; empty: nothing
  std::string param;
  // " AND …" on whether the index's word is final for a conversation; empty: it never is. What was
  // said decides for the others.
  std::string_view settled;
};

// `folded` and `pattern` as storage/text_search.h makes them.
Result<IndexedSearch> search_index(sql::Connection& connection, const std::string& folded,
                                   const std::string& pattern);

}  // namespace monitora::storage

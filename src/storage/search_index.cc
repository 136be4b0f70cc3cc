#include "storage/search_index.h"

#include "storage/postgres/search_texts.h"
#include "storage/sqlite/search_pieces.h"
#include "storage/sqlserver/search_texts.h"

namespace monitora::storage {

Status note_unindexed_conversations(sql::Pool& pool) {
  switch (pool.database()) {
    case sql::Database::sqlite:
      return sqlite::note_unindexed_conversations(pool);
    case sql::Database::postgres:
      return postgres::note_unindexed_conversations(pool);
    case sql::Database::sqlserver:
      return sqlserver::note_unindexed_conversations(pool);
  }
  return {};
}

Result<int> index_conversations(sql::Pool& pool, int limit) {
  switch (pool.database()) {
    case sql::Database::sqlite:
      return sqlite::index_conversations(pool, limit);
    case sql::Database::postgres:
      return postgres::index_conversations(pool, limit);
    case sql::Database::sqlserver:
      return sqlserver::index_conversations(pool, limit);
  }
  return 0;
}

Status forget_words_of(sql::Connection& connection, const ConversationId& conversation) {
  if (connection.dialect().database() != sql::Database::sqlite) return {};  // they go with it
  return sqlite::forget_words_of(connection, conversation);
}

Result<IndexedSearch> search_index(sql::Connection& connection, const std::string& folded,
                                   const std::string& pattern) {
  switch (connection.dialect().database()) {
    case sql::Database::sqlite:
      return sqlite::search_pieces(connection, folded);
    case sql::Database::postgres:
      return postgres::search_texts(connection, folded, pattern);
    case sql::Database::sqlserver:
      return sqlserver::search_texts(folded);
  }
  return IndexedSearch();
}

}  // namespace monitora::storage

#include "storage/postgres/search_texts.h"

#include <set>

#include "base/text.h"
#include "storage/query.h"

namespace monitora::storage::postgres {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

// Up to so many conversations are fetched and sorted, more are looked at in the list's order until
// its page is full.
constexpr std::int64_t kFew = 400;
constexpr std::int64_t kMostWaiting = 2000;  // with more, all are looked at as they are
constexpr std::size_t kIndexed = 3;  // characters: shorter words are not in an index of pg_trgm
constexpr std::int64_t kIndexing = 0x6d6f6e736561;  // one node at a time: a later text comes later

constexpr std::string_view kOfFew =
    " AND c.id IN (SELECT t.conversation_id FROM search_texts t WHERE t.folded LIKE ? ESCAPE '\\' "
    "UNION ALL SELECT q.conversation_id FROM search_pending q)";
// A subquery for each: the planner must not fetch all that have the words.
constexpr std::string_view kOfMany =
    " AND ((SELECT t.folded FROM search_texts t WHERE t.conversation_id = c.id) LIKE ? ESCAPE '\\' "
    "OR EXISTS (SELECT FROM search_pending q WHERE q.conversation_id = c.id))";
constexpr std::string_view kSettled =
    "NOT EXISTS (SELECT FROM search_pending q WHERE q.conversation_id = c.id)";

Result<std::int64_t> count(Connection& connection, std::string_view statement,
                           std::vector<Param> params) {
  std::int64_t found = 0;
  MONITORA_TRY(connection.query(statement, params, [&](const Row& row) {
    found = row.integer(0);
    return Status();
  }));
  return found;
}

// One after the other, on lines of their own.
Result<std::string> folded_words(Connection& connection, const ConversationId& conversation) {
  std::string words;
  MONITORA_TRY(connection.query(
      "SELECT COALESCE(title, '') AS said, CAST(NULL AS timestamptz) AS at, id FROM conversations "
      "WHERE id = ? UNION ALL SELECT content, created_at, id FROM messages "
      "WHERE conversation_id = ? ORDER BY at NULLS FIRST, id",
      {p(conversation), p(conversation)}, [&](const Row& row) {
        words += fold_accents(row.text(0)) + '\n';
        return Status();
      }));
  return words;
}

}  // namespace

Status note_unindexed_conversations(sql::Pool& pool) {
  return pool.transact([&](Connection& connection) {
    return connection
        .execute(
            "INSERT INTO search_pending (conversation_id) SELECT c.id FROM conversations c "
            "WHERE NOT EXISTS (SELECT FROM search_texts t WHERE t.conversation_id = c.id) "
            "AND NOT EXISTS (SELECT FROM search_pending q WHERE q.conversation_id = c.id)",
            {})
        .status();
  });
}

Result<int> index_conversations(sql::Pool& pool, int limit) {
  int indexed = 0;
  bool any = false;
  MONITORA_TRY(pool.with(Connection::Mode::read, [&](Connection& connection) -> Status {
    MONITORA_ASSIGN(any, exists(connection, "SELECT 1 FROM search_pending LIMIT 1", {}));
    return {};
  }));
  if (!any) return 0;
  MONITORA_TRY(pool.transact([&](Connection& connection) -> Status {
    indexed = 0;
    MONITORA_ASSIGN(
        const std::int64_t alone,
        count(connection, "SELECT CAST(pg_try_advisory_xact_lock(?) AS integer)", {p(kIndexing)}));
    if (alone == 0) return {};
    std::vector<std::int64_t> notes;
    std::set<ConversationId> noted;
    MONITORA_TRY(connection.query(
        "SELECT number, conversation_id FROM search_pending ORDER BY number LIMIT ?", {p(limit)},
        [&](const Row& row) {
          notes.push_back(row.integer(0));
          noted.emplace(row.uuid(1));
          return Status();
        }));
    for (const ConversationId& conversation : noted) {
      MONITORA_ASSIGN(const std::string words, folded_words(connection, conversation));
      // Not for one that was deleted meanwhile.
      MONITORA_TRY(
          connection.post("INSERT INTO search_texts (conversation_id, folded) "
                          "SELECT id, ? FROM conversations WHERE id = ? "
                          "ON CONFLICT (conversation_id) DO UPDATE SET folded = EXCLUDED.folded",
                          {p(words), p(conversation)}));
    }
    // These notes only: what another tells of may not have been there yet when the words were read.
    for (const std::int64_t note : notes)
      MONITORA_TRY(connection.post("DELETE FROM search_pending WHERE number = ?", {p(note)}));
    indexed = static_cast<int>(notes.size());
    return {};
  }));
  return indexed;
}

std::string any_message(std::string_view condition) {
  return "(SELECT 1 FROM messages f WHERE f.conversation_id = c.id AND " + std::string(condition) +
         " LIMIT 1) IS NOT NULL";
}

Result<IndexedSearch> search_texts(Connection& connection, const std::string& folded,
                                   const std::string& pattern) {
  // What was said is on lines of its own.
  if (folded.find('\n') != std::string::npos) return IndexedSearch();
  MONITORA_ASSIGN(const std::int64_t waiting,
                  count(connection, "SELECT COUNT(*) FROM (SELECT FROM search_pending LIMIT ?) q",
                        {p(kMostWaiting + 1)}));
  if (waiting > kMostWaiting) return IndexedSearch();
  std::int64_t found = kFew + 1;
  if (count_characters(folded) >= kIndexed) {
    MONITORA_ASSIGN(found, count(connection,
                                 "SELECT COUNT(*) FROM (SELECT FROM search_texts t "
                                 "WHERE t.folded LIKE ? ESCAPE '\\' LIMIT ?) t",
                                 {p(pattern), p(kFew + 1)}));
  }
  return IndexedSearch{found > kFew ? kOfMany : kOfFew, pattern, kSettled};
}

}  // namespace monitora::storage::postgres

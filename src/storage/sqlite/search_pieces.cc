#include "storage/sqlite/search_pieces.h"

#include "base/text.h"
#include "storage/query.h"

namespace monitora::storage::sqlite {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

constexpr std::size_t kPiece = 3;        // characters
constexpr std::size_t kMostPieces = 60;  // of long words the first: the rest is looked up anyway
// Up to so many conversations are looked at one by one, more in the list's order until its page is
// full.
constexpr std::int64_t kFew = 2000;

// A conversation's number, and what search_pieces has of it.
constexpr std::string_view kWords =
    "SELECT s.number, monitora_fold(coalesce(c.title, '') || char(10) || coalesce((SELECT "
    "group_concat(m.content, char(10)) FROM messages m WHERE m.conversation_id = c.id), '')) "
    "FROM search_conversations s JOIN conversations c ON c.id = s.conversation_id ";

// The conversations found, those that wait with them.
constexpr std::string_view kOfFew =
    " AND c.id IN (SELECT s.conversation_id FROM search_conversations s WHERE s.number IN "
    "(SELECT rowid FROM search_pieces WHERE search_pieces MATCH ?) "
    "UNION ALL SELECT conversation_id FROM search_pending)";
// The same, looked up for each conversation that the list comes to.
constexpr std::string_view kOfMany =
    " AND ((SELECT s.number FROM search_conversations s WHERE s.conversation_id = c.id) IN "
    "(SELECT rowid FROM search_pieces WHERE search_pieces MATCH ?) "
    "OR c.id IN (SELECT conversation_id FROM search_pending))";

// Every piece of the words, as FTS5 wants them; empty when there is none.
std::string pieces_of(const std::string& folded) {
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at < folded.size();) {
    starts.push_back(at);
    next_character(folded, at);
  }
  starts.push_back(folded.size());
  std::string all;
  for (std::size_t i = 0; i + kPiece < starts.size() && i < kMostPieces; ++i) {
    all += i == 0 ? "\"" : " AND \"";
    for (const char c : folded.substr(starts[i], starts[i + kPiece] - starts[i]))
      all += c == '"' ? "\"\"" : std::string(1, c);
    all += '"';
  }
  return all;
}

Result<std::int64_t> count(Connection& connection, std::string_view statement,
                           std::vector<Param> params) {
  std::int64_t found = 0;
  MONITORA_TRY(connection.query(statement, params, [&](const Row& row) {
    found = row.integer(0);
    return Status();
  }));
  return found;
}

}  // namespace

Status note_unindexed_conversations(sql::Pool& pool) {
  constexpr std::string_view kUnindexed =
      "SELECT c.id FROM conversations c WHERE NOT EXISTS (SELECT 1 FROM search_conversations s "
      "WHERE s.conversation_id = c.id) AND NOT EXISTS (SELECT 1 FROM search_pending q "
      "WHERE q.conversation_id = c.id)";
  bool any = false;
  MONITORA_TRY(pool.with(Connection::Mode::read, [&](Connection& connection) -> Status {
    MONITORA_ASSIGN(any, exists(connection, std::string(kUnindexed) + " LIMIT 1", {}));
    return {};
  }));
  if (!any) return {};
  return pool.transact([&](Connection& connection) {
    return connection
        .execute("INSERT INTO search_pending (conversation_id) " + std::string(kUnindexed), {})
        .status();
  });
}

Result<int> index_conversations(sql::Pool& pool, int limit) {
  std::vector<ConversationId> noted;
  const auto look = [&](Connection& connection) {
    noted.clear();
    return connection.query(
        "SELECT conversation_id FROM search_pending ORDER BY conversation_id LIMIT ?", {p(limit)},
        [&](const Row& row) {
          noted.emplace_back(row.uuid(0));
          return Status();
        });
  };
  MONITORA_TRY(pool.with(Connection::Mode::read, look));
  if (noted.empty()) return 0;
  MONITORA_TRY(pool.transact([&](Connection& connection) -> Status {
    MONITORA_TRY(look(connection));
    for (const ConversationId& conversation : noted) {
      MONITORA_TRY(
          connection
              .execute("INSERT OR IGNORE INTO search_conversations (conversation_id) VALUES (?)",
                       {p(conversation)})
              .status());
      // Beside what is there already: nothing that was said of it is lost, and nothing is doubled.
      MONITORA_TRY(connection
                       .execute("INSERT INTO search_pieces (rowid, folded) " + std::string(kWords) +
                                    "WHERE s.conversation_id = ?",
                                {p(conversation)})
                       .status());
      MONITORA_TRY(
          connection
              .execute("DELETE FROM search_pending WHERE conversation_id = ?", {p(conversation)})
              .status());
    }
    return {};
  }));
  return static_cast<int>(noted.size());
}

Status forget_words_of(Connection& connection, const ConversationId& conversation) {
  return connection
      .execute(
          "INSERT INTO search_pieces (search_pieces, rowid, folded) SELECT 'delete', w.* "
          "FROM (" +
              std::string(kWords) + "WHERE s.conversation_id = ?) w",
          {p(conversation)})
      .status();
}

Result<IndexedSearch> search_pieces(Connection& connection, const std::string& folded) {
  const std::string pieces = pieces_of(folded);
  if (pieces.empty()) return IndexedSearch();
  MONITORA_ASSIGN(const std::int64_t waiting,
                  count(connection, "SELECT count(*) FROM (SELECT 1 FROM search_pending LIMIT ?)",
                        {p(kFew + 1)}));
  if (waiting > kFew) return IndexedSearch();
  MONITORA_ASSIGN(const std::int64_t found,
                  count(connection,
                        "SELECT count(*) FROM (SELECT 1 FROM search_pieces "
                        "WHERE search_pieces MATCH ? LIMIT ?)",
                        {p(pieces), p(kFew + 1)}));
  return IndexedSearch{found > kFew ? kOfMany : kOfFew, pieces, ""};
}

}  // namespace monitora::storage::sqlite

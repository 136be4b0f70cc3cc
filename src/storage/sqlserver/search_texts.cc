#include "storage/sqlserver/search_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "sql/locks.h"
#include "storage/query.h"
#include "storage/text_search.h"

namespace monitora::storage::sqlserver {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

constexpr std::string_view kCondition =
    " AND CASE WHEN EXISTS (SELECT 1 FROM search_pending q WHERE q.conversation_id = c.id) THEN 1 "
    "WHEN (SELECT t.folded FROM search_texts t WHERE t.conversation_id = c.id) LIKE ? THEN 1 "
    "END = 1";
constexpr std::string_view kSettled =
    "NOT EXISTS (SELECT 1 FROM search_pending q WHERE q.conversation_id = c.id)";

struct Taken {
  char32_t letter;
  std::string_view for_;
};
constexpr Taken kTaken[] = {
    {U'\u00E6', "ae"}, {U'\u0153', "oe"}, {U'\u00F8', "o"}, {U'\u00F0', "d"}, {U'\u0111', "d"},
    {U'\u00FE', "th"}, {U'\u0127', "h"},  {U'\u0131', "i"}, {U'\u0142', "l"}, {U'\u0167', "t"},
    {U'\u00AD', ""},  // a soft hyphen, and others that are not seen
    {U'\u200B', ""},   {U'\u200C', ""},   {U'\u200D', ""},  {U'\u2060', ""},  {U'\uFEFF', ""}};

std::string as_collated(std::string_view folded) {
  std::string made;
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t c = next_character(folded, at);
    const auto* taken = std::ranges::find(kTaken, c, &Taken::letter);
    if (taken == std::end(kTaken))
      append_utf8(made, c);
    else
      made += taken->for_;
  }
  return made;
}

// `count` placeholders: a statement of one length whatever it asks for, so that one plan serves.
template <class T>
std::string listed(const std::vector<T>& values, std::size_t count, std::vector<Param>& params) {
  std::string marks;
  for (std::size_t i = 0; i < count; ++i) {
    marks += i == 0 ? "?" : ", ?";
    params.push_back(p(values[std::min(i, values.size() - 1)]));
  }
  return marks;
}

struct Notes {
  std::vector<std::int64_t> numbers;
  std::vector<ConversationId> conversations;
};

Result<Notes> oldest_notes(Connection& connection, int limit) {
  Notes notes;
  std::set<ConversationId> seen;
  MONITORA_TRY(
      connection.query("SELECT number, conversation_id FROM search_pending ORDER BY number "
                       "OFFSET 0 ROWS FETCH NEXT ? ROWS ONLY",
                       {p(limit)}, [&](const Row& row) {
                         notes.numbers.push_back(row.integer(0));
                         const ConversationId conversation(row.uuid(1));
                         if (seen.insert(conversation).second)
                           notes.conversations.push_back(conversation);
                         return Status();
                       }));
  return notes;
}

using Texts = std::map<ConversationId, std::string>;

// Of those that are there; each title and message on a line of its own.
Result<Texts> folded_texts(Connection& connection, const std::vector<ConversationId>& of,
                           std::size_t limit) {
  Texts texts;
  std::vector<Param> params;
  const std::string list = listed(of, limit, params);
  MONITORA_TRY(connection.query("SELECT id, title FROM conversations WHERE id IN (" + list + ")",
                                params, [&](const Row& row) {
                                  std::string& text = texts[ConversationId(row.uuid(0))];
                                  if (!row.is_null(1))
                                    text = as_collated(fold_accents(row.text(1)));
                                  text += '\n';
                                  return Status();
                                }));
  MONITORA_TRY(
      connection.query("SELECT conversation_id, content FROM messages WHERE conversation_id IN (" +
                           list + ") ORDER BY conversation_id, created_at, id",
                       params, [&](const Row& row) {
                         const auto text = texts.find(ConversationId(row.uuid(0)));
                         if (text != texts.end())
                           text->second += as_collated(fold_accents(row.text(1))) + '\n';
                         return Status();
                       }));
  return texts;
}

Status store(Connection& connection, const Texts& texts) {
  constexpr std::string_view kColumns[] = {"conversation_id", "folded"};
  auto next = texts.begin();
  return connection
      .insert_many("search_texts", kColumns,
                   [&](std::span<Param> row) -> Result<bool> {
                     if (next == texts.end()) return false;
                     row[0] = p(next->first);
                     row[1] = p(next->second);
                     ++next;
                     return true;
                   })
      .status();
}

}  // namespace

Status note_unindexed_conversations(sql::Pool& pool) {
  return pool.transact([&](Connection& connection) {
    return connection
        .execute(
            "INSERT INTO search_pending (conversation_id) SELECT c.id FROM conversations c "
            "WHERE NOT EXISTS (SELECT 1 FROM search_texts t WHERE t.conversation_id = c.id) "
            "AND NOT EXISTS (SELECT 1 FROM search_pending q WHERE q.conversation_id = c.id)",
            {})
        .status();
  });
}

Result<int> index_conversations(sql::Pool& pool, int limit) {
  bool any = false;
  MONITORA_TRY(pool.with(Connection::Mode::read, [&](Connection& connection) -> Status {
    MONITORA_ASSIGN(any, exists(connection, "SELECT TOP 1 1 FROM search_pending", {}));
    return {};
  }));
  if (!any) return 0;
  int indexed = 0;
  const auto most = static_cast<std::size_t>(limit);
  MONITORA_TRY(pool.transact([&](Connection& connection) -> Status {
    indexed = 0;
    // One node at a time: a later text comes later.
    MONITORA_TRY(sql::lock_until_end(connection, "search_texts"));
    MONITORA_ASSIGN(const Notes notes, oldest_notes(connection, limit));
    if (notes.numbers.empty()) return {};
    MONITORA_ASSIGN(const Texts texts, folded_texts(connection, notes.conversations, most));
    std::vector<Param> known;
    const std::string list = listed(notes.conversations, most, known);
    MONITORA_TRY(
        connection.post("DELETE FROM search_texts WHERE conversation_id IN (" + list + ")", known));
    MONITORA_TRY(store(connection, texts));
    // These notes only: what another tells of may not have been there yet when the words were read.
    std::vector<Param> numbers;
    const std::string read = listed(notes.numbers, most, numbers);
    MONITORA_TRY(
        connection.post("DELETE FROM search_pending WHERE number IN (" + read + ")", numbers));
    indexed = static_cast<int>(notes.numbers.size());
    return {};
  }));
  return indexed;
}

Result<IndexedSearch> search_texts(const std::string& folded) {
  const std::string words = as_collated(folded);
  // What was said is on lines of its own.
  if (words.empty() || words.find('\n') != std::string::npos) return IndexedSearch();
  return IndexedSearch{kCondition, contains_pattern(sql::Database::sqlserver, words), kSettled};
}

std::string settled_or_said(std::string_view settled, std::string_view title,
                            std::string_view content) {
  std::string condition = " AND CASE ";
  if (!settled.empty()) condition += fmt::format("WHEN {} THEN 1 ", settled);
  // Not EXISTS: of that, Babelfish's planner may make one look at all messages there are.
  return condition + fmt::format(
                         "WHEN {} THEN 1 WHEN (SELECT TOP 1 1 FROM messages f "
                         "WHERE f.conversation_id = c.id AND {}) IS NOT NULL THEN 1 END = 1",
                         title, content);
}

}  // namespace monitora::storage::sqlserver

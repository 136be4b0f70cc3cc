#include "sql/odbc/statement_cache.h"

#include "sql/odbc/statement_text.h"
#include "sql/odbc/utf16.h"

namespace monitora::sql::odbc {
namespace {

constexpr std::size_t kMostKept = 200;  // more than the stores have statements

}  // namespace

std::string StatementCache::kinds(std::string_view text, Params params) {
  std::string kinds(params.size(), static_cast<char>(ParamKind::null));
  for (std::size_t i = 0; i < params.size(); ++i)
    kinds[i] = static_cast<char>(slots_.kind_of(params[i]));
  const auto seen = seen_kinds_.find(std::string(text));
  if (seen == seen_kinds_.end()) {
    remember(text, kinds);
    return kinds;
  }
  for (std::size_t i = 0; i < kinds.size() && i < seen->second.size(); ++i) {
    if (kinds[i] != static_cast<char>(ParamKind::null)) {
      seen->second[i] = kinds[i];
    } else {
      kinds[i] = static_cast<char>(short_kind(static_cast<ParamKind>(seen->second[i])));
    }
  }
  return kinds;
}

void StatementCache::remember(std::string_view text, std::string_view kinds) {
  if (seen_kinds_.size() > 4 * kMostKept) seen_kinds_.clear();
  seen_kinds_[std::string(text)] = kinds;
}

SQLHSTMT StatementCache::prepare(std::string_view text, std::string_view kinds,
                                 StatementHandle& failed) {
  key_.assign(kinds).append(1, '\0').append(text);
  if (const auto found = by_key_.find(key_); found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->statement.get();
  }
  StatementHandle statement(connection_);
  std::u16string wide_text = to_utf16(cast_marks(text, kinds));
  const bool ready = statement &&
                     SQL_SUCCEEDED(::SQLPrepareW(statement.get(), wide(wide_text),
                                                 static_cast<SQLINTEGER>(wide_text.size()))) &&
                     SQL_SUCCEEDED(slots_.bind(statement.get(), kinds));
  if (!ready) {
    failed = std::move(statement);
    return nullptr;
  }
  if (entries_.size() >= kMostKept) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front({key_, std::move(statement)});
  by_key_.emplace(entries_.front().key, entries_.begin());
  return entries_.front().statement.get();
}

void StatementCache::forget(SQLHSTMT statement) {
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->statement.get() != statement) continue;
    by_key_.erase(entry->key);
    entries_.erase(entry);
    return;
  }
}

}  // namespace monitora::sql::odbc

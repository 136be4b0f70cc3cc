#include "sql/sqlite/statement.h"

#include "base/text.h"
#include "sql/errors.h"

namespace monitora::sql {
namespace {

constexpr std::size_t kKept = 256;  // more texts than the stores have

// Pointers for empty values: a null pointer would bind NULL.
constexpr char kNothing[] = "";

struct Binder {
  sqlite3_stmt* statement;
  int at;

  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, at); }
  int operator()(bool value) const { return sqlite3_bind_int(statement, at, value ? 1 : 0); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, at, value); }
  int operator()(double value) const { return sqlite3_bind_double(statement, at, value); }
  int operator()(std::string_view value) const {
    return sqlite3_bind_text64(statement, at, value.data() != nullptr ? value.data() : kNothing,
                               value.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  int operator()(BytesView value) const {
    return sqlite3_bind_blob64(
        statement, at, value.data() != nullptr ? static_cast<const void*>(value.data()) : kNothing,
        value.size(), SQLITE_STATIC);
  }
  int operator()(Time value) const { return copied(format_time(value)); }
  int operator()(const Uuid& value) const { return copied(value.to_string()); }

  int copied(const std::string& text) const {
    return sqlite3_bind_text64(statement, at, text.data(), text.size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  }
};

}  // namespace

bool SqliteRow::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::int64_t SqliteRow::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double SqliteRow::real(int column) const {
  return sqlite3_column_double(statement_, column);
}
std::string_view SqliteRow::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
BytesView SqliteRow::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
Time SqliteRow::time(int column) const {
  return parse_time(text(column)).value_or(Time{});
}
Uuid SqliteRow::uuid(int column) const {
  return Uuid::parse(text(column)).value_or(Uuid{});
}

Status bind_all(sqlite3* db, sqlite3_stmt* statement, Params params) {
  if (sqlite3_bind_parameter_count(statement) != static_cast<int>(params.size()))
    return Status::internal(std::string("wrong number of parameters for: ") +
                            sqlite3_sql(statement));
  for (std::size_t i = 0; i < params.size(); ++i) {
    const int code = std::visit(Binder{statement, static_cast<int>(i) + 1}, params[i]);
    if (code != SQLITE_OK) return sqlite_status(db, code);
  }
  return {};
}

StatementCache::~StatementCache() {
  for (Entry& entry : entries_) sqlite3_finalize(entry.statement);
}

StatementCache::Handle::~Handle() {
  if (kept_ != nullptr) {
    sqlite3_reset(kept_->statement);
    sqlite3_clear_bindings(kept_->statement);
    kept_->in_use = false;
  } else {
    sqlite3_finalize(own_);
  }
}

Result<sqlite3_stmt*> StatementCache::compile(std::string_view text, unsigned flags) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int code =
      sqlite3_prepare_v3(db_, text.data(), static_cast<int>(text.size()), flags, &statement, &tail);
  if (code != SQLITE_OK) return sqlite_status(db_, code).with_detail("in: " + std::string(text));
  if (statement == nullptr ||
      !trim({tail, static_cast<std::size_t>(text.data() + text.size() - tail)}).empty()) {
    sqlite3_finalize(statement);
    return Status::internal("not one statement: " + std::string(text));
  }
  return statement;
}

void StatementCache::drop_oldest() {
  for (auto it = entries_.end(); it != entries_.begin();) {
    --it;
    if (it->in_use) continue;
    by_text_.erase(it->text);
    sqlite3_finalize(it->statement);
    entries_.erase(it);
    return;
  }
}

Result<StatementCache::Handle> StatementCache::prepare(std::string_view text) {
  if (const auto found = by_text_.find(text); found != by_text_.end()) {
    Entry& entry = *found->second;
    if (entry.in_use) {
      MONITORA_ASSIGN(sqlite3_stmt * own, compile(text, 0));
      return Handle(nullptr, own);
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    entry.in_use = true;
    return Handle(&entry, nullptr);
  }
  MONITORA_ASSIGN(sqlite3_stmt * statement, compile(text, SQLITE_PREPARE_PERSISTENT));
  if (entries_.size() >= kKept) drop_oldest();
  entries_.push_front(Entry{std::string(text), statement, true});
  by_text_.emplace(entries_.front().text, entries_.begin());
  return Handle(&entries_.front(), nullptr);
}

}  // namespace monitora::sql

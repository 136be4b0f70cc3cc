// A prepared statement of SQLite and the cache of them. Used by connection.cc only.
#pragma once

#include <sqlite3.h>

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sql/connection.h"

namespace monitora::sql {

// SQLite's result codes → Status. `db` may be null when opening failed for want of memory.
Status sqlite_status(sqlite3* db, int code);

// The row a statement stands on.
class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override;
  BytesView bytes(int column) const override;
  Time time(int column) const override;
  Uuid uuid(int column) const override;

 private:
  sqlite3_stmt* statement_;
};

// Binds every parameter; text and bytes stay the caller's until the statement is reset.
Status bind_all(sqlite3* db, sqlite3_stmt* statement, Params params);

// Keeps the most recently used statements prepared.
class StatementCache {
 public:
  explicit StatementCache(sqlite3* db) : db_(db) {}
  ~StatementCache();
  StatementCache(const StatementCache&) = delete;
  StatementCache& operator=(const StatementCache&) = delete;

  // A statement for one use: reset and given back when the handle goes. A text that is in use (a
  // query inside the rows of the same query) gets a statement of its own.
  struct Entry {
    std::string text;
    sqlite3_stmt* statement = nullptr;
    bool in_use = false;
  };
  class Handle {
   public:
    Handle(Entry* kept, sqlite3_stmt* own) : kept_(kept), own_(own) {}
    Handle(Handle&& other) noexcept
        : kept_(std::exchange(other.kept_, nullptr)), own_(std::exchange(other.own_, nullptr)) {}
    Handle& operator=(Handle&&) = delete;
    ~Handle();
    sqlite3_stmt* get() const { return kept_ != nullptr ? kept_->statement : own_; }

   private:
    Entry* kept_;
    sqlite3_stmt* own_;
  };
  Result<Handle> prepare(std::string_view text);

 private:
  Result<sqlite3_stmt*> compile(std::string_view text, unsigned flags);
  void drop_oldest();

  sqlite3* db_;
  std::list<Entry> entries_;  // the latest used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_text_;
};

}  // namespace monitora::sql

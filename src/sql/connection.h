// The driver interface: what the stores need of a database, and nothing else.
//
// A Connection is used by one thread at a time (Pool hands it out). Statements are constant texts
// with `?` placeholders in the order of `params`; the driver rewrites them if its database wants
// another form, prepares each text once a connection and keeps it. Values are always bound, never
// written into the text. Every call honours Deadline::current() (deadline_exceeded, cancelled).
//
// Errors, the same from every driver:
//   conflict `unique_violation`, `foreign_key_violation`, `check_violation`  (constraint name in
//   detail) unavailable `database_unavailable`   connection broken or refused; not known whether a
//   commit happened unavailable `database_busy`          deadlock victim, serialisation failure,
//   SQLITE_BUSY: safe to run again deadline_exceeded, cancelled, internal (a bug in the statement),
//   corrupted
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/status.h"

namespace monitora::sql {

// One bound value. Text and bytes are borrowed for the call.
using Param = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string_view, BytesView,
                           Time, Uuid>;
using Params = std::span<const Param>;

// Helpers so that stores write p(value) for any of theirs.
inline Param p(std::nullptr_t) {
  return nullptr;
}
inline Param p(bool value) {
  return value;
}
inline Param p(int value) {
  return std::int64_t{value};
}
inline Param p(std::int64_t value) {
  return value;
}
inline Param p(double value) {
  return value;
}
inline Param p(std::string_view value) {
  return value;
}
inline Param p(const std::string& value) {
  return std::string_view(value);
}
inline Param p(const char* value) {
  return std::string_view(value);
}
inline Param p(BytesView value) {
  return value;
}
inline Param p(Time value) {
  return value;
}
inline Param p(const Uuid& value) {
  return value;
}
template <class Tag>
Param p(const Id<Tag>& value) {
  return value.uuid();
}
template <class T>
Param p(const std::optional<T>& value) {
  return value ? p(*value) : Param(nullptr);
}

// The row a query stands on; views are valid until the callback returns. Columns count from 0.
// Asking a NULL for a value gives 0, "", nothing.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  virtual BytesView bytes(int column) const = 0;
  virtual Time time(int column) const = 0;
  virtual Uuid uuid(int column) const = 0;
  bool boolean(int column) const { return integer(column) != 0; }
};

enum class Database { sqlite, sqlserver, postgres };

// The few differences that plain SQL cannot hide.
class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual Database database() const = 0;
  // Appended to an ordered SELECT; its two `?` are limit, then offset, in the order that
  // limit_first() says.
  virtual std::string_view page_clause() const = 0;
  virtual bool limit_first() const = 0;
};

// A large value written into a row by parts. See Connection::insert_blob.
using BlobPart =
    std::function<Result<std::size_t>(std::span<std::uint8_t> buffer)>;  // 0 at the end

class Connection {
 public:
  virtual ~Connection() = default;

  virtual const Dialect& dialect() const = 0;

  // Rows affected.
  virtual Result<std::int64_t> execute(std::string_view statement, Params params) = 0;
  // `each` a row; an error from it ends the query and is returned. Rows come as the database sends
  // them, so `each` may not use this connection (SQLite alone would let it).
  virtual Status query(std::string_view statement, Params params,
                       const std::function<Status(const Row&)>& each) = 0;
  // In a transaction: a statement whose count nobody needs. A driver may send it together with what
  // follows, commit() included, and then its error comes from there.
  virtual Status post(std::string_view statement, Params params) {
    return execute(statement, params).status();
  }
  // Several statements without parameters (a migration). Splits on GO lines where the dialect does.
  virtual Status run_script(std::string_view script) = 0;

  // Transactions do not nest. `write` takes the write lock at once where that avoids deadlocks.
  enum class Mode { read, write };
  virtual Status begin(Mode mode) = 0;
  virtual Status commit() = 0;
  virtual void
  rollback() = 0;  // never fails: a connection that cannot roll back is broken and dropped
  virtual bool in_transaction() const = 0;
  // Nothing more can be done with it: Pool closes it instead of handing it out again.
  virtual bool is_broken() const = 0;
  // Whether the database still is at the other end: a look at the socket that costs nothing, or,
  // with `ask`, a question that waits two seconds at most. One that is not alive is broken.
  virtual bool is_alive(bool /*ask*/) { return !is_broken(); }

  // Many rows into one table, by the fastest way that the server proves to accept. `next` fills the
  // params of one row (views must live until the call after) and answers false at the end. Inside a
  // transaction; answers the count that arrived.
  virtual Result<std::int64_t> insert_many(
      std::string_view table, std::span<const std::string_view> columns,
      const std::function<Result<bool>(std::span<Param> row)>& next) = 0;
  // One row whose column `blob_column` (not in `columns`) of `size` bytes is read from `part`,
  // without a buffer of that size. Inside a transaction.
  virtual Status insert_blob(std::string_view table, std::span<const std::string_view> columns,
                             Params values, std::string_view blob_column, std::int64_t size,
                             const BlobPart& part) = 0;
  // The blob of the one row where `key_column` = `key`, in parts of at most 256 KiB. not_found
  // `row_not_found`.
  virtual Status read_blob(std::string_view table, std::string_view blob_column,
                           std::string_view key_column, Param key,
                           const std::function<Status(BytesView)>& part) = 0;

  // The transaction under way changes what others wait to hear of: Pool tells them after its
  // commit.
  void note_change() { noted_ = true; }
  bool take_noted_change() { return std::exchange(noted_, false); }

  // Convenience on the above.
  Result<std::int64_t> execute(std::string_view statement, std::initializer_list<Param> params) {
    return execute(statement, Params(params.begin(), params.size()));
  }
  Status post(std::string_view statement, std::initializer_list<Param> params) {
    return post(statement, Params(params.begin(), params.size()));
  }
  Status query(std::string_view statement, std::initializer_list<Param> params,
               const std::function<Status(const Row&)>& each) {
    return query(statement, Params(params.begin(), params.size()), each);
  }

 private:
  bool noted_ = false;
};

}  // namespace monitora::sql

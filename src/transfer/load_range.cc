// How LoadWork stores one range of a table.
#include <fmt/format.h>

#include <algorithm>

#include "sql/errors.h"
#include "transfer/load_work.h"

namespace monitora::transfer {
namespace {

using sql::Connection;

constexpr std::int64_t kLargest = 3;  // times range_bytes, in memory

// A rule of the target refuses a row, and the row can be named.
bool refuses_a_row(const Status& status) {
  return status.key() == "unique_violation" || status.key() == "foreign_key_violation" ||
         status.key() == "check_violation" || status.key() == "value_too_large";
}

std::int64_t bytes_of(Row row) {
  std::size_t bytes = 0;
  for (const sql::Param& value : row) {
    if (const auto* text = std::get_if<std::string_view>(&value)) bytes += text->size();
    if (const auto* data = std::get_if<BytesView>(&value)) bytes += data->size();
  }
  return static_cast<std::int64_t>(bytes);
}

std::string place(const LoadRange& range) {
  return fmt::format("{}…{}", range.keys.from ? range.keys.from->to_string() : "",
                     range.keys.to ? range.keys.to->to_string() : "");
}

}  // namespace

Status LoadWork::load_range(const Ranges& table, const LoadRange& range, std::size_t worker,
                            bool resumed) {
  RowArena rows(*table.plan.target, storing());
  bool too_large = false;
  const Status status = read(
      worker, [&] { rows.clear(); },
      [&](Reader& reader) {
        return reader.read(table.plan, {range.keys, {}}, [&](Row row) -> Status {
          MONITORA_TRY(sql::check_deadline());
          too_large = static_cast<std::int64_t>(rows.bytes()) + bytes_of(row) >
                      options_.range_bytes * kLargest;
          if (too_large) return Status::cancelled();
          rows.add(row);
          return {};
        });
      });
  if (too_large) return stream(table, range, worker);
  MONITORA_TRY(status);
  return store(table, range, rows, resumed);
}

Status LoadWork::store(const Ranges& table, const LoadRange& range, const RowArena& rows,
                       bool resumed) {
  const auto number = static_cast<std::int64_t>(rows.rows());
  const auto put = [&](bool making_way) {
    return write([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const bool mine,
                      claim_range(connection, run_, table.plan.target->name, range.number, number));
      if (!mine) return {};
      if (making_way) MONITORA_TRY(table.target.make_way(connection, rows));
      return table.target.insert(connection, rows, 0, rows.rows());
    });
  };
  Status status = put(false);
  if (status.key() == "unique_violation" && resumed) status = put(true);
  if (refuses_a_row(status)) return name_row(table, rows, status);
  MONITORA_TRY(target_error(status, table.plan.target->name, place(range)));
  count(table, number);
  return {};
}

// A range that is too large for the memory: read inside the transaction, a part at a time.
Status LoadWork::stream(const Ranges& table, const LoadRange& range, std::size_t worker) {
  const std::string_view name = table.plan.target->name;
  const bool has_bytes = std::ranges::any_of(
      table.plan.target->columns, [](const Column& column) { return column.kind == Kind::bytes; });
  RowArena rows(*table.plan.target, storing());
  std::int64_t stored = 0;
  std::string large;  // the key of a row that went alone and was refused
  Status by_target, by_source;
  const auto flush = [&](Connection& connection) -> Status {
    by_target = table.target.insert(connection, rows, 0, rows.rows());
    MONITORA_TRY(by_target);
    stored += static_cast<std::int64_t>(rows.rows());
    rows.clear();
    return {};
  };
  const auto each = [&](Connection& connection, Row row) -> Status {
    MONITORA_TRY(sql::check_deadline());
    if (has_bytes && bytes_of(row) > options_.range_bytes) {
      by_target = table.target.insert_large(connection, row);
      if (by_target.ok())
        ++stored;
      else
        large = key_text(*table.plan.target, row);
      return by_target;
    }
    rows.add(row);
    const bool full = static_cast<std::int64_t>(rows.bytes()) >= options_.range_bytes;
    return full ? flush(connection) : Status();
  };
  const auto attempt = [&](Connection& connection, Reader& reader) -> Status {
    rows.clear();
    stored = 0;
    by_target = by_source = {};
    MONITORA_ASSIGN(const bool mine, claim_range(connection, run_, name, range.number, 0));
    if (!mine) return {};
    const Status status =
        reader.read(table.plan, {range.keys, {}}, [&](Row row) { return each(connection, row); });
    if (!status.ok() && by_target.ok()) by_source = status;
    MONITORA_TRY(status);
    MONITORA_TRY(flush(connection));
    return set_row_count(connection, run_, name, range.number, stored);
  };
  Status status;
  const Status seen = read(
      worker, [] {},
      [&](Reader& reader) {
        status = write([&](Connection& connection) { return attempt(connection, reader); });
        return by_source;
      });
  MONITORA_TRY(seen);
  if (refuses_a_row(status) && large.empty()) return name_row(table, rows, status);
  MONITORA_TRY(target_error(status, name, large.empty() ? place(range) : large));
  count(table, stored);
  return {};
}

// Tries the rows one by one, to tell which is refused.
Status LoadWork::name_row(const Ranges& table, const RowArena& rows, const Status& status) {
  const std::string_view name = table.plan.target->name;
  std::string key;
  Status again = status;
  (void)target_.with(Connection::Mode::write, [&](Connection& connection) -> Status {
    MONITORA_TRY(connection.begin(Connection::Mode::write));
    for (std::size_t i = 0; i < rows.rows() && key.empty(); ++i) {
      const Status inserted = table.target.insert(connection, rows, i, 1);
      if (inserted.ok()) continue;
      if (!refuses_a_row(inserted)) break;
      key = key_text(*table.plan.target, rows.row(i));
      again = inserted;
    }
    connection.rollback();
    return {};
  });
  return target_error(again, name, key);
}

}  // namespace monitora::transfer

#include "transfer/load_table.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace monitora::transfer {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;

constexpr std::size_t kKeysAtOnce = 100;  // of one IN: always as many, so that it is prepared once
constexpr std::string_view kMovedPrefix = "moved-";

// What the target holds once only, beside primary keys.
struct Unique {
  std::string_view table;
  std::vector<std::string_view> columns;
  bool has_children = false;  // deleting a row would delete others
};
const std::vector<Unique>& uniques() {
  static const std::vector<Unique> all = {
      {"app_users", {"email"}, true},
      {"workspaces", {"api_key"}, true},
      {"api_keys", {"key_hash"}},
      {"document_chunks", {"document_id", "chunk_index"}},
      {"analytics_daily", {"workspace_id", "date"}},
      {"insights_cache", {"workspace_id"}},
      {"message_topics", {"workspace_id", "topic_name"}},
  };
  return all;
}
const Unique* unique_of(std::string_view table) {
  const auto found = std::ranges::find(uniques(), table, &Unique::table);
  return found == uniques().end() ? nullptr : &*found;
}

std::string join(std::size_t count, std::string_view each, std::string_view between) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += between;
    text += each;
  }
  return text;
}

// "id = ?", "workspace_id = ? AND user_id = ?"
std::string key_condition(const Table& table) {
  std::string text;
  for (int i = 0; i < table.key_columns; ++i)
    text += (i == 0 ? "" : " AND ") + std::string(table.columns[static_cast<std::size_t>(i)].name) +
            " = ?";
  return text;
}

std::size_t column_of(const Table& table, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(table.columns, name, &Column::name) -
                                  table.columns.begin());
}

const BytesView* largest_bytes(const Table& table, Row row, std::size_t& column) {
  for (column = 0; column < table.columns.size(); ++column)
    if (table.columns[column].kind == Kind::bytes)
      if (const auto* bytes = std::get_if<BytesView>(&row[column])) return bytes;
  return nullptr;
}

}  // namespace

TargetTable::TargetTable(const Table& table, sql::Database database)
    : table_(table), database_(database), identity_(table.name == "audit_log") {
  std::string set, names;
  const std::string name(table.name);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string column(table.columns[i].name);
    columns_.push_back(table.columns[i].name);
    names += (i == 0 ? "" : ", ") + column;
    if (i >= static_cast<std::size_t>(table.key_columns))
      set += (set.empty() ? "" : ", ") + column + " = ?";
  }
  const std::string key(columns_.front());
  const std::string places = join(kKeysAtOnce, "?", ", ");
  update_ = "UPDATE " + name + " SET " + set + " WHERE " + key_condition(table);
  insert_ =
      "INSERT INTO " + name + " (" + names + ") VALUES (" + join(columns_.size(), "?", ", ") + ")";
  find_ = "SELECT " + key + " FROM " + name + " WHERE " + key + " IN (" + places + ")";
  remove_ = table.key_columns == 1
                ? "DELETE FROM " + name + " WHERE " + key + " IN (" + places + ")"
                : "DELETE FROM " + name + " WHERE " + key_condition(table);
}

// SQL Server takes the number of a row from elsewhere only when it is told so; one table a session.
Status TargetTable::with_identity(Connection& connection,
                                  const std::function<Status()>& work) const {
  if (!identity_ || database_ != sql::Database::sqlserver) return work();
  const std::string set = "SET IDENTITY_INSERT dbo." + std::string(table_.name);
  MONITORA_TRY(connection.run_script(set + " ON"));
  Status status = work();
  if (connection.in_transaction() && !connection.is_broken()) {
    const Status off = connection.run_script(set + " OFF");
    if (status.ok()) status = off;
  }
  return status;
}

Status TargetTable::insert(Connection& connection, const RowArena& rows, std::size_t first,
                           std::size_t count) const {
  if (count == 0) return {};
  return with_identity(connection, [&]() -> Status {
    std::size_t at = first;
    MONITORA_ASSIGN(
        const std::int64_t arrived,
        connection.insert_many(table_.name, columns_, [&](std::span<Param> to) -> Result<bool> {
          if (at == first + count) return false;
          std::ranges::copy(rows.row(at++), to.begin());
          return true;
        }));
    if (arrived == static_cast<std::int64_t>(count)) return {};
    return Status::internal("of " + std::to_string(count) + " rows " + std::to_string(arrived) +
                            " arrived");
  });
}

Status TargetTable::insert_one(Connection& connection, Row row) const {
  return with_identity(connection, [&] { return connection.execute(insert_, row).status(); });
}

Status TargetTable::insert_large(Connection& connection, Row row) const {
  std::size_t column = 0;
  const BytesView* bytes = largest_bytes(table_, row, column);
  if (bytes == nullptr) return insert_one(connection, row);
  std::vector<std::string_view> names;
  std::vector<Param> values;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i == column) continue;
    names.push_back(columns_[i]);
    values.push_back(row[i]);
  }
  std::size_t at = 0;
  return connection.insert_blob(
      table_.name, names, values, columns_[column], static_cast<std::int64_t>(bytes->size()),
      [&](std::span<std::uint8_t> part) -> Result<std::size_t> {
        const std::size_t count = std::min(part.size(), bytes->size() - at);
        std::memcpy(part.data(), bytes->data() + at, count);
        at += count;
        return count;
      });
}

Status TargetTable::make_way(Connection& connection, Row row) const {
  const Unique* unique = unique_of(table_.name);
  if (unique == nullptr) return {};
  std::vector<Param> params;
  std::string where;
  for (const std::string_view column : unique->columns) {
    const Param& value = row[column_of(table_, column)];
    if (std::holds_alternative<std::nullptr_t>(value)) return {};
    where += std::string(column) + " = ? AND ";
    params.push_back(value);
  }
  where += std::string(columns_.front()) + " <> ?";
  params.push_back(row[0]);
  const std::string name(table_.name);
  std::string moved;
  if (!unique->has_children)
    return connection.execute("DELETE FROM " + name + " WHERE " + where, params).status();
  moved = std::string(kMovedPrefix) + Uuid::random().to_string();
  params.insert(params.begin(), p(moved));
  return connection
      .execute(
          "UPDATE " + name + " SET " + std::string(unique->columns.front()) + " = ? WHERE " + where,
          params)
      .status();
}

Status TargetTable::make_way(Connection& connection, const RowArena& rows) const {
  for (std::size_t i = 0; i < rows.rows(); ++i) MONITORA_TRY(make_way(connection, rows.row(i)));
  return {};
}

Status TargetTable::update(Connection& connection, Row row) const {
  const auto keys = static_cast<std::size_t>(table_.key_columns);
  std::vector<Param> params(row.begin() + static_cast<std::ptrdiff_t>(keys), row.end());
  params.insert(params.end(), row.begin(), row.begin() + static_cast<std::ptrdiff_t>(keys));
  return connection.execute(update_, params).status();
}

Result<std::vector<bool>> TargetTable::which_are_there(Connection& connection,
                                                       const RowArena& rows) const {
  std::vector<bool> there(rows.rows(), false);
  const bool numbers = table_.columns.front().kind == Kind::integer;
  std::vector<Param> keys;
  for (std::size_t first = 0; first < rows.rows(); first += kKeysAtOnce) {
    keys.clear();
    for (std::size_t i = 0; i < kKeysAtOnce; ++i)
      keys.push_back(rows.row(std::min(first + i, rows.rows() - 1))[0]);
    std::set<Uuid> uuids;
    std::set<std::int64_t> integers;
    MONITORA_TRY(connection.query(find_, keys, [&](const sql::Row& row) {
      if (numbers)
        integers.insert(row.integer(0));
      else
        uuids.insert(row.uuid(0));
      return Status();
    }));
    for (std::size_t i = first; i < std::min(first + kKeysAtOnce, rows.rows()); ++i) {
      const Param& key = rows.row(i)[0];
      there[i] = numbers ? integers.contains(std::get<std::int64_t>(key))
                         : uuids.contains(std::get<Uuid>(key));
    }
  }
  return there;
}

Status TargetTable::upsert(Connection& connection, const RowArena& rows, bool making_way) const {
  if (table_.key_columns > 1) {  // the key's own spelling may have changed: MARIE@ to marie@
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      const Row row = rows.row(i);
      MONITORA_TRY(
          connection.execute(remove_, row.first(static_cast<std::size_t>(table_.key_columns)))
              .status());
      MONITORA_TRY(insert_one(connection, row));
    }
    return {};
  }
  if (making_way) MONITORA_TRY(make_way(connection, rows));
  MONITORA_ASSIGN(const std::vector<bool> there, which_are_there(connection, rows));
  // Runs of new rows go in bulk; what was there is updated first, since a new row may take the
  // place that one of them has given up.
  for (std::size_t i = 0; i < rows.rows() && !only_grows(); ++i)
    if (there[i]) MONITORA_TRY(update(connection, rows.row(i)));
  for (std::size_t i = 0; i < rows.rows();) {
    std::size_t end = i;
    while (end < rows.rows() && !there[end]) ++end;
    MONITORA_TRY(insert(connection, rows, i, end - i));
    i = end + 1;
  }
  return {};
}

Status TargetTable::remove(Connection& connection, std::span<const Param> keys) const {
  const auto parts = static_cast<std::size_t>(table_.key_columns);
  if (parts > 1) {
    for (std::size_t i = 0; i + parts <= keys.size(); i += parts)
      MONITORA_TRY(connection.execute(remove_, keys.subspan(i, parts)).status());
    return {};
  }
  std::vector<Param> some;
  for (std::size_t first = 0; first < keys.size(); first += kKeysAtOnce) {
    some.clear();
    for (std::size_t i = 0; i < kKeysAtOnce; ++i)
      some.push_back(keys[std::min(first + i, keys.size() - 1)]);
    MONITORA_TRY(connection.execute(remove_, some).status());
  }
  return {};
}

Status TargetTable::each_key(Connection& connection, const KeyRange& range,
                             const std::function<Status(const sql::Row&)>& each) const {
  std::string text, where;
  for (int i = 0; i < table_.key_columns; ++i)
    text += (i == 0 ? "SELECT " : ", ") + std::string(columns_[static_cast<std::size_t>(i)]);
  text += " FROM " + std::string(table_.name);
  std::vector<Param> params;
  // SQL Server orders ids in its own way, by their last bytes first.
  if (database_ != sql::Database::sqlserver) {
    const std::string key(columns_.front());
    if (range.from) {
      where += " WHERE " + key + " >= ?";
      params.push_back(p(*range.from));
    }
    if (range.to) {
      where += (where.empty() ? " WHERE " : " AND ") + key + " < ?";
      params.push_back(p(*range.to));
    }
  }
  return connection.query(text + where, params, each);
}

Result<std::int64_t> TargetTable::count(Connection& connection) const {
  std::int64_t rows = 0;
  MONITORA_TRY(connection.query("SELECT COUNT(*) FROM " + std::string(table_.name), {},
                                [&](const sql::Row& row) {
                                  rows = row.integer(0);
                                  return Status();
                                }));
  return rows;
}

Result<std::int64_t> TargetTable::count_moved(Connection& connection) const {
  const Unique* unique = unique_of(table_.name);
  std::int64_t rows = 0;
  if (unique == nullptr || !unique->has_children) return rows;
  const std::string column(unique->columns.front());
  MONITORA_TRY(connection.query("SELECT " + column + " FROM " + std::string(table_.name) +
                                    " WHERE SUBSTRING(" + column + ", 1, 6) = ?",
                                {p(kMovedPrefix)}, [&](const sql::Row& row) {
                                  const std::string_view value = row.text(0);
                                  if (value.starts_with(kMovedPrefix) &&
                                      Uuid::parse(value.substr(kMovedPrefix.size())))
                                    ++rows;
                                  return Status();
                                }));
  return rows;
}

}  // namespace monitora::transfer

#include "transfer/validate_target.h"

#include <boost/json.hpp>

#include <cstring>

#include "sql/quoted.h"
#include "transfer/compare_shown.h"
#include "transfer/validate_source.h"

namespace monitora::transfer {
namespace {

constexpr std::size_t kKeysAtOnce = 100;  // in one statement

std::string columns(const Table& table, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += (i == 0 ? "" : ", ") + sql::quoted(table.columns[i].name);
  return out;
}

// What a key's cell is bound as.
sql::Param parameter(Kind kind, const Cell& cell) {
  if (kind == Kind::uuid) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), cell.value.data(), std::min(cell.value.size(), bytes.size()));
    return Uuid(bytes);
  }
  if (kind == Kind::integer) return cell.integer();
  return cell.value;
}

}  // namespace

std::optional<std::string> plain_json(std::string_view text) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  if (error) return std::nullopt;
  return boost::json::serialize(value);
}

TargetRows::TargetRows(const ExpectedTable& table, sql::Connection& connection)
    : table_(table), connection_(connection), database_(connection.dialect().database()) {
  const Table& target = *table.target;
  const std::string from =
      " FROM " + (table.target_from.empty() ? std::string(target.name) : table.target_from);
  select_ = "SELECT " + columns(target, target.columns.size()) + from;
  select_keys_ = "SELECT " + columns(target, static_cast<std::size_t>(target.key_columns)) + from;
}

Status TargetRows::all(const Each& each) {
  return connection_.query(
      select_, {}, [&](const sql::Row& found) { return each(row(found, table_.columns.size())); });
}

Status TargetRows::keys(const Each& each) {
  const auto count = static_cast<std::size_t>(table_.target->key_columns);
  return connection_.query(select_keys_, {},
                           [&](const sql::Row& found) { return each(row(found, count)); });
}

Status TargetRows::of(std::span<const std::string> canonical_keys, const Each& each) {
  while (!canonical_keys.empty()) {
    const std::size_t count = std::min(canonical_keys.size(), kKeysAtOnce);
    MONITORA_TRY(some_of(canonical_keys.first(count), each));
    canonical_keys = canonical_keys.subspan(count);
  }
  return {};
}

Status TargetRows::some_of(std::span<const std::string> canonical_keys, const Each& each) {
  const Table& target = *table_.target;
  // x IN (?, ?) or, for a key of two columns, (x = ? AND y = ?) OR (x = ? AND y = ?).
  const bool one_column = target.key_columns == 1;
  std::string where = one_column ? sql::quoted(target.columns[0].name) + " IN (" : "";
  std::vector<sql::Param> params;
  for (std::size_t k = 0; k < canonical_keys.size(); ++k) {
    if (k > 0) where += one_column ? ", " : " OR ";
    std::string one;
    std::size_t column = 0;
    for (const Cell& cell : key_cells(target, canonical_keys[k])) {
      const Column& of = target.columns[column++];
      one += (one.empty() ? "" : " AND ") + sql::quoted(of.name) + " = ?";
      params.push_back(parameter(of.kind, cell));
    }
    where += one_column ? "?" : "(" + one + ")";
  }
  if (one_column) where += ")";
  return connection_.query(
      select_ + " WHERE " + where, sql::Params(params),
      [&](const sql::Row& found) { return each(row(found, table_.columns.size())); });
}

const CanonicalRow& TargetRows::row(const sql::Row& found, std::size_t count) {
  row_.clear();
  for (std::size_t i = 0; i < count; ++i) add(i, found);
  return row_;
}

void TargetRows::add(std::size_t i, const sql::Row& row) {
  const int column = static_cast<int>(i);
  row_.aside(i > 0 && !table_.is_compared(i, row_.cell(0).value));
  if (row.is_null(column)) return row_.null();
  const bool written = database_ == sql::Database::sqlite;  // ids and times are texts there
  switch (table_.target->columns[i].kind) {
    case Kind::uuid:
      if (!written) return row_.uuid(row.uuid(column).bytes());
      if (const auto id = parse_uuid(row.text(column), false)) return row_.uuid(*id);
      return row_.raw(row.text(column));
    case Kind::time:
      if (!written) return row_.integer(row.time(column).time_since_epoch().count());
      if (const auto micros = parse_micros(row.text(column))) return row_.integer(*micros);
      return row_.raw(row.text(column));
    case Kind::integer:
      return row_.integer(row.integer(column));
    case Kind::boolean:
      return row_.integer(row.integer(column));
    case Kind::real:
      return row_.real(row.real(column));
    case Kind::json:
      if (table_.columns[i].form == Form::list) {
        const std::optional<std::string> list = plain_json(row.text(column));
        return list ? row_.sized(*list) : row_.raw(row.text(column));
      }
      return row_.sized(row.text(column));
    case Kind::text:
    case Kind::date:
      return row_.sized(row.text(column));
    case Kind::bytes:
    case Kind::vector: {
      const BytesView bytes = row.bytes(column);
      return row_.sized({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
  }
}

}  // namespace monitora::transfer

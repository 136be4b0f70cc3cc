#include "transfer/postgres_source_sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "transfer/copy_numbers.h"
#include "transfer/copy_reader.h"

namespace monitora::transfer {
namespace {

// Keys are first counted by their first twelve bits, which needs no sort.
constexpr int kBuckets = 4096;

// Where the keys of a bucket begin.
Uuid bucket_begin(int bucket) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[0] = static_cast<std::uint8_t>(bucket >> 4);
  bytes[1] = static_cast<std::uint8_t>((bucket & 0xF) << 4);
  return Uuid(bytes);
}

// About what a row takes in memory, found without reading values that are stored apart.
std::string size_of(const TablePlan& table, const std::vector<Wire>& wires) {
  std::string sum = std::to_string(16 * wires.size());
  for (std::size_t i = 0; i < wires.size(); ++i) {
    const std::string& sql = table.columns[i].expression;
    if (wires[i] == Wire::text || wires[i] == Wire::bytea)
      sum += fmt::format(" + coalesce(octet_length({}), 0)", sql);
    else if (wires[i] == Wire::json || wires[i] == Wire::jsonb)
      sum += fmt::format(" + coalesce(pg_column_size({}) * 2, 0)", sql);  // often compressed
    else if (wires[i] >= Wire::real_array)
      sum += fmt::format(" + coalesce(pg_column_size({}), 0)", sql);
  }
  return "(" + sum + ")::bigint";
}

// Ranges as they grow, from keys in order.
class Cutter {
 public:
  explicit Cutter(std::int64_t bytes) : bytes_(bytes) { ranges_.emplace_back(); }

  // `rows` whose first key is `begin` or later, up to the next part.
  void add(const Uuid& begin, std::int64_t rows, std::int64_t size) {
    if (filled_ > 0 && filled_ + size > bytes_) {
      ranges_.back().to = begin;
      ranges_.push_back({begin, {}, 0});
      filled_ = 0;
    }
    ranges_.back().rows += rows;
    filled_ += size;
  }
  std::vector<KeyRange> take() { return std::move(ranges_); }

 private:
  std::int64_t bytes_;
  std::int64_t filled_ = 0;
  std::vector<KeyRange> ranges_;
};

std::int64_t number(const PGresult* result, int row, int column) {
  const std::string_view text = field_text(result, row, column);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string select_of(const TablePlan& table, std::size_t columns) {
  std::string out = "SELECT ";
  for (std::size_t i = 0; i < columns; ++i)
    out += (i > 0 ? ", " : "") + table.columns[i].expression;
  return out + " FROM " + table.from;
}

std::string where_of(const TablePlan& table, const Selection& selection) {
  const std::string& key = table.columns.front().expression;
  std::string out;
  const auto add = [&](const std::string& condition) {
    out += (out.empty() ? " WHERE " : " AND ") + condition;
  };
  if (selection.range.from)
    add(fmt::format("{} >= '{}'::uuid", key, selection.range.from->to_string()));
  if (selection.range.to) add(fmt::format("{} < '{}'::uuid", key, selection.range.to->to_string()));
  if (!selection.changed_since.empty() && !table.aliases.empty()) {
    std::string changed;
    for (const std::string& alias : table.aliases)
      changed += fmt::format("{}age({}.xmin) <= age('{}'::xid)", changed.empty() ? "" : " OR ",
                             alias, selection.changed_since);
    add("(" + changed + ")");
  }
  if (!selection.keys.empty()) {
    std::string keys;
    for (const Uuid& each : selection.keys) keys += (keys.empty() ? "" : ",") + each.to_string();
    add(fmt::format("{} = ANY ('{{{}}}'::uuid[])", key, keys));
  }
  return out;
}

Result<std::vector<Wire>> wires_of(SourceConnection& connection, const std::string& select) {
  MONITORA_ASSIGN(const SourceResult described, connection.describe(select));
  const int columns = PQnfields(described.get());
  std::string types;
  for (int i = 0; i < columns; ++i)
    types += (i > 0 ? "," : "") + std::to_string(PQftype(described.get(), i));
  MONITORA_ASSIGN(
      const SourceResult named,
      connection.query(fmt::format("SELECT oid, CASE typtype WHEN 'e' THEN 'enum' ELSE typname END "
                                   "FROM pg_type WHERE oid IN ({})",
                                   types)));
  std::map<std::int64_t, Wire> wires;
  for (int row = 0; row < PQntuples(named.get()); ++row)
    wires[number(named.get(), row, 0)] = wire_of(field_text(named.get(), row, 1));
  std::vector<Wire> out;
  for (int i = 0; i < columns; ++i) out.push_back(wires[PQftype(described.get(), i)]);
  return out;
}

Result<std::vector<KeyRange>> cut_ranges(SourceConnection& connection, const TablePlan& table,
                                         std::int64_t bytes) {
  MONITORA_ASSIGN(const std::vector<Wire> wires,
                  wires_of(connection, select_of(table, table.columns.size())));
  if (table.target->key_columns != 1 || wires.front() != Wire::uuid)
    return std::vector<KeyRange>{{{}, {}, table.rows}};
  const std::string& key = table.columns.front().expression;
  const std::string size = size_of(table, wires);
  MONITORA_ASSIGN(const SourceResult buckets,
                  connection.query(fmt::format(
                      "SELECT bucket, count(*), sum(size)::bigint FROM (SELECT "
                      "(get_byte(uuid_send({0}), 0) << 4) "
                      "| (get_byte(uuid_send({0}), 1) >> 4) AS bucket, {1} AS size FROM {2}) q "
                      "GROUP BY bucket ORDER BY bucket",
                      key, size, table.from)));
  Cutter cutter(bytes);
  for (int row = 0; row < PQntuples(buckets.get()); ++row) {
    const auto bucket = static_cast<int>(number(buckets.get(), row, 0));
    const std::int64_t rows = number(buckets.get(), row, 1);
    const std::int64_t total = number(buckets.get(), row, 2);
    if (total <= bytes || rows == 1) {
      cutter.add(bucket_begin(bucket), rows, total);
      continue;
    }
    // Too many in one bucket (keys in order of time, large rows): cut between rows.
    Selection part{{bucket_begin(bucket), {}, 0}, {}};
    if (bucket + 1 < kBuckets) part.range.to = bucket_begin(bucket + 1);
    CopyStream stream(2);
    const auto add = [&](std::span<const CopyField> fields) {
      std::array<std::uint8_t, 16> id{};
      std::ranges::copy(as_bytes(fields[0].bytes).first(16), id.begin());
      cutter.add(Uuid(id), 1, big_endian<std::int64_t>(fields[1].bytes.data()));
      return Status();
    };
    MONITORA_TRY(
        connection.copy_out(fmt::format("SELECT {}, {} FROM {}{} ORDER BY 1", key, size, table.from,
                                        where_of(table, part)),
                            [&](std::string_view message) { return stream.feed(message, add); }));
    MONITORA_TRY(stream.finish());
  }
  return cutter.take();
}

}  // namespace monitora::transfer

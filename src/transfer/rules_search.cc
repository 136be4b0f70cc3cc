#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "transfer/copy_reader.h"
#include "transfer/postgres_source_sql.h"
#include "transfer/rules.h"

namespace monitora::transfer {
namespace {

class Search {
 public:
  Search(SourceConnection& connection, const Plan& plan, sql::Database target)
      : connection_(connection), plan_(plan), target_(target) {}

  Result<std::vector<Refusal>> run() {
    for (const TablePlan& table : plan_.tables) MONITORA_TRY(read_rows(table));
    for (const TablePlan& table : plan_.tables) MONITORA_TRY(find_duplicate_keys(table));
    for (const UniqueRule& unique : uniques()) MONITORA_TRY(find_duplicates(unique));
    for (const ForeignKeyRule& key : foreign_keys()) MONITORA_TRY(find_orphans(key));
    return counter_.take();
  }

 private:
  const TablePlan* find(std::string_view table) const {
    const auto found = std::ranges::find_if(
        plan_.tables, [&](const TablePlan& each) { return each.target->name == table; });
    return found == plan_.tables.end() ? nullptr : &*found;
  }
  static const ColumnPlan& column(const TablePlan& table, std::string_view name) {
    return *std::ranges::find_if(table.columns,
                                 [&](const ColumnPlan& each) { return each.target->name == name; });
  }
  // The key as a person writes it.
  static std::string key_text(const TablePlan& table) {
    std::string out = table.columns[0].expression + "::text";
    for (int i = 1; i < table.target->key_columns; ++i)
      out += " || ', ' || " + table.columns[static_cast<std::size_t>(i)].expression + "::text";
    return out;
  }

  // Every rule that concerns one row, by reading them as a load does.
  Status read_rows(const TablePlan& table) {
    const std::string select = select_of(table, table.columns.size());
    MONITORA_ASSIGN(std::vector<Wire> wires, wires_of(connection_, select));
    RowReader rows(*table.target, std::move(wires));
    CopyStream stream(table.columns.size());
    const auto read = [&](std::span<const CopyField> fields) {
      const Row row = rows.read(fields);
      for (const RefusedValue& refused : rows.refused())
        counter_.add(*table.target, *refused.column, refused.rule, rows.key());
      if (target_ == sql::Database::sqlserver) find_scalars(table, row, rows);
      return Status();
    };
    MONITORA_TRY(connection_.copy_out(
        select, [&](std::string_view message) { return stream.feed(message, read); }));
    return stream.finish();
  }

  // ISJSON says no to them.
  void find_scalars(const TablePlan& table, Row row, const RowReader& rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Column& column = table.target->columns[i];
      const auto* text = std::get_if<std::string_view>(&row[i]);
      if (column.kind != Kind::json || text == nullptr) continue;
      const std::size_t begin = text->find_first_not_of(" \t\r\n");
      if (begin == text->npos || ((*text)[begin] != '{' && (*text)[begin] != '['))
        counter_.add(*table.target, column, rule::json_scalar, rows.key());
    }
  }

  // Counts all rows that `query` (key, how many in all) finds; it is cut after some.
  Status count(const TablePlan& table, const Column& target, Rule rule, const std::string& query) {
    MONITORA_ASSIGN(const SourceResult found, connection_.query(query));
    for (int row = 0; row < PQntuples(found.get()); ++row) {
      std::int64_t rows = row == 0 ? 0 : 1;
      const std::string_view all = field_text(found.get(), row, 1);
      if (row == 0) std::from_chars(all.data(), all.data() + all.size(), rows);
      counter_.add(*table.target, target, rule, field_text(found.get(), row, 0),
                   row == 0 ? rows : 0);
    }
    return {};
  }

  Status find_same(const TablePlan& table, const Column& target, const std::string& values,
                   const std::string& present) {
    return count(table, target, rule::duplicate,
                 fmt::format("SELECT id, count(*) OVER () FROM (SELECT {} AS id, count(*) OVER "
                             "(PARTITION BY {}) AS same FROM {} WHERE {}) q WHERE same > 1 ORDER "
                             "BY id LIMIT 20",
                             key_text(table), values, table.from, present));
  }

  // Where nothing at the source says that the target's key is one.
  Status find_duplicate_keys(const TablePlan& table) {
    if (table.key_is_unique) return {};
    std::string values;
    for (int i = 0; i < table.target->key_columns; ++i)
      values += (i > 0 ? ", " : "") + table.columns[static_cast<std::size_t>(i)].expression;
    return find_same(table, *table.columns[0].target, values, "true");
  }

  Status find_duplicates(const UniqueRule& unique) {
    const TablePlan* table = find(unique.table);
    if (table == nullptr) return {};
    std::string values, present;
    for (std::string_view name : unique.columns) {
      const ColumnPlan& each = column(*table, name);
      const bool folded = unique.fold && each.target->kind == Kind::text;
      const std::string sql =
          folded ? fmt::format("lower({}::text)", each.expression) : each.expression;
      values += (values.empty() ? "" : ", ") + sql;
      present += (present.empty() ? "" : " AND ") + sql + " IS NOT NULL";
    }
    return find_same(*table, *column(*table, unique.columns.back()).target, values, present);
  }

  Status find_orphans(const ForeignKeyRule& key) {
    const TablePlan* child = find(key.table);
    const TablePlan* parent = find(key.parent);
    if (child == nullptr) return {};
    const ColumnPlan& from = column(*child, key.column);
    std::string reference = from.expression;
    std::string missing = "true";
    if (parent != nullptr) {
      std::string to = parent->columns[0].expression;
      MONITORA_ASSIGN(const std::vector<Wire> wires,
                      wires_of(connection_, "SELECT " + reference + " FROM " + child->from));
      MONITORA_ASSIGN(const std::vector<Wire> parent_wires,
                      wires_of(connection_, "SELECT " + to + " FROM " + parent->from));
      if (wires[0] != Wire::uuid || parent_wires[0] != Wire::uuid) {
        reference = fmt::format("lower({}::text)", reference);
        to = fmt::format("lower({}::text)", to);
      }
      missing = fmt::format(
          "NOT EXISTS (SELECT FROM (SELECT {} AS id FROM {}) parent WHERE "
          "parent.id = child.reference)",
          to, parent->from);
    }
    return count(*child, *from.target, rule::orphan,
                 fmt::format("SELECT id, count(*) OVER () FROM (SELECT {} AS id, {} AS reference "
                             "FROM {}) child WHERE reference IS NOT NULL AND {} ORDER BY id LIMIT "
                             "20",
                             key_text(*child), reference, child->from, missing));
  }

  SourceConnection& connection_;
  const Plan& plan_;
  const sql::Database target_;
  RefusalCounter counter_;
};

}  // namespace

Result<std::vector<Refusal>> find_refusals(SourceConnection& connection, const Plan& plan,
                                           sql::Database target) {
  return Search(connection, plan, target).run();
}

}  // namespace monitora::transfer

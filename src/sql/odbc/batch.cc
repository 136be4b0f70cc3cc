#include "sql/odbc/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "sql/odbc/statement_text.h"

namespace monitora::sql::odbc {
namespace {

// Fewer rows are sent as they are: one text for them all, which is prepared once.
constexpr std::size_t kWorthIt = 10;

// As the database would keep them: 0 and -0 differ.
bool same(const Param& a, const Param& b) {
  if (a.index() != b.index()) return false;
  if (const auto* real = std::get_if<double>(&a))
    return std::bit_cast<std::uint64_t>(*real) == std::bit_cast<std::uint64_t>(std::get<double>(b));
  if (const auto* bytes = std::get_if<BytesView>(&a))
    return std::ranges::equal(*bytes, std::get<BytesView>(b));
  return std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, BytesView>) {
          return false;
        } else {
          return value == std::get<T>(b);
        }
      },
      a);
}

}  // namespace

RowBatch::RowBatch(std::string_view table, std::span<const std::string_view> names,
                   std::vector<ParamKind> null_kinds)
    : table_(bracketed(table)), null_kinds_(std::move(null_kinds)) {
  for (const std::string_view name : names) names_.push_back(bracketed(name));
}

void RowBatch::add(std::span<const Param> row) {
  for (const Param& value : row) {
    bytes_ += sizeof value;
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      texts_.emplace_back(*text);
      values_.emplace_back(std::string_view(texts_.back()));
      bytes_ += text->size();
    } else if (const auto* bytes = std::get_if<BytesView>(&value)) {
      texts_.emplace_back(reinterpret_cast<const char*>(bytes->data()), bytes->size());
      values_.emplace_back(as_bytes(texts_.back()));
      bytes_ += bytes->size();
    } else {
      values_.push_back(value);
    }
  }
}

void RowBatch::clear() {
  values_.clear();
  texts_.clear();
  bytes_ = 0;
}

std::vector<bool> RowBatch::common() const {
  std::vector<bool> common(columns(), rows() >= kWorthIt);
  bool all = true;
  for (std::size_t column = 0; column < columns(); ++column) {
    for (std::size_t i = column + columns(); i < values_.size() && common[column]; i += columns())
      common[column] = same(values_[i], values_[column]);
    all = all && common[column];
  }
  if (all) common[0] = false;
  return common;
}

RowBatch::Statement RowBatch::statement(std::size_t first, std::size_t count,
                                        const std::vector<bool>& common, DriverKind driver) const {
  Statement made;
  std::string wanted, own, row, once;
  for (std::size_t column = 0; column < columns(); ++column) {
    const std::string& name = names_[column];
    const auto listed = [](std::string& list, const std::string& item) {
      list += (list.empty() ? "" : ",") + item;
    };
    listed(wanted, name);
    if (common[column]) {
      listed(once, "? AS " + name);
    } else {
      listed(own, name);
      listed(row, "?");
    }
  }
  std::string rows;
  for (std::size_t i = 0; i < count; ++i) rows += (i == 0 ? "(" : ",(") + row + ')';
  made.text = once.empty() ? fmt::format("INSERT INTO {} ({}) VALUES {}", table_, wanted, rows)
                           : fmt::format(
                                 "INSERT INTO {0} ({1}) SELECT {1} FROM (VALUES {2}) AS own ({3}) "
                                 "CROSS JOIN (SELECT {4}) AS common",
                                 table_, wanted, rows, own, once);

  std::string kinds = this->kinds(first, count, driver);
  for (std::size_t i = 0; i < count * columns(); ++i) {
    if (common[i % columns()]) continue;
    made.values.push_back(values_[first * columns() + i]);
    made.kinds += kinds[i];
  }
  for (std::size_t column = 0; column < columns(); ++column) {
    if (!common[column]) continue;
    made.values.push_back(values_[first * columns() + column]);
    made.kinds += kinds[column];
  }
  return made;
}

std::string RowBatch::kinds(std::size_t first, std::size_t count, DriverKind driver) const {
  const Params params = Params(values_).subspan(first * columns(), count * columns());
  std::string kinds(params.size(), '\0');
  std::vector<ParamKind> long_kinds(columns(), ParamKind::null);
  for (std::size_t i = 0; i < params.size(); ++i) {
    const std::size_t column = i % columns();
    ParamKind kind = kind_of(params[i], driver);
    if (kind == ParamKind::null) kind = null_kinds_[column];
    if (kind == ParamKind::long_text || kind == ParamKind::long_bytes) long_kinds[column] = kind;
    kinds[i] = static_cast<char>(kind);
  }
  for (std::size_t i = 0; i < params.size(); ++i) {
    const ParamKind kind = long_kinds[i % columns()];
    if (kinds[i] == static_cast<char>(short_kind(kind))) kinds[i] = static_cast<char>(kind);
  }
  return kinds;
}

}  // namespace monitora::sql::odbc

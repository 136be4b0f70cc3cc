#include "sql/odbc/batch.h"

#include <fmt/format.h>

#include "sql/odbc/statement_text.h"

namespace monitora::sql::odbc {

RowBatch::RowBatch(std::string_view table, std::span<const std::string_view> names,
                   std::vector<ParamKind> null_kinds)
    : table_(bracketed(table)), null_kinds_(std::move(null_kinds)) {
  for (const std::string_view name : names) names_ += (names_.empty() ? "" : ",") + bracketed(name);
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

std::string RowBatch::text(std::size_t count) const {
  std::string row;
  for (std::size_t i = 0; i < columns(); ++i) row += i == 0 ? "(?" : ",?";
  row += ')';
  std::string rows;
  for (std::size_t i = 0; i < count; ++i) rows += (i == 0 ? "" : ",") + row;
  return fmt::format("INSERT INTO {} ({}) VALUES {}", table_, names_, rows);
}

Params RowBatch::values(std::size_t first, std::size_t count) const {
  return Params(values_).subspan(first * columns(), count * columns());
}

std::string RowBatch::kinds(std::size_t first, std::size_t count, DriverKind driver) const {
  const Params params = values(first, count);
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

#include "transfer/load_rows.h"

#include <cstring>

namespace monitora::transfer {
namespace {

constexpr std::size_t kBlock = 1024 * 1024;
constexpr std::size_t kLarge = kBlock / 4;  // has memory of its own, which clear() gives back

}  // namespace

RowArena::RowArena(const Table& table, const Storing& storing)
    : storing_(storing), columns_(table.columns.size()), changes_(columns_, Change::none) {
  for (std::size_t i = 0; i < columns_; ++i) {
    const Column& column = table.columns[i];
    const bool of_vector = column.kind == Kind::vector || column.name == "embedding_model" ||
                           column.name == "embedding_id";
    if (column.kind == Kind::vector) vector_ = i;
    if (of_vector && !storing.keep_vectors) changes_[i] = Change::drop;
    if (column.name == "embedding_model" && storing.keep_vectors) changes_[i] = Change::model;
    // The binary form of a date, which PostgreSQL's COPY wants, is made of a time.
    if (column.kind == Kind::date && storing.database == sql::Database::postgres)
      changes_[i] = Change::date;
  }
}

std::string_view RowArena::keep(std::string_view bytes) {
  if (bytes.empty()) return {"", 0};
  bytes_ += bytes.size();
  if (bytes.size() >= kLarge) {
    large_.push_back(std::make_unique_for_overwrite<char[]>(bytes.size()));
    std::memcpy(large_.back().get(), bytes.data(), bytes.size());
    return {large_.back().get(), bytes.size()};
  }
  if (blocks_.empty() || used_ + bytes.size() > kBlock) {
    if (!blocks_.empty()) ++block_;
    if (block_ == blocks_.size()) blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlock));
    used_ = 0;
  }
  char* at = blocks_[block_].get() + used_;
  std::memcpy(at, bytes.data(), bytes.size());
  used_ += bytes.size();
  return {at, bytes.size()};
}

void RowArena::add(Row row) {
  for (std::size_t i = 0; i < columns_; ++i) {
    const sql::Param& value = row[i];
    if (changes_[i] == Change::drop) {
      cells_.emplace_back(nullptr);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      if (changes_[i] == Change::date) {
        const auto day = parse_time(std::string(*text) + "T00:00:00Z");
        cells_.push_back(day ? sql::Param(*day) : sql::Param(keep(*text)));
      } else {
        cells_.emplace_back(keep(*text));
      }
    } else if (const auto* bytes = std::get_if<BytesView>(&value)) {
      cells_.emplace_back(
          as_bytes(keep({reinterpret_cast<const char*>(bytes->data()), bytes->size()})));
    } else {
      cells_.push_back(value);
    }
  }
  for (std::size_t i = 0; i < columns_; ++i) {
    const std::size_t cell = cells_.size() - columns_ + i;
    if (changes_[i] == Change::model && std::holds_alternative<std::nullptr_t>(cells_[cell]) &&
        !std::holds_alternative<std::nullptr_t>(row[vector_]) && !storing_.embedding_model.empty())
      cells_[cell] = storing_.embedding_model;
  }
}

void RowArena::clear() {
  cells_.clear();
  large_.clear();
  block_ = used_ = bytes_ = 0;
}

std::string key_text(const Table& table, Row row) {
  std::string text;
  for (int i = 0; i < table.key_columns; ++i) {
    if (i > 0) text += " + ";
    const sql::Param& value = row[static_cast<std::size_t>(i)];
    if (const auto* uuid = std::get_if<Uuid>(&value)) text += uuid->to_string();
    if (const auto* number = std::get_if<std::int64_t>(&value)) text += std::to_string(*number);
    if (const auto* string = std::get_if<std::string_view>(&value)) text += *string;
  }
  return text;
}

}  // namespace monitora::transfer

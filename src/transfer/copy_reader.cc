#include "transfer/copy_reader.h"

#include <fmt/format.h>

#include "transfer/copy_numbers.h"

namespace monitora::transfer {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
constexpr std::size_t kHeader = 19;  // with flags and the length of an extension, both zero

Status not_copy() {
  return Status::internal("the source's stream is not COPY's binary format");
}

}  // namespace

CopyStream::Step CopyStream::next(std::string_view& bytes) {
  if (!begun_) {
    if (bytes.size() < kHeader) return Step::more;
    if (!bytes.starts_with(kSignature) || big_endian<std::int32_t>(bytes.data() + 15) != 0)
      return Step::wrong;
    bytes.remove_prefix(kHeader);
    begun_ = true;
  }
  if (bytes.size() < 2) return Step::more;
  const auto count = big_endian<std::int16_t>(bytes.data());
  if (count == -1) {
    bytes.remove_prefix(2);
    ended_ = true;
    return Step::end;
  }
  if (count < 0 || static_cast<std::size_t>(count) != fields_.size()) return Step::wrong;
  std::size_t at = 2;
  for (CopyField& field : fields_) {
    if (bytes.size() - at < 4) return Step::more;
    const auto length = big_endian<std::int32_t>(bytes.data() + at);
    at += 4;
    field = {{}, length == -1};
    if (field.null) continue;
    if (length < 0) return Step::wrong;
    if (bytes.size() - at < static_cast<std::size_t>(length)) return Step::more;
    field.bytes = bytes.substr(at, static_cast<std::size_t>(length));
    at += static_cast<std::size_t>(length);
  }
  bytes.remove_prefix(at);
  return Step::row;
}

Status CopyStream::feed(std::string_view message, const EachFields& each) {
  std::string joined;
  if (!rest_.empty()) {
    joined = std::move(rest_) + std::string(message);
    message = joined;
    rest_.clear();
  }
  for (;;) {
    if (ended_) return message.empty() ? Status() : not_copy();
    if (message.empty()) return {};
    switch (next(message)) {
      case Step::row:
        MONITORA_TRY(each(fields_));
        break;
      case Step::more:
        rest_ = message;
        return {};
      case Step::wrong:
        return not_copy();
      case Step::end:
        break;
    }
  }
}

Status CopyStream::finish() const {
  return ended_ ? Status() : not_copy();
}

RowReader::RowReader(const Table& table, std::vector<Wire> wires)
    : table_(table), wires_(std::move(wires)), scratch_(wires_.size()), values_(wires_.size()) {
  for (const Column& column : table.columns.first(wires_.size()))
    checks_.push_back(find_check(table.name, column.name));
}

Row RowReader::read(std::span<const CopyField> fields) {
  refused_.clear();
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const Column& column = table_.columns[i];
    sql::Param& value = values_[i];
    Rule rule = rule::none;
    if (fields[i].null) {
      value = nullptr;
      if (column.required) rule = rule::required;
    } else {
      rule = read_value(column, wires_[i], fields[i].bytes, scratch_[i], value);
      if (!rule.empty()) value = nullptr;
      if (rule.empty() && checks_[i] != nullptr && !passes(*checks_[i], value))
        rule = checks_[i]->name;
    }
    if (!rule.empty()) refused_.push_back({&column, rule});
  }
  return values_;
}

std::string RowReader::key() const {
  std::string out;
  for (int i = 0; i < table_.key_columns; ++i) {
    const sql::Param& value = values_[static_cast<std::size_t>(i)];
    if (i > 0) out += ", ";
    if (const auto* uuid = std::get_if<Uuid>(&value)) out += uuid->to_string();
    if (const auto* text = std::get_if<std::string_view>(&value)) out += *text;
    if (const auto* number = std::get_if<std::int64_t>(&value)) out += std::to_string(*number);
  }
  return out;
}

Status RowReader::refusal() const {
  const RefusedValue& first = refused_.front();
  const Sentence why = explain(first.rule, table_, *first.column);
  const std::string where =
      fmt::format("{}.{}, {} ({})", table_.name, first.column->name, key(), first.rule);
  return Status(Code::invalid_argument, "row_refused",
                {fmt::format("{} : {}", where, why.fr), fmt::format("{}: {}", where, why.en)});
}

}  // namespace monitora::transfer

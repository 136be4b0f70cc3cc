#include "transfer/compare_figures.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>

namespace monitora::transfer {
namespace {

constexpr double kUnit = 1099511627776.0;  // 2^40
constexpr double kMost = 1e15;             // beyond, a value is left out of the sum

struct Words {
  std::uint64_t word[2];
};

Words words(std::string_view id) {
  Words out{};
  std::memcpy(out.word, id.data(), std::min(id.size(), sizeof out.word));
  for (std::uint64_t& word : out.word) word = __builtin_bswap64(word);
  return out;
}

bool less(const std::uint64_t* a, const std::uint64_t* b) {
  return a[0] != b[0] ? a[0] < b[0] : a[1] < b[1];
}

std::string id_text(const std::uint64_t* words) {
  std::uint64_t bytes[2] = {__builtin_bswap64(words[0]), __builtin_bswap64(words[1])};
  return uuid_text({reinterpret_cast<const char*>(bytes), sizeof bytes});
}

std::string number_text(__int128 value) {
  if (value == 0) return "0";
  const bool negative = value < 0;
  std::string out;
  for (; value != 0; value /= 10)
    out.insert(out.begin(), static_cast<char>('0' + std::abs(static_cast<int>(value % 10))));
  return negative ? "-" + out : out;
}

}  // namespace

Figures::Figures(const Table& table) : table_(table), sums_(table.columns.size()) {}

void Figures::add(const CanonicalRow& row) {
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const Cell cell = row.cell(i);
    Sum& sum = sums_[i];
    if (cell.tag == Tag::null) {
      ++sum.nulls;
      continue;
    }
    if (cell.tag == Tag::raw) continue;
    const bool first = sum.counted++ == 0;
    switch (table_.columns[i].kind) {
      case Kind::uuid: {
        const Words id = words(cell.value);
        if (first || less(id.word, sum.first)) std::memcpy(sum.first, id.word, sizeof id.word);
        if (first || less(sum.last, id.word)) std::memcpy(sum.last, id.word, sizeof id.word);
        break;
      }
      case Kind::real: {
        const double value = cell.real() + 0.0;  // −0 counts as 0 here
        if (first || value < sum.real_low) sum.real_low = value;
        if (first || value > sum.real_high) sum.real_high = value;
        if (std::abs(value) < kMost) sum.sum += static_cast<__int128>(value * kUnit);
        break;
      }
      case Kind::integer:
      case Kind::boolean:
      case Kind::time: {
        const std::int64_t value = cell.integer();
        if (first || value < sum.low) sum.low = value;
        if (first || value > sum.high) sum.high = value;
        sum.sum += value;
        break;
      }
      case Kind::text:
      case Kind::json:
      case Kind::date:
      case Kind::bytes:
      case Kind::vector: {
        const auto length = static_cast<std::int64_t>(cell.value.size());
        if (first || length < sum.low) sum.low = length;
        if (first || length > sum.high) sum.high = length;
        sum.sum += length;
        break;
      }
    }
  }
}

std::vector<ColumnFigures> Figures::figures() const {
  std::vector<ColumnFigures> out;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const Sum& sum = sums_[i];
    ColumnFigures figures;
    figures.name = table_.columns[i].name;
    figures.nulls = sum.nulls;
    if (sum.counted > 0) switch (table_.columns[i].kind) {
        case Kind::uuid:
          figures.minimum = id_text(sum.first);
          figures.maximum = id_text(sum.last);
          break;
        case Kind::real:
          figures.minimum = fmt::format("{}", sum.real_low);
          figures.maximum = fmt::format("{}", sum.real_high);
          figures.sum = fmt::format("{:.9g}", static_cast<double>(sum.sum) / kUnit);
          break;
        case Kind::time:
          figures.minimum = micros_text(sum.low);
          figures.maximum = micros_text(sum.high);
          break;
        default:
          figures.minimum = fmt::format("{}", sum.low);
          figures.maximum = fmt::format("{}", sum.high);
          figures.sum = number_text(sum.sum);
      }
    out.push_back(std::move(figures));
  }
  return out;
}

}  // namespace monitora::transfer

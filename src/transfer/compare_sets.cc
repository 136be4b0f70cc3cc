#include "transfer/compare_sets.h"

#include <algorithm>
#include <tuple>

namespace monitora::transfer {

void Buckets::clear() {
  std::ranges::fill(sums_, Sum{});
  rows_ = 0;
}

void Buckets::add(std::string_view key, std::string_view row) {
  Sum& sum = sums_[of(key)];
  ++sum.rows;
  sum.hash += hash128(row);
  ++rows_;
}

Hash128 Buckets::total() const {
  Hash128 total;
  for (const Sum& sum : sums_) total += sum.hash;
  return total;
}

std::vector<std::uint32_t> Buckets::different(const Buckets& a, const Buckets& b) {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < kCount; ++i)
    if (!(a.sums_[i] == b.sums_[i])) out.push_back(static_cast<std::uint32_t>(i));
  return out;
}

void RowHashes::add(std::string_view key, const CanonicalRow& row) {
  Entry entry;
  entry.key = keys_.size();
  entry.key_size = key.size();
  keys_ += key;
  entry.hashes = hashes_.size();
  for (std::size_t i = 0; i < columns_; ++i) hashes_.push_back(hash128(row.bytes(i)).low);
  entry.row = hash128(row.bytes());
  entry.bytes = static_cast<std::int64_t>(row.bytes().size());
  entries_.push_back(entry);
}

void RowHashes::sort() {
  std::ranges::sort(entries_, [this](const Entry& a, const Entry& b) {
    const int order = key(a).compare(key(b));
    if (order != 0) return order < 0;
    return std::tie(a.row.high, a.row.low) < std::tie(b.row.high, b.row.low);
  });
}

// One key after the other on both sides at once.
class SetDifferences {
 public:
  SetDifferences(const RowHashes& source, const RowHashes& target)
      : source_(source), target_(target) {}

  std::vector<RowDifference> run() {
    auto s = source_.entries_.begin();
    auto t = target_.entries_.begin();
    while (s != source_.entries_.end() || t != target_.entries_.end()) {
      const std::string_view key = next_key(s, t);
      const auto s_end = end_of(source_, s, key);
      const auto t_end = end_of(target_, t, key);
      same_key(key, {s, s_end}, {t, t_end});
      s = s_end;
      t = t_end;
    }
    return std::move(out_);
  }

 private:
  using Entry = RowHashes::Entry;
  using At = std::vector<Entry>::const_iterator;

  std::string_view next_key(At s, At t) const {
    if (s == source_.entries_.end()) return target_.key(*t);
    if (t == target_.entries_.end()) return source_.key(*s);
    return std::min(source_.key(*s), target_.key(*t));
  }
  static At end_of(const RowHashes& rows, At at, std::string_view key) {
    while (at != rows.entries_.end() && rows.key(*at) == key) ++at;
    return at;
  }

  // Rows that both sides have cancel out; of what is left, pairs differ in columns.
  void same_key(std::string_view key, std::span<const Entry> source,
                std::span<const Entry> target) {
    std::vector<const Entry*> only_source, only_target;
    std::size_t t = 0, s = 0;
    const auto order = [](const Entry& a, const Entry& b) {
      return std::tie(a.row.high, a.row.low) <=> std::tie(b.row.high, b.row.low);
    };
    while (s < source.size() && t < target.size()) {
      const auto which = order(source[s], target[t]);
      if (which == 0) {
        ++s;
        ++t;
      } else if (which < 0) {
        only_source.push_back(&source[s++]);
      } else {
        only_target.push_back(&target[t++]);
      }
    }
    for (; s < source.size(); ++s) only_source.push_back(&source[s]);
    for (; t < target.size(); ++t) only_target.push_back(&target[t]);
    const std::size_t pairs = std::min(only_source.size(), only_target.size());
    for (std::size_t i = 0; i < pairs; ++i) {
      RowDifference& found = add(SetDifference::columns, key);
      found.bytes = only_source[i]->bytes + only_target[i]->bytes;
      for (std::size_t column = 0; column < source_.columns_; ++column)
        if (source_.hashes_[only_source[i]->hashes + column] !=
            target_.hashes_[only_target[i]->hashes + column])
          found.columns.push_back(column);
    }
    for (std::size_t i = pairs; i < only_source.size(); ++i) add(SetDifference::missing, key);
    for (std::size_t i = pairs; i < only_target.size(); ++i)
      add(source.empty() && i == 0 ? SetDifference::extra : SetDifference::duplicate, key);
  }

  RowDifference& add(SetDifference kind, std::string_view key) {
    out_.push_back({kind, std::string(key), {}, 0});
    return out_.back();
  }

  const RowHashes& source_;
  const RowHashes& target_;
  std::vector<RowDifference> out_;
};

std::vector<RowDifference> differences(RowHashes& source, RowHashes& target) {
  source.sort();
  target.sort();
  return SetDifferences(source, target).run();
}

}  // namespace monitora::transfer

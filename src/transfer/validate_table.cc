#include "transfer/validate_table.h"

#include <algorithm>
#include <map>
#include <queue>
#include <thread>

#include "base/deadline.h"
#include "transfer/compare_figures.h"
#include "transfer/compare_shown.h"
#include "transfer/validate_target.h"

namespace monitora::transfer {
namespace {

constexpr std::int64_t kRowsAtOnce = 200'000;            // whose hashes are in memory, both sides
constexpr std::int64_t kBytesAtOnce = 32 * 1024 * 1024;  // of rows that are shown
constexpr std::size_t kKeysAtOnce = 1000;                // of rows that are asked for by key
constexpr std::int64_t kRowsBetweenReports = 65'536;

// Runs both at the same time; the first error ends the other.
Status both(const std::function<Status(const std::atomic<bool>& stop)>& source,
            const std::function<Status(const std::atomic<bool>& stop)>& target) {
  std::atomic<bool> stop = false;
  Status of_source;
  std::thread reader([&, deadline = Deadline::current()] {
    const ScopedDeadline scope(deadline);
    of_source = source(stop);
    if (!of_source.ok()) stop = true;
  });
  const Status of_target = target(stop);
  if (!of_target.ok()) stop = true;
  reader.join();
  if (!of_target.ok() && of_target.code() != Code::cancelled) return of_target;
  return of_source.ok() ? of_target : of_source;
}

class TableComparison {
 public:
  TableComparison(Comparison& comparison, const ExpectedTable& table)
      : comparison_(comparison),
        table_(table),
        source_rows_(table, comparison.target.dialect().database() == sql::Database::sqlite),
        target_rows_(table, comparison.target) {}

  Status run(bool whole) {
    result_.name = table_.target->name;
    if (!whole) {
      MONITORA_TRY(sample());
    } else {
      MONITORA_TRY(add_up());
      const std::vector<std::uint32_t> differing =
          Buckets::different(comparison_.source_buckets, comparison_.target_buckets);
      if (!differing.empty()) MONITORA_TRY(look_closer(differing));
    }
    return {};
  }
  ComparedTable take() { return std::move(result_); }
  void name_values(const char* kind) { value_kind_ = kind; }

 private:
  using Each = std::function<void(const CanonicalRow&)>;

  Status read_source(const std::string& select, const std::atomic<bool>* stop, const Each& each,
                     bool keys_only = false) {
    return comparison_.source.read(
        select,
        [&](std::span<const Field> fields) {
          each(keys_only ? source_rows_.key(fields) : source_rows_.row(fields));
          return Status();
        },
        stop);
  }
  // For TargetRows: ends when the other side has failed.
  static TargetRows::Each until(const std::atomic<bool>& stop, const Each& each) {
    return [&stop, each](const CanonicalRow& row) {
      each(row);
      return stop.load(std::memory_order_relaxed) ? Status::cancelled() : Status();
    };
  }
  std::string_view key(const CanonicalRow& row) const {
    return row.key(table_.target->key_columns);
  }

  void report(std::int64_t rows) const {
    if (comparison_.progress && rows % kRowsBetweenReports == 0) comparison_.progress(rows);
  }

  // Every row of both sides once.
  Status add_up() {
    Buckets& source = comparison_.source_buckets;
    Buckets& target = comparison_.target_buckets;
    source.clear();
    target.clear();
    Figures source_figures(*table_.target), target_figures(*table_.target);
    MONITORA_TRY(both(
        [&](const std::atomic<bool>& stop) {
          return read_source(table_.select(), &stop, [&](const CanonicalRow& row) {
            source.add(key(row), row.bytes());
            source_figures.add(row);
          });
        },
        [&](const std::atomic<bool>& stop) {
          return target_rows_.all(until(stop, [&](const CanonicalRow& row) {
            target.add(key(row), row.bytes());
            target_figures.add(row);
            report(target.rows());
          }));
        }));
    result_.source_rows = result_.compared = source.rows();
    result_.target_rows = target.rows();
    result_.source_hash = source.total().to_hex();
    result_.target_hash = target.total().to_hex();
    result_.source_figures = source_figures.figures();
    result_.target_figures = target_figures.figures();
    comparison_.negative_zeros += source_rows_.negative_zeros();
    return {};
  }

  // The rows of the buckets that differ, as many buckets at a time as memory is for. When enough is
  // named, the rest is counted by buckets: at least so many.
  Status look_closer(const std::vector<std::uint32_t>& differing) {
    const Buckets& source = comparison_.source_buckets;
    const Buckets& target = comparison_.target_buckets;
    for (std::size_t at = 0; at < differing.size();) {
      if (comparison_.found.differences.size() >= kMostNamed) {
        for (; at < differing.size(); ++at)
          count(std::max<std::int64_t>(
              1, std::abs(source.rows(differing[at]) - target.rows(differing[at]))));
        comparison_.found.at_least = true;
        break;
      }
      std::vector<bool> wanted(Buckets::kCount);
      std::int64_t rows = 0;
      do {
        rows += source.rows(differing[at]) + target.rows(differing[at]);
        wanted[differing[at++]] = true;
      } while (at < differing.size() && rows < kRowsAtOnce);
      MONITORA_TRY(compare_buckets(wanted));
    }
    return {};
  }

  Status compare_buckets(const std::vector<bool>& wanted) {
    RowHashes source(table_.columns.size()), target(table_.columns.size());
    const auto keep = [&](RowHashes& rows, const CanonicalRow& row) {
      if (wanted[Buckets::of(key(row))]) rows.add(key(row), row);
    };
    MONITORA_TRY(both(
        [&](const std::atomic<bool>& stop) {
          return read_source(table_.select(), &stop,
                             [&](const CanonicalRow& row) { keep(source, row); });
        },
        [&](const std::atomic<bool>& stop) {
          return target_rows_.all(until(stop, [&](const CanonicalRow& row) { keep(target, row); }));
        }));
    return name(differences(source, target));
  }

  void count(std::int64_t differences) {
    result_.differences += differences;
    comparison_.found.difference_count += differences;
  }
  bool room() const { return comparison_.found.differences.size() < kMostNamed; }

  Status name(const std::vector<RowDifference>& found) {
    std::vector<const RowDifference*> values;
    std::int64_t bytes = 0;
    for (const RowDifference& difference : found) {
      if (difference.kind != SetDifference::columns) {
        static constexpr const char* kKinds[] = {"missing_row", "extra_row", "duplicate_row"};
        count(1);
        if (room())
          comparison_.found.differences.push_back(
              {result_.name, kKinds[static_cast<int>(difference.kind)],
               shown_key(*table_.target, difference.key), "", "", ""});
        continue;
      }
      count(std::max<std::int64_t>(1, static_cast<std::int64_t>(difference.columns.size())));
      if (!room()) continue;
      values.push_back(&difference);
      bytes += difference.bytes;
      if (values.size() >= kKeysAtOnce || bytes >= kBytesAtOnce) {
        MONITORA_TRY(show(values));
        values.clear();
        bytes = 0;
      }
    }
    return values.empty() ? Status() : show(values);
  }

  // What a key's row has in the columns that differ, by column.
  using Cells = std::map<std::size_t, std::string>;  // tag, then value
  using CellsByKey = std::map<std::string, Cells, std::less<>>;

  void keep_cells(CellsByKey& kept, const CanonicalRow& row) const {
    const auto found = kept.find(key(row));
    if (found == kept.end()) return;
    for (auto& [column, bytes] : found->second) {
      const Cell cell = row.cell(column);
      bytes.assign(1, static_cast<char>(cell.tag));
      bytes += cell.value;
    }
  }

  Status show(const std::vector<const RowDifference*>& rows) {
    CellsByKey source, target;
    std::vector<std::string> keys;
    for (const RowDifference* row : rows) {
      keys.push_back(row->key);
      for (const std::size_t column : row->columns)
        source[row->key][column] = target[row->key][column];
    }
    MONITORA_TRY(read_source(table_.select_of(texts(keys)), nullptr,
                             [&](const CanonicalRow& row) { keep_cells(source, row); }));
    MONITORA_TRY(target_rows_.of(keys, [&](const CanonicalRow& row) {
      keep_cells(target, row);
      return Status();
    }));
    for (const RowDifference* row : rows)
      for (const std::size_t column : row->columns) {
        if (!room()) return {};
        const Column& of = table_.target->columns[column];
        const Shown both_shown =
            shown(of.kind, as_cell(source[row->key][column]), as_cell(target[row->key][column]));
        comparison_.found.differences.push_back(
            {result_.name, value_kind_, shown_key(*table_.target, row->key), std::string(of.name),
             both_shown.source, both_shown.target});
      }
    return {};
  }

  static Cell as_cell(std::string_view kept) {
    if (kept.empty()) return {};
    return {static_cast<Tag>(kept[0]), kept.substr(1)};
  }

  // The texts that the source has for canonical keys.
  std::vector<std::vector<std::string>> texts(const std::vector<std::string>& keys) const {
    std::vector<std::vector<std::string>> out;
    for (const std::string& key : keys) {
      std::vector<std::string>& parts = out.emplace_back();
      int column = 0;
      for (const Cell& cell : key_cells(*table_.target, key)) {
        switch (table_.target->columns[static_cast<std::size_t>(column++)].kind) {
          case Kind::uuid:
            parts.push_back(uuid_text(cell.value));
            break;
          case Kind::integer:
            parts.push_back(std::to_string(cell.integer()));
            break;
          default:
            parts.emplace_back(cell.value);
        }
      }
    }
    return out;
  }

  // The keys with the smallest hashes: the same ones on both sides, whatever their order.
  class Smallest {
   public:
    explicit Smallest(std::int64_t count) : count_(static_cast<std::size_t>(count)) {}
    void add(std::string_view key) {
      ++rows_;
      const std::uint64_t hash = hash128(key).high;
      if (keys_.size() == count_) {
        if (hash >= keys_.top().first) return;
        keys_.pop();
      }
      keys_.emplace(hash, key);
    }
    std::int64_t rows() const { return rows_; }
    std::vector<std::string> take() {
      std::vector<std::string> out;
      for (; !keys_.empty(); keys_.pop()) out.push_back(keys_.top().second);
      return out;
    }

   private:
    std::size_t count_;
    std::int64_t rows_ = 0;
    std::priority_queue<std::pair<std::uint64_t, std::string>> keys_;
  };

  Status sample() {
    Smallest source_keys(comparison_.sample), target_keys(comparison_.sample);
    MONITORA_TRY(both(
        [&](const std::atomic<bool>& stop) {
          return read_source(
              table_.select_keys(), &stop,
              [&](const CanonicalRow& row) { source_keys.add(row.bytes()); }, true);
        },
        [&](const std::atomic<bool>& stop) {
          return target_rows_.keys(
              until(stop, [&](const CanonicalRow& row) { target_keys.add(row.bytes()); }));
        }));
    result_.source_rows = source_keys.rows();
    result_.target_rows = target_keys.rows();
    std::vector<std::string> keys = source_keys.take();
    std::ranges::move(target_keys.take(), std::back_inserter(keys));
    std::ranges::sort(keys);
    const auto again = std::ranges::unique(keys);
    keys.erase(again.begin(), again.end());
    result_.compared = static_cast<std::int64_t>(keys.size());
    MONITORA_TRY(compare_keys(keys));
    // All rows are counted, whatever the sample says of them.
    if (result_.source_rows != result_.target_rows) {
      ++result_.differences;
      comparison_.add({result_.name, "figure", "", "count(*)", std::to_string(result_.source_rows),
                       std::to_string(result_.target_rows)});
    }
    return {};
  }

  Status compare_keys(const std::vector<std::string>& keys) {
    Figures source_figures(*table_.target), target_figures(*table_.target);
    Hash128 source_hash, target_hash;
    for (std::size_t at = 0; at < keys.size();) {
      RowHashes source(table_.columns.size()), target(table_.columns.size());
      const std::vector<std::string> some(
          keys.begin() + static_cast<std::ptrdiff_t>(at),
          keys.begin() + static_cast<std::ptrdiff_t>(std::min(keys.size(), at + kKeysAtOnce)));
      MONITORA_TRY(
          read_source(table_.select_of(texts(some)), nullptr, [&](const CanonicalRow& row) {
            source.add(key(row), row);
            source_figures.add(row);
            source_hash += hash128(row.bytes());
          }));
      MONITORA_TRY(target_rows_.of(some, [&](const CanonicalRow& row) {
        if (!std::ranges::binary_search(some, key(row))) return Status();
        target.add(key(row), row);
        target_figures.add(row);
        target_hash += hash128(row.bytes());
        return Status();
      }));
      MONITORA_TRY(name(differences(source, target)));
      at += some.size();
      if (comparison_.progress) comparison_.progress(static_cast<std::int64_t>(at));
    }
    result_.source_figures = source_figures.figures();
    result_.target_figures = target_figures.figures();
    result_.source_hash = source_hash.to_hex();
    result_.target_hash = target_hash.to_hex();
    return {};
  }

  Comparison& comparison_;
  const ExpectedTable& table_;
  SourceRows source_rows_;
  TargetRows target_rows_;
  ComparedTable result_;
  const char* value_kind_ = "value";
};

}  // namespace

void Comparison::add(Difference difference) {
  ++found.difference_count;
  if (found.differences.size() < kMostNamed) found.differences.push_back(std::move(difference));
}

Status compare_table(Comparison& comparison, const ExpectedTable& table) {
  TableComparison tables(comparison, table);
  MONITORA_TRY(tables.run(comparison.sample == 0));
  comparison.found.tables.push_back(tables.take());
  return {};
}

Result<ComparedTable> compare_figures(Comparison& comparison, const ExpectedTable& table) {
  TableComparison figures(comparison, table);
  figures.name_values("figure");
  MONITORA_TRY(figures.run(true));
  return figures.take();
}

}  // namespace monitora::transfer

#include "transfer/load_deletions.h"

#include <algorithm>
#include <mutex>

#include "sql/errors.h"

namespace monitora::transfer {
namespace {

using sql::Connection;
using sql::p;

constexpr std::int64_t kKeysAtOnce = 2'000'000;  // of the source, in memory
constexpr std::size_t kDeletionsAtOnce = 1000;   // in a transaction

// A key of one UUID, which large tables have, or of anything else.
struct UuidKeys {
  using Key = Uuid;
  static Key of(Row row) { return std::get<Uuid>(row[0]); }
  static Key of(const sql::Row& row) { return row.uuid(0); }
  static void append(std::vector<sql::Param>& to, const Key& key) { to.push_back(p(key)); }
};
struct PairKeys {
  struct Key {
    Uuid first;
    std::string second;
    auto operator<=>(const Key&) const = default;
  };
  static Key of(Row row) {
    Key key{std::get<Uuid>(row[0]), {}};
    if (const auto* uuid = std::get_if<Uuid>(&row[1])) key.second = uuid->to_string();
    if (const auto* text = std::get_if<std::string_view>(&row[1])) key.second = *text;
    return key;
  }
  static Key of(const sql::Row& row) { return {row.uuid(0), std::string(row.text(1))}; }
  static void append(std::vector<sql::Param>& to, const Key& key) {
    to.push_back(p(key.first));
    to.push_back(p(key.second));
  }
};

bool inside(const KeyRange& range, const Uuid& key) {
  return (!range.from || key >= *range.from) && (!range.to || key < *range.to);
}
const Uuid& first_of(const Uuid& key) {
  return key;
}
const Uuid& first_of(const PairKeys::Key& key) {
  return key.first;
}

template <class Keys>
class Removal {
 public:
  Removal(LoadWork& work, const TablePlan& plan, LoadedTable& result)
      : work_(work),
        plan_(plan),
        result_(result),
        target_(*plan.target, work.target().database()) {}

  // The ranges together are one interval of keys.
  Status remove(std::span<const LoadRange> ranges) {
    const KeyRange all{ranges.front().keys.from, ranges.back().keys.to, 0};
    MONITORA_ASSIGN(const std::vector<Key> source, read_source(ranges));
    rows_ += static_cast<std::int64_t>(source.size());
    std::vector<Key> gone;
    MONITORA_TRY(work_.target().with(Connection::Mode::write, [&](Connection& connection) {
      gone.clear();
      return target_.each_key(connection, all, [&](const sql::Row& row) -> Status {
        MONITORA_TRY(sql::check_deadline());
        Key key = Keys::of(row);
        if (inside(all, first_of(key)) && !std::ranges::binary_search(source, key))
          gone.push_back(std::move(key));
        return {};
      });
    }));
    return remove_keys(gone);
  }

  Status remove_keys(std::span<const typename Keys::Key> gone) {
    for (std::size_t first = 0; first < gone.size(); first += kDeletionsAtOnce) {
      const std::size_t count = std::min(kDeletionsAtOnce, gone.size() - first);
      std::vector<sql::Param> keys;
      for (std::size_t i = first; i < first + count; ++i) Keys::append(keys, gone[i]);
      MONITORA_TRY(target_error(
          work_.write([&](Connection& connection) { return target_.remove(connection, keys); }),
          plan_.target->name, ""));
      result_.deleted += static_cast<std::int64_t>(count);
    }
    return {};
  }

  std::int64_t rows() const { return rows_; }  // of the source

 private:
  using Key = typename Keys::Key;

  // In order.
  Result<std::vector<Key>> read_source(std::span<const LoadRange> ranges) {
    std::vector<Key> keys;
    std::mutex mutex;
    MONITORA_TRY(work_.in_parallel(ranges.size(), [&](std::size_t i, std::size_t worker) -> Status {
      std::vector<Key> some;
      MONITORA_TRY(work_.read(
          worker, [&] { some.clear(); },
          [&](Reader& reader) {
            return reader.read_keys(plan_, ranges[i].keys, [&](Row row) {
              some.push_back(Keys::of(row));
              return sql::check_deadline();
            });
          }));
      const std::lock_guard lock(mutex);
      keys.insert(keys.end(), std::make_move_iterator(some.begin()),
                  std::make_move_iterator(some.end()));
      return {};
    }));
    std::ranges::sort(keys);
    return keys;
  }

  LoadWork& work_;
  const TablePlan& plan_;
  LoadedTable& result_;
  const TargetTable target_;
  std::int64_t rows_ = 0;
};

// Answers the source's rows.
template <class Keys>
Result<std::int64_t> remove_from(LoadWork& work, const TablePlan& plan, LoadedTable& result) {
  MONITORA_ASSIGN(const std::vector<LoadRange> ranges,
                  read_ranges(work.target(), work.run(), plan.target->name));
  Removal<Keys> removal(work, plan, result);
  for (std::size_t first = 0; first < ranges.size();) {
    std::size_t end = first;
    for (std::int64_t keys = 0; end < ranges.size() && keys < kKeysAtOnce; ++end)
      keys += ranges[end].keys.rows;
    MONITORA_TRY(removal.remove(std::span(ranges).subspan(first, end - first)));
    first = end;
  }
  return removal.rows();
}

Result<std::int64_t> count(LoadWork& work, const TargetTable& target) {
  std::int64_t rows = 0;
  MONITORA_TRY(work.target().with(Connection::Mode::write, [&](Connection& connection) -> Status {
    MONITORA_ASSIGN(rows, target.count(connection));
    return {};
  }));
  return rows;
}

}  // namespace

Status remove_gone(LoadWork& work, const TablePlan& plan, LoadedTable& result) {
  const TargetTable target(*plan.target, work.target().database());
  if (target.only_grows()) return {};
  MONITORA_ASSIGN(std::int64_t there, count(work, target));
  std::int64_t wanted = plan.rows;
  if (there != wanted) {
    const bool pairs = plan.target->key_columns > 1;
    MONITORA_ASSIGN(wanted, pairs ? remove_from<PairKeys>(work, plan, result)
                                  : remove_from<UuidKeys>(work, plan, result));
    MONITORA_ASSIGN(there, count(work, target));
  }
  std::int64_t moved = 0;
  MONITORA_TRY(work.target().with(Connection::Mode::write, [&](Connection& connection) -> Status {
    MONITORA_ASSIGN(moved, target.count_moved(connection));
    return {};
  }));
  if (moved > 0 || there < wanted) return rows_missing(plan.target->name, wanted, there - moved);
  return {};
}

Status remove_keys(LoadWork& work, const TablePlan& plan, std::span<const Uuid> keys,
                   LoadedTable& result) {
  return Removal<UuidKeys>(work, plan, result).remove_keys(keys);
}

Result<bool> same_counts(sql::Pool& target, const Plan& plan) {
  bool same = true;
  MONITORA_TRY(target.with(Connection::Mode::read, [&](Connection& connection) -> Status {
    same = true;
    for (const TablePlan& table : plan.tables) {
      const TargetTable there(*table.target, target.database());
      MONITORA_ASSIGN(const std::int64_t rows, there.count(connection));
      MONITORA_ASSIGN(const std::int64_t moved, there.count_moved(connection));
      same =
          same && moved == 0 && (rows == table.rows || (there.only_grows() && rows > table.rows));
    }
    return {};
  }));
  return same;
}

}  // namespace monitora::transfer

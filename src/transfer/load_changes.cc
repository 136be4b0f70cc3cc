// How LoadWork brings what was loaded before up to the present.
#include <algorithm>
#include <iterator>

#include "sql/errors.h"
#include "transfer/load_work.h"

namespace monitora::transfer {
namespace {

using sql::Connection;

constexpr std::size_t kAtOnce = 1000;

}  // namespace

// Rows that the source wrote since ranges were loaded from an earlier snapshot.
Status LoadWork::catch_up(const Ranges& table, const std::vector<LoadRange>& ranges,
                          bool& resumed) {
  if (run_.watermark.empty()) return {};  // rows of an export never change
  bool any = false;
  for (std::size_t i = 0; i < ranges.size();) {
    if (ranges[i].mark.attempt == run_.attempt) {
      ++i;
      continue;
    }
    // Neighbours are read together, all since the oldest of them.
    KeyRange keys = ranges[i].keys;
    Mark since = ranges[i].mark;
    for (++i; i < ranges.size() && ranges[i].mark.attempt != run_.attempt; ++i) {
      keys.to = ranges[i].keys.to;
      if (ranges[i].mark.attempt < since.attempt) since = ranges[i].mark;
    }
    any = resumed = true;
    MONITORA_TRY(bring(table, {keys, since.watermark}, nullptr));
  }
  if (!any) return {};
  return target_error(write([&](Connection& connection) {
                        return mark_current(connection, run_, table.plan.target->name);
                      }),
                      table.plan.target->name, "");
}

Result<std::vector<Uuid>> LoadWork::bring_keys(const TablePlan& plan, std::span<const Uuid> keys,
                                               LoadedTable& result) {
  const TargetTable target(*plan.target, target_.database());
  std::vector<Uuid> gone;
  for (std::size_t first = 0; first < keys.size(); first += kAtOnce) {
    const std::span<const Uuid> some = keys.subspan(first, std::min(kAtOnce, keys.size() - first));
    std::vector<Uuid> found;
    MONITORA_TRY(
        bring({plan, target, result}, {.range = {}, .changed_since = {}, .keys = some}, &found));
    std::ranges::sort(found);
    std::ranges::copy_if(some, std::back_inserter(gone),
                         [&](const Uuid& key) { return !std::ranges::binary_search(found, key); });
  }
  return gone;
}

// `found`: the keys of the rows, if anybody asks.
Status LoadWork::bring(const Ranges& table, const Selection& selection, std::vector<Uuid>* found) {
  const std::int64_t updated = table.result.updated;
  RowArena rows(*table.plan.target, storing());
  const auto flush = [&]() -> Status {
    if (rows.rows() == 0) return {};
    const auto put = [&](bool making_way) {
      return write([&](Connection& connection) {
        return table.target.upsert(connection, rows, making_way);
      });
    };
    Status status = put(false);
    if (status.key() == "unique_violation") status = put(true);
    const std::string where = rows.rows() == 1 ? key_text(*table.plan.target, rows.row(0)) : "";
    MONITORA_TRY(target_error(status, table.plan.target->name, where));
    table.result.updated += static_cast<std::int64_t>(rows.rows());
    rows.clear();
    return {};
  };
  // From the beginning again after a cut: rows that are written twice are the same.
  MONITORA_TRY(read(
      0,
      [&] {
        rows.clear();
        table.result.updated = updated;
        if (found != nullptr) found->clear();
      },
      [&](Reader& reader) {
        return reader.read(table.plan, selection, [&](Row row) -> Status {
          MONITORA_TRY(sql::check_deadline());
          rows.add(row);
          if (found != nullptr) found->push_back(std::get<Uuid>(row[0]));
          const bool full = rows.rows() == kAtOnce ||
                            static_cast<std::int64_t>(rows.bytes()) >= options_.range_bytes;
          return full ? flush() : Status();
        });
      }));
  return flush();
}

}  // namespace monitora::transfer

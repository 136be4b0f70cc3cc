#include "transfer/load_runs.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

#include "transfer/load.h"
#include "transfer/tables.h"

namespace monitora::transfer {
namespace {

using sql::Connection;
using sql::p;

constexpr int kTries = 3;  // when the connection breaks

struct Found {
  Uuid id;
  std::string source, status, detail;
};

Status not_empty(std::string_view table, std::int64_t rows) {
  return Status(
      Code::conflict, "target_not_empty",
      {fmt::format("La base de destination n'est pas vide : {} lignes dans la table « {} », "
                   "qu'aucune migration de cette source n'y a mises. Donnez une base vide.",
                   rows, table),
       fmt::format("The target database is not empty: {} rows in table \"{}\", which no migration "
                   "of this source has put there. Give an empty database.",
                   rows, table)});
}

Status other_source(const std::string& source) {
  return Status(
      Code::conflict, "other_source",
      {fmt::format(
           "Une migration depuis une autre source ({}) n'est pas terminée dans cette base : "
           "terminez-la, ou donnez une base vide.",
           source),
       fmt::format("A migration from another source ({}) is not finished in this database: finish "
                   "it, or give an empty database.",
                   source)});
}

Status check_empty(Connection& connection) {
  for (const Table& table : tables()) {
    std::int64_t rows = 0;
    MONITORA_TRY(connection.query("SELECT COUNT(*) FROM " + std::string(table.name), {},
                                  [&](const sql::Row& row) {
                                    rows = row.integer(0);
                                    return Status();
                                  }));
    if (rows > 0) return not_empty(table.name, rows);
  }
  return {};
}

// {"attempts": 3}
std::int64_t read_attempts(const std::string& detail) {
  boost::system::error_code wrong;
  const boost::json::value value = boost::json::parse(detail, wrong);
  const auto* object = wrong ? nullptr : value.if_object();
  const auto* attempts = object == nullptr ? nullptr : object->if_contains("attempts");
  return attempts != nullptr && attempts->is_int64() ? attempts->get_int64() : 0;
}

std::string mark_text(const LoadRun& run) {
  return fmt::format("{}:{}", run.attempt, run.watermark);
}

Mark read_mark(std::string_view text) {
  Mark mark;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), mark.attempt);
  if (end != text.data() + text.size()) mark.watermark.assign(end + 1, text.data() + text.size());
  return mark;
}

Result<bool> any_range(Connection& connection, const Uuid& run) {
  std::int64_t loaded = 0;
  MONITORA_TRY(connection.query(
      "SELECT COUNT(*) FROM transfer_ranges WHERE run_id = ? AND loaded_at IS NOT NULL", {p(run)},
      [&](const sql::Row& row) {
        loaded = row.integer(0);
        return Status();
      }));
  return loaded > 0;
}

Result<LoadRun> open_in(Connection& connection, const std::string& source,
                        const std::string& watermark) {
  std::optional<Found> mine;
  std::optional<std::string> other;
  MONITORA_TRY(
      connection.query("SELECT id, source, status, detail FROM transfer_runs ORDER BY started_at",
                       {}, [&](const sql::Row& row) {
                         Found found{row.uuid(0), std::string(row.text(1)),
                                     std::string(row.text(2)), std::string(row.text(3))};
                         if (found.source == source)
                           mine = std::move(found);
                         else if (found.status == "loading")
                           other = std::move(found.source);
                         return Status();
                       }));
  if (other) return other_source(*other);

  LoadRun run;
  run.watermark = watermark;
  run.id = mine ? mine->id : Uuid::random();
  if (mine) {
    run.attempt = read_attempts(mine->detail) + 1;
    MONITORA_ASSIGN(run.resumed, any_range(connection, run.id));
  }
  if (!run.resumed) MONITORA_TRY(check_empty(connection));
  const std::string detail = fmt::format("{{\"attempts\": {}}}", run.attempt);
  const Time now = SystemClock().now();
  if (mine)
    MONITORA_TRY(connection
                     .execute("UPDATE transfer_runs SET status = 'loading', finished_at = ?, "
                              "detail = ? WHERE id = ?",
                              {p(nullptr), p(detail), p(run.id)})
                     .status());
  else
    MONITORA_TRY(connection
                     .execute("INSERT INTO transfer_runs (id, source, status, watermark, "
                              "started_at, detail) VALUES (?, ?, 'loading', ?, ?, ?)",
                              {p(run.id), p(source), p(watermark), p(now), p(detail)})
                     .status());
  return run;
}

std::optional<Uuid> bound(const sql::Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.uuid(column));
}

}  // namespace

Result<LoadRun> open_run(sql::Pool& pool, const std::string& source, const std::string& watermark) {
  LoadRun run;
  for (int i = 1;; ++i) {
    const Status status = pool.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(run, open_in(connection, source, watermark));
      return {};
    });
    if (status.ok()) return run;
    // Done a second time, it finds what the first has made.
    if (status.key() != "database_unavailable" || i == kTries) return status;
  }
}

Result<std::vector<LoadRange>> read_ranges(sql::Pool& pool, const LoadRun& run,
                                           std::string_view table) {
  std::vector<LoadRange> ranges;
  MONITORA_TRY(pool.with(Connection::Mode::write, [&](Connection& connection) {
    ranges.clear();
    return connection.query(
        "SELECT range_number, from_key, to_key, row_count, watermark, loaded_at "
        "FROM transfer_ranges WHERE run_id = ? AND table_name = ? ORDER BY range_number",
        {p(run.id), p(table)}, [&](const sql::Row& row) {
          LoadRange range;
          range.number = row.integer(0);
          range.keys = {bound(row, 1), bound(row, 2), row.integer(3)};
          if (!row.is_null(4)) range.mark = read_mark(row.text(4));
          range.loaded = !row.is_null(5);
          ranges.push_back(std::move(range));
          return Status();
        });
  }));
  return ranges;
}

Status store_ranges(Connection& connection, const LoadRun& run, std::string_view table,
                    std::span<const KeyRange> ranges) {
  for (std::size_t i = 0; i < ranges.size(); ++i)
    MONITORA_TRY(
        connection.post("INSERT INTO transfer_ranges (run_id, table_name, range_number, "
                        "from_key, to_key, row_count) VALUES (?, ?, ?, ?, ?, ?)",
                        {p(run.id), p(table), p(static_cast<std::int64_t>(i)), p(ranges[i].from),
                         p(ranges[i].to), p(0)}));
  return {};
}

Result<bool> claim_range(Connection& connection, const LoadRun& run, std::string_view table,
                         std::int64_t number, std::int64_t rows) {
  MONITORA_ASSIGN(
      const std::int64_t changed,
      connection.execute(
          "UPDATE transfer_ranges SET row_count = ?, watermark = ?, loaded_at = ? "
          "WHERE run_id = ? AND table_name = ? AND range_number = ? "
          "AND loaded_at IS NULL",
          {p(rows), p(mark_text(run)), p(SystemClock().now()), p(run.id), p(table), p(number)}));
  return changed == 1;
}

Status set_row_count(Connection& connection, const LoadRun& run, std::string_view table,
                     std::int64_t number, std::int64_t rows) {
  return connection
      .execute(
          "UPDATE transfer_ranges SET row_count = ? "
          "WHERE run_id = ? AND table_name = ? AND range_number = ?",
          {p(rows), p(run.id), p(table), p(number)})
      .status();
}

Status mark_current(Connection& connection, const LoadRun& run, std::string_view table) {
  return connection
      .execute("UPDATE transfer_ranges SET watermark = ? WHERE run_id = ? AND table_name = ?",
               {p(mark_text(run)), p(run.id), p(table)})
      .status();
}

Status finish_run(Connection& connection, const LoadRun& run) {
  return connection
      .execute(
          "UPDATE transfer_runs SET status = 'finished', watermark = ?, finished_at = ? "
          "WHERE id = ?",
          {p(run.watermark), p(SystemClock().now()), p(run.id)})
      .status();
}

Result<bool> is_loading(sql::Pool& target) {
  bool loading = false;
  MONITORA_TRY(target.with(Connection::Mode::write, [&](Connection& connection) {
    return connection.query("SELECT COUNT(*) FROM transfer_runs WHERE status = 'loading'", {},
                            [&](const sql::Row& row) {
                              loading = row.integer(0) > 0;
                              return Status();
                            });
  }));
  return loading;
}

Status refuse_while_loading(sql::Pool& target) {
  MONITORA_ASSIGN(const bool loading, is_loading(target));
  if (!loading) return {};
  return Status(Code::conflict, "transfer_unfinished",
                {"Une migration vers cette base de données n'est pas terminée : relancez `monitora "
                 "migrate run` (ou `sync`, ou `import`), qui reprend où elle s'est arrêtée.",
                 "A migration into this database is not finished: run `monitora migrate run` (or "
                 "`sync`, or `import`) again, which goes on where it stopped."});
}

}  // namespace monitora::transfer

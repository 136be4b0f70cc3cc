#include "transfer/postgres_source.h"

#include <fmt/format.h>

#include <charconv>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "sql/quoted.h"
#include "transfer/catalog.h"
#include "transfer/copy_reader.h"
#include "transfer/postgres_source_connection.h"
#include "transfer/postgres_source_notes.h"
#include "transfer/postgres_source_sql.h"
#include "transfer/rules.h"

namespace monitora::transfer {
namespace {

// What stands between may cut a connection that says nothing for some minutes.
constexpr std::chrono::seconds kKeepAlive{45};

// The connection is made at the first call, and again after one that failed.
class PostgresReader final : public Reader {
 public:
  PostgresReader(const PostgresSourceOptions& options, std::string snapshot)
      : options_(options), snapshot_(std::move(snapshot)) {}

  Status read(const TablePlan& table, const Selection& selection, const EachRow& each) override {
    return copy(table, table.columns.size(), selection, each);
  }
  Status read_keys(const TablePlan& table, const KeyRange& range, const EachRow& each) override {
    return copy(table, static_cast<std::size_t>(table.target->key_columns), {range, {}}, each);
  }

 private:
  using Layout = std::pair<const Table*, std::size_t>;

  Status copy(const TablePlan& table, std::size_t columns, const Selection& selection,
              const EachRow& each) {
    const Status status = try_copy(table, columns, selection, each);
    if (!status.ok()) connection_.reset();
    return status;
  }

  Status try_copy(const TablePlan& table, std::size_t columns, const Selection& selection,
                  const EachRow& each) {
    if (!connection_) {
      MONITORA_ASSIGN(connection_, SourceConnection::open(options_, snapshot_));
    }
    const std::string select = select_of(table, columns);
    auto layout = layouts_.find({table.target, columns});
    if (layout == layouts_.end()) {
      MONITORA_ASSIGN(std::vector<Wire> wires, wires_of(*connection_, select));
      layout = layouts_.emplace(Layout{table.target, columns}, std::move(wires)).first;
    }
    RowReader rows(*table.target, layout->second);
    CopyStream stream(columns);
    const auto read_row = [&](std::span<const CopyField> fields) {
      const Row row = rows.read(fields);
      return rows.refused().empty() ? each(row) : rows.refusal();
    };
    MONITORA_TRY(connection_->copy_out(
        select + where_of(table, selection),
        [&](std::string_view message) { return stream.feed(message, read_row); }));
    return stream.finish();
  }

  const PostgresSourceOptions& options_;
  std::string snapshot_;
  std::unique_ptr<SourceConnection> connection_;
  std::map<Layout, std::vector<Wire>> layouts_;
};

class LivePostgresSource final : public PostgresSource {
 public:
  explicit LivePostgresSource(const PostgresSourceOptions& options) : options_(options) {}

  Status start() {
    MONITORA_ASSIGN(coordinator_, SourceConnection::open(options_));
    MONITORA_ASSIGN(snapshot_, coordinator_->value("SELECT pg_export_snapshot()"));
    MONITORA_ASSIGN(const std::string encoding, coordinator_->value("SHOW server_encoding"));
    if (encoding == "SQL_ASCII")
      return Status(Code::unavailable, "source_refused",
                    {"La base source ne dit pas dans quel codage sont ses textes (SQL_ASCII). "
                     "Restaurez-la d'abord dans une base UTF8.",
                     "The source database does not say how its texts are encoded (SQL_ASCII). "
                     "Restore it into a UTF8 database first."});
    MONITORA_ASSIGN(watermark_,
                    coordinator_->value("SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::"
                                        "bigint & 4294967295)::text"));
    MONITORA_ASSIGN(transactions_, coordinator_->value("SELECT pg_current_snapshot()::text"));
    MONITORA_TRY(identify());
    MONITORA_ASSIGN(catalog_, read_catalog(coordinator_->get(), options_.schema, options_.counts));
    MONITORA_ASSIGN(plan_, make_plan(catalog_));
    if (options_.counts) MONITORA_TRY(complete_plan(*coordinator_, catalog_, plan_));
    keeper_ = std::jthread([this](const std::stop_token& stop) { keep_alive(stop); });
    return {};
  }

  const Plan& plan() const override { return plan_; }
  std::string identity() const override { return identity_; }
  std::string watermark() const override { return watermark_; }
  const Catalog& catalog() const override { return catalog_; }
  const std::string& transactions() const override { return transactions_; }

  Status count(std::size_t table) override {
    const std::lock_guard lock(mutex_);
    TablePlan& plan = plan_.tables[table];
    MONITORA_ASSIGN(const std::string rows,
                    coordinator_->value("SELECT count(*) FROM " + plan.from));
    std::from_chars(rows.data(), rows.data() + rows.size(), plan.rows);
    return {};
  }

  Result<std::vector<KeyRange>> ranges(const TablePlan& table, std::int64_t bytes) override {
    const std::lock_guard lock(mutex_);
    return cut_ranges(*coordinator_, table, bytes);
  }

  Result<std::unique_ptr<Reader>> reader() override {
    return std::unique_ptr<Reader>(new PostgresReader(options_, snapshot_));
  }

  Result<std::vector<Refusal>> refusals(sql::Database target) override {
    MONITORA_ASSIGN(const std::unique_ptr<SourceConnection> connection,
                    SourceConnection::open(options_, snapshot_));
    return find_refusals(*connection, plan_, target);
  }

 private:
  // The cluster's own number, which a copy of its files shares; else what the database is called
  // and where it is.
  Status identify() {
    MONITORA_ASSIGN(
        const std::string may,
        coordinator_->value("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')"));
    std::string cluster;
    if (may == "t") {
      MONITORA_ASSIGN(
          cluster, coordinator_->value("SELECT system_identifier::text FROM pg_control_system()"));
    } else {
      cluster = fmt::format("{}:{}", PQhost(coordinator_->get()), PQport(coordinator_->get()));
    }
    MONITORA_ASSIGN(const std::string database,
                    coordinator_->value("SELECT oid || ':' || datname FROM pg_database WHERE "
                                        "datname = current_database()"));
    identity_ = fmt::format("postgresql:{}/{}/{}", cluster, database, options_.schema);
    return {};
  }

  void keep_alive(const std::stop_token& stop) {
    std::mutex sleeping;
    std::condition_variable_any woken;
    std::unique_lock sleep(sleeping);
    while (!woken.wait_for(sleep, stop, kKeepAlive, [&] { return stop.stop_requested(); })) {
      // Who holds it is talking. A connection that is lost shows when it is used next.
      if (const std::unique_lock lock(mutex_, std::try_to_lock); lock.owns_lock())
        (void)coordinator_->query("SELECT 1");
    }
  }

  const PostgresSourceOptions options_;
  std::mutex mutex_;  // of coordinator_
  std::unique_ptr<SourceConnection> coordinator_;
  std::string snapshot_, watermark_, transactions_, identity_;
  Catalog catalog_;
  Plan plan_;
  std::jthread keeper_;  // last: it ends before what it uses
};

}  // namespace

Result<std::unique_ptr<PostgresSource>> PostgresSource::open(const PostgresSourceOptions& options) {
  auto source = std::make_unique<LivePostgresSource>(options);
  MONITORA_TRY(source->start());
  return std::unique_ptr<PostgresSource>(std::move(source));
}

}  // namespace monitora::transfer

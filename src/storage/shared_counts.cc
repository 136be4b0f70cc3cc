#include "storage/stores.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;

class SqlSharedCounts final : public SharedCounts {
 public:
  explicit SqlSharedCounts(sql::Pool& pool) : pool_(pool) {}

  Status put(const std::string& node, const std::vector<Count>& counts) override {
    return pool_.with(Connection::Mode::write, [&](Connection& connection) -> Status {
      for (const Count& count : counts) MONITORA_TRY(put(connection, node, count));
      return {};
    });
  }

  Result<std::vector<Count>> of_others(const std::string& node,
                                       const std::vector<std::string>& keys,
                                       std::int64_t from) override {
    if (keys.empty()) return std::vector<Count>();
    std::string statement =
        "SELECT limit_key, window_start, SUM(used) FROM rate_limits "
        "WHERE window_start >= ? AND node <> ? AND limit_key IN (?";
    std::vector<Param> params{p(from), p(node)};
    for (const std::string& key : keys) params.push_back(p(key));
    for (std::size_t i = 1; i < keys.size(); ++i) statement += ", ?";
    statement += ") GROUP BY limit_key, window_start";
    std::vector<Count> found;
    MONITORA_TRY(pool_.with(Connection::Mode::write, [&](Connection& connection) {
      return connection.query(statement, params, [&](const sql::Row& row) {
        found.push_back(
            {std::string(row.text(0)), row.integer(1), static_cast<int>(row.integer(2))});
        return Status();
      });
    }));
    return found;
  }

  Status prune(std::int64_t before) override {
    return pool_.with(Connection::Mode::write, [&](Connection& connection) {
      return connection.execute("DELETE FROM rate_limits WHERE window_start < ?", {p(before)})
          .status();
    });
  }

 private:
  // A row belongs to one node: nobody else writes it, but two threads of that node may.
  static Status put(Connection& connection, const std::string& node, const Count& count) {
    const auto raise = [&] {
      return connection.execute(
          "UPDATE rate_limits SET used = CASE WHEN used < ? THEN ? ELSE used END "
          "WHERE limit_key = ? AND window_start = ? AND node = ?",
          {p(count.used), p(count.used), p(count.key), p(count.window), p(node)});
    };
    MONITORA_ASSIGN(const std::int64_t rows, raise());
    if (rows > 0) return {};
    const Status inserted = connection
                                .execute(
                                    "INSERT INTO rate_limits (limit_key, window_start, node, used) "
                                    "VALUES (?, ?, ?, ?)",
                                    {p(count.key), p(count.window), p(node), p(count.used)})
                                .status();
    return inserted.key() == "unique_violation" ? raise().status() : inserted;
  }

  sql::Pool& pool_;
};

}  // namespace

std::unique_ptr<SharedCounts> make_shared_counts(sql::Pool& pool) {
  return std::make_unique<SqlSharedCounts>(pool);
}

}  // namespace monitora::storage

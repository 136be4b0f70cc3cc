// A connection that counts what is asked of it, around a real one.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "sql/connection.h"

namespace monitora::bench {

// Statements, those of transactions' ends not included: BEGIN travels with the first statement
// where the driver lets it.
struct StatementCount {
  std::atomic<std::int64_t> statements = 0;
};

class CountingConnection final : public sql::Connection {
 public:
  CountingConnection(std::unique_ptr<sql::Connection> real, StatementCount& count)
      : real_(std::move(real)), count_(count) {}

  const sql::Dialect& dialect() const override { return real_->dialect(); }
  Result<std::int64_t> execute(std::string_view statement, sql::Params params) override {
    ++count_.statements;
    return real_->execute(statement, params);
  }
  Status query(std::string_view statement, sql::Params params,
               const std::function<Status(const sql::Row&)>& each) override {
    ++count_.statements;
    return real_->query(statement, params, each);
  }
  Status post(std::string_view statement, sql::Params params) override {
    ++count_.statements;
    return real_->post(statement, params);
  }
  Status run_script(std::string_view script) override { return real_->run_script(script); }
  Status begin(Mode mode) override { return real_->begin(mode); }
  Status commit() override { return real_->commit(); }
  void rollback() override { real_->rollback(); }
  bool in_transaction() const override { return real_->in_transaction(); }
  bool is_broken() const override { return real_->is_broken(); }
  bool is_alive(bool ask) override { return real_->is_alive(ask); }
  Result<std::int64_t> insert_many(
      std::string_view table, std::span<const std::string_view> columns,
      const std::function<Result<bool>(std::span<sql::Param> row)>& next) override {
    ++count_.statements;
    return real_->insert_many(table, columns, next);
  }
  Status insert_blob(std::string_view table, std::span<const std::string_view> columns,
                     sql::Params values, std::string_view blob_column, std::int64_t size,
                     const sql::BlobPart& part) override {
    ++count_.statements;
    return real_->insert_blob(table, columns, values, blob_column, size, part);
  }
  Status read_blob(std::string_view table, std::string_view blob_column,
                   std::string_view key_column, sql::Param key,
                   const std::function<Status(BytesView)>& part) override {
    ++count_.statements;
    return real_->read_blob(table, blob_column, key_column, key, part);
  }

 private:
  std::unique_ptr<sql::Connection> real_;
  StatementCount& count_;
};

}  // namespace monitora::bench

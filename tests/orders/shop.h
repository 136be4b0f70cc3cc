// A shop on a real PostgreSQL or MariaDB, and order tracking over it: for the test and the bench.
#pragma once

#include <mysql.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include "app/order_mapping_json.h"
#include "app/order_tracking.h"
#include "external/external_data.h"
#include "external/shop_data_test.h"
#include "sql/test_postgres.h"

namespace monitora::orders {

class OneDatabase final : public ExternalDatabaseStore {
 public:
  Result<std::optional<Stored>> find(const WorkspaceId&) override { return std::optional(kept); }
  Result<bool> any_enabled() override { return kept.database.is_enabled; }
  Status put(const WorkspaceId&, const ExternalDatabase&, const std::string&) override {
    return {};
  }
  Status remove(const WorkspaceId&) override { return {}; }
  Status set_order_tracking(const WorkspaceId&, const std::string& mapping) override {
    kept.order_tracking = mapping;
    return {};
  }
  Status set_test(const WorkspaceId&, const std::string&, Time) override { return {}; }
  Stored kept;
};

class NoAudit final : public AuditLog {
 public:
  Status append(const Entry&) override { return {}; }
};

class PlainSecrets final : public SecretBox {
 public:
  std::string seal(std::string_view secret, std::string_view) const override {
    return std::string(secret);
  }
  Result<std::string> open(std::string_view sealed, std::string_view) const override {
    return std::string(sealed);
  }
};

// The shop's own today.
class ShopClock final : public Clock {
 public:
  Time now() const override { return external::ShopSize().today + std::chrono::hours(12); }
};

// A server's database with the shop in it; all that is asked of it directly is asked as its owner.
class Server {
 public:
  virtual ~Server() = default;
  virtual void run(const std::string& script) = 0;
  virtual std::vector<std::string> first_column(const std::string& sql) = 0;
  ExternalDatabase database;
};

class Postgres final : public Server {
 public:
  // Null where there is no server.
  static std::unique_ptr<Server> find() {
    const std::string uri = sql::test_postgres_uri("tcp_uri");
    const std::size_t colon = uri.find(':', uri.find('@'));
    if (uri.empty() || colon == std::string::npos) return nullptr;
    return std::make_unique<Postgres>(std::stoi(uri.substr(colon + 1)));
  }
  explicit Postgres(int port)
      : connection_(*sql::open_postgres(made_.options(), sql::Connection::Mode::write)) {
    database.engine = ExternalEngine::postgres;
    database.host = "127.0.0.1";
    database.port = port;
    database.name = made_.name();
    database.user = "postgres";
  }
  void run(const std::string& script) override { (void)connection_->run_script(script); }
  std::vector<std::string> first_column(const std::string& sql) override {
    std::vector<std::string> found;
    (void)connection_->query(sql, {}, [&](const sql::Row& row) {
      found.emplace_back(row.text(0));
      return Status();
    });
    return found;
  }

 private:
  sql::TestPostgres made_;
  std::unique_ptr<sql::Connection> connection_;
};

class Mariadb final : public Server {
 public:
  static std::unique_ptr<Server> find() {
    const char* directory = std::getenv("MONITORA_TEST_MARIADB_DIR");
    int port = 0;
    if (directory != nullptr) std::ifstream(std::string(directory) + "/port") >> port;
    return port == 0 ? nullptr : std::make_unique<Mariadb>(port);
  }
  explicit Mariadb(int port) {
    mysql_init(&connection_);
    mysql_real_connect(&connection_, "127.0.0.1", "root", "", nullptr, static_cast<unsigned>(port),
                       nullptr, CLIENT_MULTI_STATEMENTS);
    mysql_set_character_set(&connection_, "utf8mb4");
    run("DROP DATABASE IF EXISTS order_shop; CREATE DATABASE order_shop; USE order_shop");
    database.engine = ExternalEngine::mysql;
    database.host = "127.0.0.1";
    database.port = port;
    database.name = "order_shop";
    database.user = "root";
  }
  ~Mariadb() override {
    run("DROP DATABASE order_shop");
    mysql_close(&connection_);
  }
  void run(const std::string& script) override {
    mysql_real_query(&connection_, script.data(), script.size());
    do {
      mysql_free_result(mysql_store_result(&connection_));
    } while (mysql_next_result(&connection_) == 0);
  }
  std::vector<std::string> first_column(const std::string& sql) override {
    std::vector<std::string> found;
    mysql_real_query(&connection_, sql.data(), sql.size());
    MYSQL_RES* result = mysql_store_result(&connection_);
    while (MYSQL_ROW row = result != nullptr ? mysql_fetch_row(result) : nullptr)
      found.emplace_back(row[0] != nullptr ? row[0] : "");
    mysql_free_result(result);
    return found;
  }

 private:
  MYSQL connection_{};
};

// The whole way from a question to an answer, but for the chat.
struct Shop {
  Shop(std::unique_ptr<Server> at, int orders_made) : server(std::move(at)) {
    external::make_shop(server->database.engine, {.orders = orders_made},
                        [&](const std::string& script) { server->run(script); });
    server->database.allowed_tables = {"orders", "customers (id, email)"};
    store.kept.database = server->database;
    workspace.id = WorkspaceId::random();
  }
  static OrderMapping mapping(OrderMapping::Claim claim) {
    OrderMapping made;
    made.table = "orders";
    made.number_column = "order_number";
    made.date_column = "created_at";
    made.status_column = "status";
    made.promised_column = "promised_at";
    made.delivered_column = "delivered_at";
    made.total_column = "total";
    made.tracking_column = "tracking_number";
    made.currency = "EUR";
    made.owner_claim = claim;
    made.owner_column = "customer_id";
    if (claim == OrderMapping::Claim::email) {
      made.owner_column = "email";
      made.customers = {"customers", "id", "customer_id"};
    }
    made.statuses = {{"expédiée", {"Expédiée", "Shipped"}, OrderState::open},
                     {"livrée", {"Livrée", "Delivered"}, OrderState::delivered},
                     {"annulée", {"Annulée", "Cancelled"}, OrderState::cancelled}};
    return made;
  }
  Result<OrderMapping> use(OrderMapping::Claim claim) {
    return orders.put({}, workspace.id, mapping(claim));
  }
  Result<OrderTracking::Answer> ask(const std::optional<VisitorIdentity>& identity,
                                    const std::string& text) {
    return orders.answer({workspace, identity, text, text});
  }
  std::string of_customer(int id) const {
    return "SELECT order_number FROM orders WHERE customer_id = " + std::to_string(id) +
           " ORDER BY created_at DESC, order_number DESC";
  }

  std::unique_ptr<Server> server;
  OneDatabase store;
  NoAudit audit;
  PlainSecrets secrets;
  ShopClock clock;
  std::unique_ptr<ExternalData> data =
      external::make_external_data(*net::AddressGuard::parse("127.0.0.1"));
  ExternalDatabases databases{{store, *data, secrets, audit, clock}};
  OrderTracking orders{{store, databases, audit, clock}};
  Workspace workspace;
};

}  // namespace monitora::orders

// Where a customer's database has its orders, as its admin says and tries it. Reading other
// people's is tried in tests/orders.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class OrdersScenario : public ::testing::Test {
 protected:
  Reply send(const std::string& method, const std::string& path, const json::value& body) {
    return server.send(method, database + path, owner.access_token, body);
  }
  Reply call(const std::string& method, const std::string& path = "/orders") {
    return server.call(method, database + path, {.token = owner.access_token});
  }
  void configure(json::array tables = {"sales"}) {
    ASSERT_EQ(send("PUT", "",
                   {{"db_type", "postgres"},
                    {"db_host", "db.example"},
                    {"db_name", "boutique"},
                    {"db_user", "lecture"},
                    {"db_password", "secret-51c2"},
                    {"allowed_tables", std::move(tables)}})
                  .status,
              200);
  }
  static json::object mapping(json::object change = {}) {
    json::object body{{"table", "sales"},
                      {"number_column", "ref"},
                      {"date_column", "made_on"},
                      {"status_column", "state"},
                      {"owner_column", "email"},
                      {"delivery_days", 5},
                      {"statuses", {{{"value", "sent"}, {"fr", "Expédiée"}, {"en", "Shipped"}}}}};
    for (const auto& [name, value] : change) body[name] = value;
    return body;
  }

  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner);
  std::string database = "/api/workspaces/" + workspace + "/database";
};

TEST_F(OrdersScenario, AMappingIsMadeReadAndRemoved) {
  EXPECT_EQ(call("GET").json(), (json::object{{"configured", false}}));
  EXPECT_EQ(call("DELETE").code(), "orders_not_configured");
  EXPECT_EQ(send("PUT", "/orders", mapping()).code(), "database_not_configured");
  EXPECT_EQ(send("POST", "/orders/try", {{"message", "?"}}).code(), "orders_not_configured");
  configure();
  EXPECT_EQ(call("DELETE").code(), "orders_not_configured");

  const Reply made = send("PUT", "/orders", mapping());
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.text("table"), "public.sales") << "as the database calls it";
  EXPECT_EQ(made.text("number_column"), "Ref");
  EXPECT_EQ(made.text("owner_claim"), "email");
  EXPECT_EQ(made.json().at("is_enabled"), true);
  EXPECT_EQ(made.json().at("slightly_late_days"), 2);
  EXPECT_EQ(made.json(), call("GET").json());
  EXPECT_EQ(send("PUT", "/orders", made.json()).json(), made.json()) << "what it says, it takes";
  EXPECT_EQ(server.rows("SELECT count(*) FROM audit_log WHERE action = 'order_tracking.put'"), 2);

  send("PUT", "", {{"db_name", "magasin"}});
  EXPECT_EQ(call("GET").json(), made.json()) << "the connection's settings leave it alone";
  EXPECT_EQ(call("DELETE").status, 204);
  EXPECT_EQ(call("GET").json().at("configured"), false);
}

TEST_F(OrdersScenario, EveryNameMustBeThereAndAllowed) {
  configure({"orders", "sales (Ref, made_on, email)"});
  EXPECT_THAT(send("PUT", "/orders", json::object{}).wrong_fields(),
              UnorderedElementsAre("table", "number_column", "date_column", "status_column",
                                   "owner_column"));
  EXPECT_THAT(send("PUT", "/orders", mapping()).wrong_fields(), ElementsAre("status_column"))
      << "it is there, but not allowed";
  configure();
  const std::pair<json::object, const char*> wrong[] = {
      {{{"table", "orders"}}, "table"},
      {{{"table", "sales (Ref)"}}, "table"},
      {{{"table", "sales; DROP TABLE sales"}}, "table"},
      {{{"table", "other.sales"}}, "table"},
      {{{"number_column", "id"}}, "number_column"},
      {{{"owner_column", "email) OR (1=1"}}, "owner_column"},
      {{{"owner_column", 7}}, "owner_column"},
      {{{"promised_column", "soon"}}, "promised_column"},
      {{{"owner_claim", "name"}}, "owner_claim"},
      {{{"customers", {{"table", "people"}}}}, "customers.table"},
      {{{"customers", 1}}, "customers"},
      {{{"items", {{"table", "sales"}, {"key", "x"}}}}, "items.key"},
      {{{"delivery_days", -1}}, "delivery_days"},
      {{{"delivery_days", "5"}}, "delivery_days"},
      {{{"slightly_late_days", 100000000000}}, "slightly_late_days"},
      {{{"currency", "une monnaie"}}, "currency"},
      {{{"statuses", {{{"value", "a"}}}}}, "statuses"},
      {{{"statuses", {{{"value", "a"}, {"fr", "A"}, {"en", "A"}, {"state", "lost"}}}}},
       "statuses.state"},
      {{{"statuses", "sent"}}, "statuses"},
      {{{"tabel", "sales"}}, "tabel"}};
  for (const auto& [change, field] : wrong)
    EXPECT_THAT(send("PUT", "/orders", mapping(change)).wrong_fields(), ::testing::Contains(field))
        << json::serialize(change);
  EXPECT_EQ(call("GET").json().at("configured"), false);
}

TEST_F(OrdersScenario, AnAdminTriesWhatAVisitorWouldBeTold) {
  configure();
  ASSERT_EQ(send("PUT", "/orders", mapping()).status, 200);
  const json::object zoe{{"email", "Zoe@Example.com"}, {"sub", "12"}};
  const auto ask = [&](const std::string& message, const json::value& identity) {
    return send("POST", "/orders/try", {{"message", message}, {"identity", identity}});
  };
  const Reply found = ask("Where is my order FR-1234?", zoe);
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_THAT(found.text("response"), HasSubstr("Your order FR-1234 of 1 November 2026: Shipped"));
  const json::value order = found.json().at("orders").at(0);
  EXPECT_EQ(order.at("expected"), "2026-11-06");
  EXPECT_EQ(order.at("label"), "Shipped");
  EXPECT_THAT(found.text("sql"), HasSubstr(":owner0"));
  EXPECT_THAT(ask("Où en est ma commande FR-1234 ?", zoe).text("response"), HasSubstr("Expédiée"));
  EXPECT_THAT(ask("Show my recent orders", zoe).text("response"), HasSubstr("FR-1234"));

  const std::string absent = ask("Where is my order FR-9999?", zoe).text("response");
  EXPECT_THAT(absent, HasSubstr("I find no order FR-9999"));
  const Reply others = ask("Where is my order FR-1234?", {{"email", "eve@example.com"}});
  EXPECT_THAT(others.text("response"), HasSubstr("I find no order FR-1234"));
  EXPECT_EQ(others.json().at("orders"), json::array());
  for (const json::value& nobody :
       {json::value(), json::value(json::object()), json::value({{"sub", "12"}})}) {
    const Reply reply = ask("Where is my order FR-1234? My email is zoe@example.com", nobody);
    EXPECT_THAT(reply.text("response"), HasSubstr("sign in to your account"));
    EXPECT_TRUE(reply.json().at("sql").is_null());
  }
  EXPECT_THAT(send("POST", "/orders/try", {{"message", " "}}).wrong_fields(),
              ElementsAre("message"));
  EXPECT_THAT(ask("?", {{"name", "zoe"}}).wrong_fields(), ElementsAre("name"));

  send("PUT", "", {{"is_enabled", false}});
  EXPECT_EQ(ask("Where is my order?", zoe).code(), "database_disabled");
}

}  // namespace
}  // namespace monitora::scenarios

// A workspace's own database as its admin sees it. What is asked of real databases is tested in
// src/external.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "Mot-de-passe-51c2";

class ExternalScenario : public ::testing::Test {
 protected:
  Reply send(const std::string& method, const std::string& path, const json::value& body) {
    return server.send(method, database + path, owner.access_token, body);
  }
  Reply call(const std::string& method, const std::string& path = "") {
    return server.call(method, database + path, {.token = owner.access_token});
  }
  Reply put(json::object change = {}) {
    json::object body{{"db_type", "postgres"},  {"db_host", "db.example"},
                      {"db_name", "boutique"},  {"db_user", "lecture"},
                      {"db_password", kSecret}, {"allowed_tables", {"public.orders"}}};
    for (const auto& [name, value] : change) body[name] = value;
    return send("PUT", "", body);
  }

  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner);
  std::string database = "/api/workspaces/" + workspace + "/database";
};

TEST_F(ExternalScenario, IsNotConfiguredAtFirst) {
  const json::value none = call("GET").json();
  EXPECT_EQ(none.at("configured"), false);
  EXPECT_TRUE(none.at("db_host").is_null());
  EXPECT_EQ(call("POST", "/test").code(), "database_not_configured");
  EXPECT_EQ(call("GET", "/schema").code(), "database_not_configured");
  EXPECT_EQ(send("POST", "/query", {{"sql", "SELECT 1"}}).code(), "database_not_configured");
  EXPECT_EQ(call("DELETE").code(), "database_not_configured");
}

TEST_F(ExternalScenario, ThePasswordIsNeverShownAndStaysWhenItIsNotGiven) {
  const Reply made = put();
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.json().at("configured"), true);
  EXPECT_EQ(made.json().at("db_port"), 5432) << "the usual one";
  EXPECT_EQ(made.json(), call("GET").json());
  EXPECT_EQ(send("POST", "", {{"db_name", "magasin"}}).text("db_name"), "magasin");
  EXPECT_EQ(send("PUT", "", {{"db_password", nullptr}}).status, 200);
  EXPECT_EQ(send("PUT", "", {{"db_password", ""}}).status, 200);
  for (const Reply& reply : {made, call("GET"), call("POST", "/test")})
    EXPECT_THAT(reply.body, Not(HasSubstr("assw"))) << reply.body;
  EXPECT_THAT(server.passwords_sent(), ElementsAre(kSecret));
  EXPECT_EQ(server.rows("SELECT count(*) FROM workspace_databases WHERE db_password_encrypted LIKE "
                        "'x1.%' AND db_password_encrypted NOT LIKE '%51c2%'"),
            1);
  EXPECT_EQ(server.rows("SELECT count(*) FROM audit_log WHERE action = 'external_database.put'"),
            4);
}

TEST_F(ExternalScenario, AnotherServerIsNotSentTheStoredPassword) {
  put();
  const json::object elsewhere[] = {
      {{"db_host", "attaquant.example"}}, {{"db_port", 5433}}, {{"db_type", "mysql"}}};
  for (const json::object& change : elsewhere)
    EXPECT_THAT(send("PUT", "", change).wrong_fields(), ElementsAre("db_password"));
  EXPECT_EQ(send("PUT", "", {{"db_host", "autre.example"}, {"db_password", "x"}}).status, 200);
}

TEST_F(ExternalScenario, WhatIsWrongIsNamed) {
  EXPECT_THAT(send("PUT", "", json::object{}).wrong_fields(),
              ElementsAre("db_host", "db_name", "db_user", "db_password"));
  EXPECT_THAT(put({{"db_type", "oracle"}}).wrong_fields(), ElementsAre("db_type"));
  for (const char* host : {"", "a b", "db.example;hostaddr=127.0.0.1", "a/b", "host=x", "[]", "'"})
    EXPECT_THAT(put({{"db_host", host}}).wrong_fields(), ElementsAre("db_host")) << host;
  for (const int port : {-1, 0, 22, 25, 443, 6379, 65536})
    EXPECT_THAT(put({{"db_port", port}}).wrong_fields(), ElementsAre("db_port")) << port;
  EXPECT_THAT(put({{"db_port", "5432"}}).wrong_fields(), ElementsAre("db_port"));
  EXPECT_THAT(put({{"db_name", "a\nb"}}).wrong_fields(), ElementsAre("db_name"));
  EXPECT_THAT(put({{"db_password", std::string(129, 'x')}}).wrong_fields(),
              ElementsAre("db_password"));
  EXPECT_THAT(put({{"db_passwort", "x"}}).wrong_fields(), ElementsAre("db_passwort"));
  for (const char* table : {"", "()", "orders ()", "orders (id", "orders (id,)", ".orders"})
    EXPECT_THAT(put({{"allowed_tables", {table}}}).wrong_fields(), ElementsAre("allowed_tables"))
        << table;
  EXPECT_EQ(put({{"allowed_tables", {"orders", "public.orders", "orders (id, status)"}}}).status,
            200);
}

TEST_F(ExternalScenario, ATestSaysWhatItFound) {
  put();
  json::value tested = call("POST", "/test").json();
  EXPECT_EQ(tested.at("success"), true);
  EXPECT_EQ(tested.at("server_version"), "PostgreSQL 15.4");
  EXPECT_EQ(tested.at("latency_ms"), 7);
  EXPECT_EQ(tested.at("can_write"), false);
  EXPECT_EQ(call("GET").text("last_test_status"), "success");
  EXPECT_EQ(call("GET").text("last_test_at"), format_time(server.clock().time));

  send("PUT", "", {{"allowed_tables", {"orders"}}});
  EXPECT_EQ(call("GET").text("last_test_status"), "success") << "of the same connection";
  send("PUT", "", {{"db_user", "root"}});
  EXPECT_TRUE(call("GET").json().at("last_test_status").is_null());
  tested = call("POST", "/test").json();
  EXPECT_EQ(tested.at("success"), true);
  EXPECT_THAT(std::string(tested.at("message").as_string()), HasSubstr("can also write"));
  EXPECT_EQ(call("GET").text("last_test_status"), "warning");

  put({{"db_host", "eteint.example"}});
  const Reply failed = call("POST", "/test");
  EXPECT_EQ(failed.status, 200);
  EXPECT_EQ(failed.json(),
            (json::object{{"success", false}, {"message", "The server does not answer."}}));
  EXPECT_EQ(call("GET").text("last_test_status"), "connect_failed");
}

TEST_F(ExternalScenario, TablesAndRows) {
  put();
  const json::value schema = call("GET", "/schema").json();
  EXPECT_EQ(schema.at("tables").at(0).at("name"), "orders");
  EXPECT_EQ(schema.at("tables").at(0).at("columns").at(0).at("is_key"), true);
  const json::value answer = send("POST", "/query", {{"sql", "SELECT * FROM orders"}}).json();
  EXPECT_EQ(answer.at("row_count"), 1);
  EXPECT_EQ(answer.at("truncated"), false);
  EXPECT_EQ(answer.at("rows").at(0), (json::array{1, "Zoé", 2.5, true, nullptr}));
  EXPECT_EQ(send("POST", "/query", {{"question", "Combien ?"}}).code(), "questions_unavailable");
  EXPECT_THAT(send("POST", "/query", {{"question", "?"}, {"sql", "SELECT 1"}}).wrong_fields(),
              ElementsAre("sql"));
  EXPECT_THAT(send("POST", "/query", {{"sql", " "}}).wrong_fields(), ElementsAre("sql"));

  send("PUT", "", {{"allowed_tables", json::array()}});
  EXPECT_EQ(send("POST", "/query", {{"sql", "SELECT 1"}}).code(), "no_tables_allowed");
  send("PUT", "", {{"is_enabled", false}});
  EXPECT_EQ(send("POST", "/query", {{"sql", "SELECT 1"}}).code(), "database_disabled");
  EXPECT_EQ(call("GET", "/schema").status, 200) << "to choose tables before it is switched on";

  put({{"db_host", "eteint.example"}});
  const Reply failed = send("POST", "/query", {{"sql", "SELECT 1"}});
  EXPECT_EQ(failed.status, 409) << "still switched off";
  send("PUT", "", {{"is_enabled", true}});
  const Reply away = send("POST", "/query", {{"sql", "SELECT 1"}});
  EXPECT_EQ(away.status, 502);
  EXPECT_THAT(away.body, Not(HasSubstr("driver says so")));

  EXPECT_EQ(call("DELETE").status, 204);
  EXPECT_EQ(call("GET").json().at("configured"), false);
}

TEST_F(ExternalScenario, AModelWritesTheStatementAndTheRowsAreTheAnswer) {
  put({{"descriptions", {{"orders", "Les commandes payées"}, {"orders.total", "TTC, en euros"}}}});
  server.model_writes({"```sql\nSELECT id FROM orders;\n```"});
  const Reply answered = send("POST", "/query", {{"question", "Combien de commandes ?"}});
  ASSERT_EQ(answered.status, 200) << answered.body;
  EXPECT_EQ(answered.text("sql"), "SELECT id FROM orders");
  EXPECT_EQ(answered.text("answer"),
            "- id : **1**\n- name : **Zoé**\n- total : **2,5**\n- paid : **oui**\n- note : **—**");
  EXPECT_TRUE(answered.json().at("prepared_question_id").is_null());
  ASSERT_EQ(server.model_was_told().size(), 1u);
  const std::string told = server.model_was_told()[0];
  for (const char* part : {"public.orders -- Les commandes payées", "total numeric",
                           "TTC, en euros", "PostgreSQL", "Combien de commandes ?"})
    EXPECT_THAT(told, HasSubstr(part));
  EXPECT_THAT(told, Not(HasSubstr("ligne-montree"))) << "rows only where the admin allows it";

  EXPECT_EQ(send("PUT", "", {{"sample_rows", true}}).json().at("sample_rows"), true);
  server.model_writes({"SELECT id FROM orders"});
  EXPECT_EQ(send("POST", "/query", {{"question", "How many orders?"}}).status, 200);
  EXPECT_THAT(server.model_was_told()[0], HasSubstr("ligne-montree"));
}

TEST_F(ExternalScenario, AWrongStatementIsCorrectedOnce) {
  put();
  server.model_writes({"SELECT inconnue FROM orders", "SELECT id FROM orders"});
  EXPECT_EQ(send("POST", "/query", {{"question", "Combien ?"}}).text("sql"),
            "SELECT id FROM orders");
  ASSERT_EQ(server.model_was_told().size(), 2u);
  EXPECT_THAT(server.model_was_told()[1], HasSubstr("A column is unknown. (column inconnue)"));

  const std::vector<std::vector<std::string>> hostile = {
      {"DELETE FROM orders", "DROP TABLE orders"},
      {"Bien sûr ! Voici les commandes.", "Je ne peux pas."},
      {"SELECT inconnue FROM orders", "SELECT inconnue FROM orders", "SELECT id FROM orders"},
      {"DELETE FROM orders", ""},
      {std::string(1 << 20, 'x'), std::string(1 << 20, 'y')}};
  for (const auto& replies : hostile) {
    server.model_writes(replies);
    const Reply failed = send("POST", "/query", {{"question", "Combien ?"}});
    EXPECT_EQ(failed.status, 409) << failed.body;
    EXPECT_EQ(failed.code(), "question_unanswered") << replies[0].substr(0, 40);
    EXPECT_EQ(server.model_was_told().size(), 2u) << "once";
    EXPECT_THAT(failed.body, Not(HasSubstr("column inconnue"))) << "the driver's words";
  }
  for (const char* nothing : {"NO_ANSWER", "", " \n", "``````"}) {
    server.model_writes({nothing});
    EXPECT_EQ(send("POST", "/query", {{"question", "Combien ?"}}).code(), "question_unanswered");
    EXPECT_EQ(server.model_was_told().size(), 1u);
  }
}

class PreparedScenario : public ExternalScenario {
 protected:
  void SetUp() override { put(); }
  Reply prepare(json::object change = {}) {
    json::object body{
        {"description", "commandes d'un client depuis une date"},
        {"examples", {"commandes du client 12 depuis le 5 mars 2026", "commandes du client 12"}},
        {"sql", "SELECT id FROM orders WHERE customer_id = :client AND created_at >= :depuis"},
        {"parameters",
         {{{"name", "client"}, {"type", "integer"}, {"label", "numéro de client"}},
          {{"name", "depuis"}, {"type", "date"}}}}};
    for (const auto& [name, value] : change) body[name] = value;
    return send("POST", "/questions", body);
  }
};

TEST_F(PreparedScenario, IsKeptListedChangedAndDeleted) {
  const Reply made = prepare();
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.text("id");
  EXPECT_EQ(made.json().at("parameters").at(0).at("label"), "numéro de client");
  EXPECT_EQ(made.json().at("is_enabled"), true);
  EXPECT_EQ(call("GET", "/questions").json().at("items").at(0), made.json());
  const Reply changed = send("PATCH", "/questions/" + id, {{"is_enabled", false}});
  EXPECT_EQ(changed.json().at("is_enabled"), false) << changed.body;
  EXPECT_EQ(changed.text("sql"), made.text("sql"));
  EXPECT_EQ(
      send("POST", "/query", {{"question", "commandes du client 12 depuis le 5 mars 2026"}}).code(),
      "questions_unavailable")
      << "it is switched off";
  EXPECT_EQ(call("DELETE", "/questions/" + id).status, 204);
  EXPECT_EQ(call("GET", "/questions/" + id).code(), "question_not_found");
}

TEST_F(PreparedScenario, WhatIsWrongIsSaidWhenItIsSaved) {
  EXPECT_THAT(send("POST", "/questions", json::object{}).wrong_fields(),
              ElementsAre("description", "sql"));
  EXPECT_EQ(prepare({{"sql", "DELETE FROM orders"}}).code(), "statement_refused");
  for (const json::value& parameters :
       {json::value{{{"name", "a b"}, {"type", "text"}}},
        json::value{{{"name", "a"}, {"type", "x"}}},
        json::value{{{"name", "a"}, {"type", "choice"}}},
        json::value{{{"name", "a"}, {"type", "text"}}, {{"name", "a"}, {"type", "text"}}},
        json::value{{{"name", "a"}, {"type", "text"}, {"values", {"b"}}}}, json::value("a")})
    EXPECT_THAT(prepare({{"parameters", parameters}}).wrong_fields(), ElementsAre("parameters"))
        << json::serialize(parameters);
  EXPECT_EQ(prepare({{"sql", "SELECT :client"}, {"parameters", json::array()}}).code(),
            "statement_refused");
  const std::string id = prepare().text("id");
  EXPECT_EQ(send("PATCH", "/questions/" + id, {{"sql", "DELETE FROM orders"}}).code(),
            "statement_refused");
}

TEST_F(PreparedScenario, IsTriedAndAskedWithItsParameters) {
  const std::string id = prepare().text("id");
  const Reply tried =
      send("POST", "/questions/" + id + "/try", {{"question", "depuis le 05/03/2026, client 12"}});
  ASSERT_EQ(tried.status, 200) << tried.body;
  EXPECT_EQ(tried.json().at("parameters"),
            (json::object{{"client", 12}, {"depuis", "2026-03-05"}}));
  EXPECT_THAT(send("POST", "/questions/" + id + "/try", {{"question", "client 12"}}).wrong_fields(),
              ElementsAre("parameters"));
  EXPECT_EQ(send("POST", "/questions/" + id + "/try",
                 {{"parameters", {{"client", 3}, {"depuis", "2026-01-01"}}}})
                .status,
            200);
  for (const json::object& wrong :
       {json::object{{"client", "1; DROP"}, {"depuis", "2026-01-01"}},
        json::object{{"client", 1}, {"depuis", "hier ou avant"}}, json::object{{"autre", 1}}})
    EXPECT_THAT(send("POST", "/questions/" + id + "/try", {{"parameters", wrong}}).wrong_fields(),
                ElementsAre("parameters"));

  const Reply asked =
      send("POST", "/query", {{"question", "commandes du client 14 depuis le 5 mars 2026"}});
  ASSERT_EQ(asked.status, 200) << asked.body;
  EXPECT_EQ(asked.text("prepared_question_id"), id);
  EXPECT_THAT(asked.text("answer"), HasSubstr("commandes d'un client depuis une date\n\n- id"));
  const Reply short_of = send("POST", "/query", {{"question", "commandes du client 12"}});
  EXPECT_EQ(short_of.text("sql"), "");
  EXPECT_EQ(short_of.text("answer"),
            "Pour répondre, il me faut aussi : depuis (par exemple 05/03/2026).");
}

TEST_F(ExternalScenario, APasswordOfAnotherInstallationIsSaidToBeUnreadable) {
  put();
  server.execute("UPDATE workspace_databases SET db_password_encrypted = 'gAAAAAB'");
  const Reply tested = call("POST", "/test");
  EXPECT_EQ(tested.json().at("success"), false);
  EXPECT_THAT(tested.text("message"), HasSubstr("save it again"));
  EXPECT_EQ(call("GET", "/schema").code(), "password_unreadable");
  EXPECT_EQ(send("PUT", "", {{"db_password", kSecret}}).status, 200);
  EXPECT_EQ(call("POST", "/test").json().at("success"), true);
}

}  // namespace
}  // namespace monitora::scenarios

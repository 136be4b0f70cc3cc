// Every route against everybody: who gets in, and what nobody is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "domain/question_group.h"
#include "http/test_server.h"
#include "http/wire.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

// What each of them is answered. 0: not tried.
struct Expected {
  const char* method;
  const char* path;  // {wid}, {id} (a document or conversation), {user_id}, {key_id}
  int guest, lecteur, admin, neighbour, key;
  const char* body = "";
};

constexpr const char* kName = R"({"name":"Autre"})";
constexpr const char* kEmpty = "{}";
constexpr const char* kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
constexpr const char* kAnswer = R"({"answer":"Oui."})";

// In this order: what deletes comes last.
const Expected kTable[] = {
    //                                                         guest lecteur admin neighbour key
    {"GET", "/api/auth/me", 401, 200, 200, 200, 401},
    {"PATCH", "/api/auth/me", 401, 200, 200, 200, 401, kEmpty},
    {"GET", "/api/auth/sessions", 401, 200, 200, 200, 401},
    {"DELETE", "/api/auth/sessions/{id}", 401, 404, 404, 404, 401},
    {"POST", "/api/auth/change-password", 401, 422, 422, 422, 401, kEmpty},

    {"GET", "/api/workspaces", 401, 200, 200, 200, 401},
    {"POST", "/api/workspaces", 401, 403, 201, 201, 401, kName},
    {"GET", "/api/workspaces/{wid}", 401, 200, 200, 404, 401},
    {"PATCH", "/api/workspaces/{wid}", 401, 403, 200, 404, 401, kEmpty},
    {"GET", "/api/workspaces/{wid}/rag-config", 401, 200, 200, 404, 401},
    {"PATCH", "/api/workspaces/{wid}/rag-config", 401, 403, 200, 404, 401, kEmpty},
    {"GET", "/api/workspaces/{wid}/widget-config", 401, 200, 200, 404, 401},
    {"PATCH", "/api/workspaces/{wid}/widget-config", 401, 403, 200, 404, 401, kEmpty},
    {"GET", "/api/workspaces/{wid}/widget-sites", 401, 200, 200, 404, 401},
    {"POST", "/api/workspaces/{wid}/identity-secret", 401, 403, 201, 404, 401},
    {"GET", "/api/workspaces/{wid}/members", 401, 403, 200, 404, 401},
    {"POST", "/api/workspaces/{wid}/members", 401, 403, 422, 404, 401, kEmpty},
    {"PATCH", "/api/workspaces/{wid}/members/{user_id}", 401, 403, 422, 404, 401, kEmpty},
    {"GET", "/api/workspaces/{wid}/api-keys", 401, 403, 200, 404, 401},
    {"POST", "/api/workspaces/{wid}/api-keys", 401, 403, 201, 404, 401, kName},

    {"GET", "/api/documents/workspace/{wid}", 401, 200, 200, 404, 401},
    {"POST", "/api/documents/workspace/{wid}/upload", 401, 403, 422, 404, 401},
    {"POST", "/api/documents/workspace/{wid}/upload-multiple", 401, 403, 422, 404, 401},
    {"POST", "/api/documents/workspace/{wid}/reindex-all", 401, 403, 202, 404, 401},
    {"GET", "/api/documents/{id}", 401, 200, 200, 404, 401},
    {"GET", "/api/documents/{id}/content", 401, 200, 200, 404, 401},
    {"GET", "/api/documents/{id}/chunks", 401, 200, 200, 404, 401},
    {"POST", "/api/documents/{id}/reindex", 401, 403, 202, 404, 401},

    {"GET", "/api/workspaces/{wid}/conversations", 401, 200, 200, 404, 401},
    {"GET", "/api/workspaces/{wid}/conversations/export", 401, 200, 200, 404, 401},
    {"GET", "/api/conversations/{id}", 401, 200, 200, 404, 401},
    {"GET", "/api/conversations/{id}/messages", 401, 200, 200, 404, 401},

    {"POST", "/api/conversations/{id}/handover", 401, 403, 422, 404, 401, kEmpty},
    {"POST", "/api/conversations/{id}/messages", 401, 403, 422, 404, 401, kEmpty},
    {"POST", "/api/workspaces/{wid}/handover/try-mail", 401, 403, 409, 404, 401},

    {"GET", "/api/workspaces/{wid}/answers", 401, 200, 200, 404, 401},
    {"POST", "/api/workspaces/{wid}/answers", 401, 403, 422, 404, 401, kEmpty},
    {"GET", "/api/workspaces/{wid}/answers/export", 401, 200, 200, 404, 401},
    {"POST", "/api/workspaces/{wid}/answers/import", 401, 403, 422, 404, 401},
    {"GET", "/api/workspaces/{wid}/answers/{answer_id}", 401, 200, 200, 404, 401},
    {"PATCH", "/api/workspaces/{wid}/answers/{answer_id}", 401, 403, 200, 404, 401, kEmpty},

    {"GET", "/api/workspaces/{wid}/cache", 401, 200, 200, 404, 401},
    {"DELETE", "/api/workspaces/{wid}/cache", 401, 403, 204, 404, 401},

    {"GET", "/api/workspaces/{wid}/analytics", 401, 200, 200, 404, 401},
    {"GET", "/api/insights/{wid}", 401, 200, 200, 404, 401},
    {"POST", "/api/insights/{wid}/recalculate", 401, 403, 200, 404, 401},
    {"GET", "/api/insights/{wid}/groups/{group_id}/check", 401, 200, 200, 404, 401},
    {"POST", "/api/insights/{wid}/groups/{group_id}/answer", 401, 403, 202, 404, 401, kAnswer},
    {"POST", "/api/insights/{wid}/resolve/{message_id}", 401, 403, 204, 404, 401},
    {"POST", "/api/insights/{wid}/groups/{group_id}/resolve", 401, 403, 200, 404, 401},

    {"GET", "/api/workspaces/{wid}/webhooks", 401, 403, 200, 404, 401},
    {"POST", "/api/workspaces/{wid}/webhooks", 401, 403, 422, 404, 401, kEmpty},
    {"GET", "/api/workspaces/{wid}/webhooks/{webhook_id}", 401, 403, 200, 404, 401},
    {"PATCH", "/api/workspaces/{wid}/webhooks/{webhook_id}", 401, 403, 200, 404, 401, kEmpty},
    {"POST", "/api/workspaces/{wid}/webhooks/{webhook_id}/test", 401, 403, 200, 404, 401},
    {"POST", "/api/workspaces/{wid}/webhooks/{webhook_id}/rotate-secret", 401, 403, 200, 404, 401},
    {"GET", "/api/workspaces/{wid}/webhooks/{webhook_id}/deliveries", 401, 403, 200, 404, 401},

    {"GET", "/api/workspaces/{wid}/database/questions", 401, 403, 200, 404, 401},
    {"POST", "/api/workspaces/{wid}/database/questions", 401, 403, 422, 404, 401, kEmpty},
    {"GET", "/api/workspaces/{wid}/database/questions/{question_id}", 401, 403, 200, 404, 401},
    {"PATCH", "/api/workspaces/{wid}/database/questions/{question_id}", 401, 403, 200, 404, 401,
     kEmpty},
    {"POST", "/api/workspaces/{wid}/database/questions/{question_id}/try", 401, 403, 200, 404, 401,
     kEmpty},
    {"GET", "/api/workspaces/{wid}/database", 401, 403, 200, 404, 401},
    {"PUT", "/api/workspaces/{wid}/database", 401, 403, 200, 404, 401, kEmpty},
    {"POST", "/api/workspaces/{wid}/database", 401, 403, 200, 404, 401, kEmpty},
    {"POST", "/api/workspaces/{wid}/database/test", 401, 403, 200, 404, 401},
    {"GET", "/api/workspaces/{wid}/database/schema", 401, 403, 200, 404, 401},
    {"POST", "/api/workspaces/{wid}/database/query", 401, 403, 422, 404, 401, kEmpty},
    {"GET", "/api/workspaces/{wid}/database/orders", 401, 403, 200, 404, 401},
    {"PUT", "/api/workspaces/{wid}/database/orders", 401, 403, 422, 404, 401, kEmpty},
    {"POST", "/api/workspaces/{wid}/database/orders/try", 401, 403, 422, 404, 401, kEmpty},

    {"POST", "/mcp", 401, 401, 401, 401, 200, kPing},
    {"GET", "/v1/models", 401, 401, 401, 401, 200},
    {"GET", "/v1/models/{model}", 401, 401, 401, 401, 200},
    {"POST", "/v1/chat/completions", 401, 401, 401, 401, 400, kEmpty},
    {"POST", "/v1/embeddings", 401, 401, 401, 401, 400, kEmpty},

    {"POST", "/hubs/workspace/negotiate", 401, 200, 200, 200, 401},
    {"GET", "/hubs/workspace", 401, 422, 422, 422, 401},
    {"POST", "/hubs/workspace", 401, 422, 422, 422, 401},
    {"DELETE", "/hubs/workspace", 401, 422, 422, 422, 401},

    {"GET", "/health", 200, 200, 200, 200, 200},
    {"GET", "/ready", 200, 200, 200, 200, 200},
    {"GET", "/metrics", 401, 401, 401, 401, 401},
    {"GET", "/api/openapi.json", 200, 200, 200, 200, 200},
    {"GET", "/api/site", 200, 200, 200, 200, 200},
    {"POST", "/api/auth/register", 422, 422, 422, 422, 422, kEmpty},
    {"POST", "/api/auth/login", 422, 422, 422, 422, 422, kEmpty},
    {"POST", "/api/auth/refresh", 422, 422, 422, 422, 422, kEmpty},

    {"DELETE", "/api/conversations/{id}", 401, 403, 204, 404, 401},
    {"DELETE", "/api/documents/{id}", 401, 403, 204, 404, 401},
    {"DELETE", "/api/workspaces/{wid}/answers/{answer_id}", 401, 403, 204, 404, 401},
    {"DELETE", "/api/workspaces/{wid}/database/orders", 401, 403, 404, 404, 401},
    {"DELETE", "/api/workspaces/{wid}/database/questions/{question_id}", 401, 403, 204, 404, 401},
    {"DELETE", "/api/workspaces/{wid}/database", 401, 403, 204, 404, 401},
    {"DELETE", "/api/workspaces/{wid}/webhooks/{webhook_id}", 401, 403, 204, 404, 401},
    {"DELETE", "/api/workspaces/{wid}/api-keys/{key_id}", 401, 403, 204, 404, 401},
    {"DELETE", "/api/workspaces/{wid}/members/{user_id}", 401, 403, 204, 404, 401},
    {"DELETE", "/api/workspaces/{wid}", 401, 403, 204, 404, 401},
    {"POST", "/api/auth/logout", 401, 204, 204, 204, 401},
};

class AccessScenario : public ::testing::Test {
 protected:
  void SetUp() override {
    server.execute("UPDATE workspaces SET description = 'Confidentiel-7f3a' WHERE id = '" +
                   workspace + "'");
    server.invite(owner, workspace, lecteur.email, "lecteur");
    server.invite(owner, workspace, member.email, "lecteur");
    server.workspace(neighbour, "Voisin");
    document =
        server.document(owner, workspace, {"file", "Tarifs-secrets.txt", "Contenu-secret-9b1c"});
    conversation = server.talk(workspace, {{.asked = "Question-secrete-51c2", .score = 0.1},
                                           {.asked = "Question-secrete-51c2", .score = 0.1}});
    message = server.message(conversation, 1);
    key = server.api_key(owner, workspace);
    const json::value keys = server
                                 .call("GET", "/api/workspaces/" + workspace + "/api-keys",
                                       {.token = owner.access_token})
                                 .json();
    key_id = keys.at("items").at(0).at("id").as_string();
    webhook = server
                  .send("POST", "/api/workspaces/" + workspace + "/webhooks", owner.access_token,
                        {{"url", "https://recepteur.example/"}, {"events", {"feedback.negative"}}})
                  .text("id");
    answer = server
                 .send("POST", "/api/workspaces/" + workspace + "/answers", owner.access_token,
                       {{"question", "Question-secrete-51c2"}, {"answer", "Contenu-secret-9b1c"}})
                 .text("id");
    EXPECT_EQ(server
                  .send("PUT", "/api/workspaces/" + workspace + "/database", owner.access_token,
                        {{"db_type", "postgres"},
                         {"db_host", "Confidentiel-7f3a.example"},
                         {"db_name", "boutique"},
                         {"db_user", "lecture"},
                         {"db_password", "Contenu-secret-9b1c"},
                         {"allowed_tables", {"orders"}}})
                  .status,
              200);
    prepared = server
                   .send("POST", "/api/workspaces/" + workspace + "/database/questions",
                         owner.access_token,
                         {{"description", "Question-secrete-51c2"}, {"sql", "SELECT(1) AS un"}})
                   .text("id");
  }

  std::string filled(std::string path, bool absent = false) const {
    const auto put = [&](const std::string& name, const std::string& value) {
      if (const auto at = path.find(name); at != std::string::npos)
        path.replace(at, name.size(), absent ? "00000000-0000-4000-8000-000000000000" : value);
    };
    put("{wid}", workspace);
    put("{id}", path.starts_with("/api/conversations/") ? conversation : document);
    put("{user_id}", member.id);
    put("{key_id}", key_id);
    put("{webhook_id}", webhook);
    put("{answer_id}", answer);
    put("{question_id}", prepared);
    put("{model}", workspace);
    put("{message_id}", message);
    put("{group_id}", question_group("Question-secrete-51c2"));
    return path;
  }
  Reply call(const Expected& each, const std::string& token, const std::string& path) {
    Call call{.token = token, .body = each.body};
    if (each.body[0] != '\0') call.headers.emplace_back("content-type", "application/json");
    return server.call(each.method, path, call);
  }

  TestServer server;
  Person owner = server.person("owner");
  Person neighbour = server.person("neighbour");
  Person lecteur = server.lecteur("lecteur");
  Person member = server.person("member");
  std::string workspace = server.workspace(owner);
  std::string document, conversation, message, key, key_id, webhook, answer, prepared;
};

TEST_F(AccessScenario, EveryRouteForEverybody) {
  for (const Expected& each : kTable) {
    const std::string path = filled(each.path);
    const auto expect = [&](const char* who, const std::string& token, int status) {
      const Reply reply = call(each, token, path);
      EXPECT_EQ(reply.status, status) << who << ": " << each.method << " " << path << "\n"
                                      << reply.body;
      // What no reply to anybody may hold.
      for (const char* secret : {"argon2", "token_hash", "key_hash", "password_hash", "SELECT ",
                                 "sqlite", "/tmp/", "x1."})
        EXPECT_THAT(reply.body, Not(HasSubstr(secret)))
            << who << ": " << each.method << " " << path;
      if (status < 400) return;
      if (path.starts_with("/v1/")) {
        EXPECT_THAT(reply.body, HasSubstr(R"({"error":{"message":)"));
        return;
      }
      for (const char* field : {"detail", "code", "request_id"})
        EXPECT_NE(reply.text(field), "")
            << who << ": " << each.method << " " << path << " " << field;
    };
    expect("guest", "", each.guest);
    expect("key", key, each.key);
    const Reply foreign = call(each, neighbour.access_token, path);
    EXPECT_EQ(foreign.status, each.neighbour) << each.method << " " << path;
    for (const char* secret : {"Boutique", "Confidentiel-7f3a", "Tarifs-secrets",
                               "Contenu-secret-9b1c", "owner@", "Question-secrete-51c2"})
      EXPECT_THAT(foreign.body, Not(HasSubstr(secret))) << each.method << " " << path;
    if (each.neighbour == 404 && std::string_view(each.path).find('{') != std::string_view::npos) {
      // A foreign id is answered as one that never was.
      const Reply absent = call(each, neighbour.access_token, filled(each.path, true));
      EXPECT_EQ(absent.status, 404) << each.method << " " << path;
      EXPECT_EQ(absent.code(), foreign.code()) << each.method << " " << path;
      EXPECT_EQ(absent.text("detail"), foreign.text("detail")) << each.method << " " << path;
    }
    expect("lecteur", lecteur.access_token, each.lecteur);
    expect("admin", owner.access_token, each.admin);
  }
}

TEST_F(AccessScenario, TheTableIsComplete) {
  std::set<std::string> tried;
  for (const Expected& each : kTable) tried.insert(std::string(each.method) + " " + each.path);
  for (const http::Route& route : server.routes()) {
    if (route.access == http::Access::visitor) continue;
    EXPECT_TRUE(tried.contains(std::string(http::method_name(route.method)) + " " + route.pattern))
        << http::method_name(route.method) << " " << route.pattern;
  }
}

TEST_F(AccessScenario, MalformedIdsAreAbsentOnes) {
  for (const char* id :
       {"x", "1", "..%2f..", "%27%20OR%201=1", "00000000000040008000000000000000"}) {
    EXPECT_EQ(
        server.call("GET", std::string("/api/workspaces/") + id, {.token = owner.access_token})
            .code(),
        "workspace_not_found");
    EXPECT_EQ(server.call("GET", std::string("/api/documents/") + id, {.token = owner.access_token})
                  .code(),
              "document_not_found");
  }
  std::string upper = workspace;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(
      server.call("GET", "/api/workspaces/" + upper, {.token = owner.access_token}).text("id"),
      workspace);
}

TEST_F(AccessScenario, BrokenTokens) {
  const std::string& good = owner.access_token;
  const std::pair<const char*, std::string> headers[] = {
      {"none", ""},
      {"empty", "Bearer "},
      {"another scheme", "Basic " + good},
      {"no scheme", good},
      {"cut", "Bearer " + good.substr(0, good.size() - 2)},
      {"garbage", "Bearer \xff\xfe"},
      {"huge", "Bearer " + std::string(10000, 'a')},
      {"unsigned", "Bearer eyJhbGciOiJub25lIn0.e30."}};
  for (const auto& [why, header] : headers) {
    const Reply reply =
        server.call("GET", "/api/auth/me", {.headers = {{"authorization", header}}});
    EXPECT_EQ(reply.status, 401) << why;
    EXPECT_EQ(reply.header("www-authenticate"), "Bearer") << why;
  }
  EXPECT_EQ(
      server.call("GET", "/api/auth/me", {.headers = {{"authorization", "bearer " + good}}}).status,
      200);
}

TEST_F(AccessScenario, RolesEndWhenTheyAreTakenAway) {
  const std::string path = "/api/workspaces/" + workspace;
  EXPECT_EQ(server.call("GET", path, {.token = member.access_token}).status, 200);
  EXPECT_EQ(
      server.call("DELETE", path + "/members/" + member.id, {.token = owner.access_token}).status,
      204);
  EXPECT_EQ(server.call("GET", path, {.token = member.access_token}).status, 404);
  EXPECT_EQ(server.call("GET", "/api/documents/" + document, {.token = member.access_token}).status,
            404);
  server.execute("UPDATE app_users SET is_active = '0' WHERE id = '" + owner.id + "'");
  EXPECT_EQ(server.call("GET", path, {.token = owner.access_token}).status, 401) << "disabled";
}

TEST_F(AccessScenario, VisitorsComeFromAllowedSites) {
  const std::string path = "/api/widget/" + workspace + "/config";
  const auto from = [&](const std::string& origin) {
    Call call;
    if (!origin.empty()) call.headers.emplace_back("origin", origin);
    return server.call("GET", path, call);
  };
  EXPECT_EQ(from("https://chat.host.example").status, 200)
      << "an empty list: the server's own origin";
  EXPECT_EQ(from("https://boutique.fr").code(), "domain_not_allowed");
  EXPECT_EQ(server
                .send("PATCH", "/api/workspaces/" + workspace, owner.access_token,
                      {{"allowed_domains", {"boutique.fr"}}})
                .status,
            200);
  const Reply allowed = from("https://www.boutique.fr");
  EXPECT_EQ(allowed.status, 200);
  EXPECT_EQ(allowed.header("access-control-allow-origin"), "https://www.boutique.fr");
  EXPECT_EQ(allowed.header("vary"), "Origin");
  EXPECT_EQ(allowed.header("access-control-allow-credentials"), "");
  for (const char* origin : {"https://evil-boutique.fr", "http://boutique.fr", "null",
                             "https://chat.host.example", ""}) {
    const Reply refused = from(origin);
    EXPECT_EQ(refused.status, 403) << origin;
    EXPECT_EQ(refused.header("access-control-allow-origin"), "") << origin;
    EXPECT_THAT(refused.body, Not(HasSubstr("boutique.fr"))) << "the list is not disclosed";
  }
  EXPECT_EQ(server.call("GET", "/api/widget/" + Uuid::random().to_string() + "/config").status,
            404);
  EXPECT_EQ(server
                .call("GET", "/api/workspaces",
                      {.token = owner.access_token, .headers = {{"origin", "https://boutique.fr"}}})
                .header("access-control-allow-origin"),
            "")
      << "no CORS beside the visitors' routes";
}

TEST_F(AccessScenario, MetricsForThisMachineOrWithTheToken) {
  EXPECT_EQ(server.call("GET", "/metrics", {.is_loopback = true}).status, 200);
  EXPECT_EQ(server
                .call("GET", "/metrics",
                      {.headers = {{"x-forwarded-for", "203.0.113.9"}}, .is_loopback = true})
                .status,
            401)
      << "passed on by a proxy here";
  EXPECT_EQ(server.call("GET", "/metrics", {.token = "metrics-token-0123456789"}).status, 200);
  EXPECT_EQ(server.call("GET", "/metrics", {.token = "metrics-token-012345678X"}).status, 401);
}

TEST_F(AccessScenario, SentencesFollowTheReader) {
  EXPECT_EQ(server.call("GET", "/api/auth/me", {.language = "fr"}).text("detail"),
            "Connectez-vous pour continuer.");
  EXPECT_EQ(server.call("GET", "/api/auth/me", {.language = "en"}).text("detail"),
            "Sign in to continue.");
}

}  // namespace
}  // namespace monitora::scenarios

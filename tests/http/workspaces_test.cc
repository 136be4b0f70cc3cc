// Workspaces, their settings, members, keys and identity secret.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class WorkspaceScenario : public ::testing::Test {
 protected:
  Reply get(const std::string& path, const Person& who) {
    return server.call("GET", path, {.token = who.access_token});
  }
  Reply patch(const std::string& path, const json::value& body) {
    return server.send("PATCH", path, owner.access_token, body);
  }
  std::string path(const std::string& rest = "") const {
    return "/api/workspaces/" + workspace + rest;
  }

  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner);
};

TEST_F(WorkspaceScenario, MadeWithEverything) {
  const Reply reply =
      server.send("POST", "/api/workspaces", owner.access_token,
                  {{"name", "Café — été 🌞"},
                   {"description", "Aide en ligne"},
                   {"domain", "https://Exemple.fr/accueil"},
                   {"allowed_domains", {"EXEMPLE.fr", "*.exemple.fr", "müller.de", "localhost"}},
                   {"welcome_message", "Bonjour !"}});
  ASSERT_EQ(reply.status, 201) << reply.body;
  const json::object body = reply.json().as_object();
  EXPECT_EQ(body.at("name"), "Café — été 🌞");
  EXPECT_EQ(body.at("domain"), "exemple.fr");
  EXPECT_EQ(body.at("allowed_domains"),
            (json::array{"exemple.fr", "xn--mller-kva.de", "localhost"}));
  EXPECT_EQ(body.at("role"), "admin");
  EXPECT_EQ(body.at("is_active"), true);
  EXPECT_EQ(body.at("widget_config").at("welcome_message"), "Bonjour !");
  EXPECT_EQ(body.at("rag_config").at("top_k"), 8);
  for (const char* name : {"documents_count", "conversations_count", "messages_count"})
    EXPECT_EQ(body.at(name), 0);
  EXPECT_EQ(reply.header("location"), "/api/workspaces/" + reply.text("id"));
}

TEST_F(WorkspaceScenario, RefusedFields) {
  const auto wrong = [&](const json::value& body) {
    const Reply reply = server.send("POST", "/api/workspaces", owner.access_token, body);
    EXPECT_EQ(reply.status, 422) << reply.body;
    return reply.wrong_fields();
  };
  EXPECT_THAT(wrong(json::object()), ElementsAre("name"));
  EXPECT_THAT(wrong({{"name", "  "}}), ElementsAre("name"));
  EXPECT_THAT(wrong({{"name", nullptr}}), ElementsAre("name"));
  EXPECT_THAT(wrong({{"name", std::string(256, 'a')}}), ElementsAre("name"));
  EXPECT_THAT(wrong({{"name", std::string("a\0b", 3)}}), ElementsAre("name"));
  EXPECT_THAT(wrong({{"name", "a"}, {"plan", "pro"}}), ElementsAre("plan"));
  EXPECT_THAT(wrong({{"name", "a"}, {"allowed_domains", "exemple.fr"}}),
              ElementsAre("allowed_domains"));
  EXPECT_THAT(wrong({{"name", "a"}, {"allowed_domains", {"exemple.fr", "pas un domaine"}}}),
              ElementsAre("allowed_domains"));
  EXPECT_THAT(wrong({{"name", "a"}, {"allowed_domains", {1}}}), ElementsAre("allowed_domains"));
  EXPECT_THAT(wrong({{"name", "a"}, {"domain", "javascript:alert(1)"}}), ElementsAre("domain"));
  EXPECT_THAT(wrong({{"name", 1e300}, {"description", json::array()}}),
              ElementsAre("name", "description"));
  EXPECT_EQ(server.rows("SELECT count(*) FROM workspaces"), 1);
}

TEST_F(WorkspaceScenario, PatchRules) {
  EXPECT_EQ(patch(path(), {{"description", "Une"}}).text("description"), "Une");
  const Reply untouched = patch(path(), json::object());
  EXPECT_EQ(untouched.text("description"), "Une");
  EXPECT_EQ(untouched.text("name"), "Boutique");
  EXPECT_TRUE(patch(path(), {{"description", nullptr}}).json().at("description").is_null());
  EXPECT_THAT(patch(path(), {{"name", nullptr}}).wrong_fields(), ElementsAre("name"));
  EXPECT_THAT(patch(path(), {{"is_active", "yes"}}).wrong_fields(), ElementsAre("is_active"));
  EXPECT_EQ(patch(path(), {{"is_active", false}}).json().at("is_active"), false);
  EXPECT_THAT(patch(path(), {{"id", "x"}, {"role", "admin"}}).wrong_fields(),
              UnorderedElementsAre("id", "role"));
  EXPECT_EQ(patch(path(), {{"rag_config", {{"top_k", 3}}}}).json().at("rag_config").at("top_k"), 3);
  EXPECT_THAT(patch(path(), {{"rag_config", {{"top_k", 30}}}}).wrong_fields(),
              ElementsAre("rag_config.top_k"));
  EXPECT_EQ(patch(path(), {{"allowed_domains", {"a.fr"}}}).json().at("allowed_domains"),
            json::array{"a.fr"});
  EXPECT_EQ(patch(path(), {{"allowed_domains", nullptr}}).json().at("allowed_domains"),
            json::array());
}

TEST_F(WorkspaceScenario, SettingsKeepTheirRanges) {
  EXPECT_EQ(patch(path("/rag-config"), {{"temperature", 0.5}, {"language", "en"}})
                .json()
                .at("temperature"),
            0.5);
  EXPECT_EQ(get(path("/rag-config"), owner).text("language"), "en");
  EXPECT_THAT(
      patch(path("/rag-config"), {{"temperature", 2.1}, {"top_k", 0}, {"nope", 1}}).wrong_fields(),
      ElementsAre("temperature", "top_k", "nope"));
  EXPECT_EQ(get(path("/rag-config"), owner).json().at("temperature"), 0.5) << "all or nothing";
  EXPECT_EQ(patch(path("/widget-config"), {{"color_accent", "#123456"}}).text("primary_color"),
            "#123456");
  EXPECT_THAT(patch(path("/widget-config"), {{"width", 100}}).wrong_fields(), ElementsAre("width"));
}

TEST_F(WorkspaceScenario, OtherChunksAreCutAgainWhenTheirSizeChanges) {
  server.document(owner, workspace);
  // A document that still waits would be cut by its own job.
  server.execute("UPDATE jobs SET status = 'done'");
  const std::int64_t before = server.rows("SELECT count(*) FROM jobs");
  (void)patch(path("/rag-config"), {{"temperature", 1}});
  EXPECT_EQ(server.rows("SELECT count(*) FROM jobs"), before);
  EXPECT_EQ(patch(path("/rag-config"), {{"chunk_size", 800}}).status, 200);
  EXPECT_EQ(server.rows("SELECT count(*) FROM jobs"), before + 1);
}

TEST_F(WorkspaceScenario, DeletedWithEverything) {
  server.document(owner, workspace);
  server.api_key(owner, workspace);
  EXPECT_EQ(server.call("DELETE", path(), {.token = owner.access_token}).status, 204);
  EXPECT_EQ(get(path(), owner).status, 404);
  EXPECT_THAT(server.forgotten(), ElementsAre(workspace));
  for (const char* table :
       {"workspaces", "documents", "document_contents", "api_keys", "workspace_members"})
    EXPECT_EQ(server.rows(std::string("SELECT count(*) FROM ") + table), 0) << table;
  EXPECT_EQ(server.rows("SELECT count(*) FROM audit_log WHERE action = 'workspace.delete'"), 1);
}

TEST_F(WorkspaceScenario, ListsInPages) {
  for (int i = 0; i < 4; ++i) server.workspace(owner, "W" + std::to_string(i));
  server.workspace(server.person("neighbour"), "Voisin");
  std::vector<std::string> names;
  std::string cursor;
  do {
    const Reply reply = get("/api/workspaces?limit=2&cursor=" + cursor, owner);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const json::value list = reply.json();
    for (const auto& item : list.at("items").as_array())
      names.emplace_back(item.at("name").as_string());
    cursor = reply.text("next_cursor");
  } while (!cursor.empty() && names.size() < 20);
  EXPECT_THAT(names, ElementsAre("Boutique", "W0", "W1", "W2", "W3"));
  for (const char* bad : {"0", "201", "-1", "x", "", "1e3", "99999999999999999999"})
    EXPECT_THAT(get(std::string("/api/workspaces?limit=") + bad, owner).wrong_fields(),
                ElementsAre("limit"))
        << bad;
  EXPECT_EQ(get("/api/workspaces?cursor=damaged", owner).status, 422);
}

TEST_F(WorkspaceScenario, Members) {
  const Person reader = server.person("reader");
  const Person lecteur = server.lecteur("lecteur");
  server.invite(owner, workspace, reader.email, "lecteur");
  server.invite(owner, workspace, "later@exemple.fr", "admin");
  const auto post = [&](const char* email, const char* role) {
    return server.send("POST", path("/members"), owner.access_token,
                       {{"email", email}, {"role", role}});
  };
  EXPECT_EQ(post("reader@exemple.fr", "admin").code(), "already_member");
  EXPECT_EQ(post("owner@exemple.fr", "admin").status, 409);
  EXPECT_THAT(post("lecteur@exemple.fr", "admin").wrong_fields(), ElementsAre("role"));
  EXPECT_THAT(post("not an e-mail", "king").wrong_fields(), ElementsAre("role"));
  EXPECT_THAT(post("not an e-mail", "lecteur").wrong_fields(), ElementsAre("email"));

  const auto items = get(path("/members"), owner).json().at("items").as_array();
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].at("email"), json::value(owner.email));
  EXPECT_EQ(items[0].at("is_owner"), true);
  EXPECT_EQ(items[1].at("user_id"), json::value(reader.id));
  EXPECT_TRUE(items[2].at("user_id").is_null());
  EXPECT_EQ(items[2].at("status"), "invited");

  EXPECT_EQ(patch(path("/members/" + reader.id), {{"role", "admin"}}).text("role"), "admin");
  EXPECT_EQ(patch(path("/members/" + owner.id), {{"role", "lecteur"}}).code(), "owner_is_admin");
  EXPECT_EQ(patch(path("/members/" + Uuid::random().to_string()), {{"role", "admin"}}).code(),
            "member_not_found");
  EXPECT_EQ(get(path(), server.person("later")).text("role"), "admin")
      << "the invitation has become a membership";
  EXPECT_EQ(
      server.call("DELETE", path("/members/" + reader.id), {.token = owner.access_token}).status,
      204);
  EXPECT_EQ(get(path(), reader).status, 404);
  EXPECT_EQ(server.rows("SELECT count(*) FROM audit_log WHERE action = 'member.role'"), 1);
}

TEST_F(WorkspaceScenario, AnInvitationIsTakenBack) {
  server.invite(owner, workspace, "paul@exemple.fr", "lecteur");
  const std::string path = "/api/workspaces/" + workspace + "/members/";
  const Person stranger = server.person("stranger");
  EXPECT_EQ(
      server.call("DELETE", path + "paul%40exemple.fr", {.token = stranger.access_token}).status,
      404);
  EXPECT_EQ(server.call("DELETE", path + "PAUL%40exemple.fr", {.token = owner.access_token}).status,
            204);
  const Reply again =
      server.call("DELETE", path + "paul%40exemple.fr", {.token = owner.access_token});
  EXPECT_EQ(again.status, 404);
  EXPECT_EQ(again.code(), "member_not_found");
  EXPECT_EQ(server.call("DELETE", path + "%40", {.token = owner.access_token}).status, 404);
  const Person paul = server.person("paul");
  EXPECT_EQ(server.call("GET", "/api/workspaces/" + workspace, {.token = paul.access_token}).status,
            404);
}

TEST_F(WorkspaceScenario, ApiKeysAreShownOnce) {
  const Reply made = server.send("POST", path("/api-keys"), owner.access_token, {{"name", "Site"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string key = made.text("key");
  EXPECT_THAT(key, MatchesRegex("mk_[A-Za-z0-9_-]{43}"));
  const Reply list = get(path("/api-keys"), owner);
  EXPECT_THAT(list.body, Not(HasSubstr(key)));
  EXPECT_THAT(list.body, HasSubstr(key.substr(0, 11)));
  EXPECT_EQ(server.rows("SELECT count(*) FROM api_keys WHERE key_hash = '" + key + "'"), 0);

  const auto use = [&](const std::string& token) {
    return server.call("GET", "/v1/models", {.token = token});
  };
  EXPECT_EQ(use(key).json().at("data").at(0).at("id").as_string(), workspace);
  EXPECT_THAT(use(key.substr(0, 45) + (key[45] == 'A' ? "B" : "A")).body,
              HasSubstr("invalid_api_key"));
  EXPECT_THAT(use(owner.access_token).body, HasSubstr("invalid_api_key"))
      << "a person's token is no key";
  EXPECT_EQ(get("/api/auth/me", {.access_token = key}).status, 401) << "a key is no person's token";
  EXPECT_EQ(
      server.call("DELETE", path("/api-keys/" + made.text("id")), {.token = owner.access_token})
          .status,
      204);
  EXPECT_EQ(use(key).status, 401);
}

TEST_F(WorkspaceScenario, ApiKeysExpire) {
  const auto make = [&](const json::value& expires) {
    return server.send("POST", path("/api-keys"), owner.access_token,
                       {{"name", "Site"}, {"expires_at", expires}});
  };
  for (const json::value& bad :
       {json::value("tomorrow"), json::value(5), json::value("2001-01-01T00:00:00Z")})
    EXPECT_THAT(make(bad).wrong_fields(), ElementsAre("expires_at"));
  const Reply made = make(json::value(format_time(server.clock().time + std::chrono::hours(1))));
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(server.call("GET", "/v1/models", {.token = made.text("key")}).status, 200);
  server.clock().time += std::chrono::hours(2);
  EXPECT_EQ(server.call("GET", "/v1/models", {.token = made.text("key")}).status, 401);
}

TEST_F(WorkspaceScenario, IdentitySecretIsKeptEncrypted) {
  const Reply made = server.call("POST", path("/identity-secret"), {.token = owner.access_token});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string secret = made.text("secret");
  EXPECT_EQ(secret.size(), 43u);
  EXPECT_EQ(server.rows("SELECT count(*) FROM workspaces WHERE identity_secret_encrypted LIKE '%" +
                        secret + "%'"),
            0);
  EXPECT_THAT(get(path(), owner).body, Not(HasSubstr(secret)));
  EXPECT_NE(
      server.call("POST", path("/identity-secret"), {.token = owner.access_token}).text("secret"),
      secret);
}

}  // namespace
}  // namespace monitora::scenarios

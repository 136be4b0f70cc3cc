// Requests that are wrong in every way that JSON allows: a 4xx with one sentence, never a 5xx.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;

struct Route {
  const char* method;
  const char* path;
};

class BadInput : public ::testing::Test {
 protected:
  Reply send(const Route& route, std::string body, const char* type = "application/json") {
    std::string path = route.path;
    if (const auto at = path.find("{wid}"); at != std::string::npos) path.replace(at, 5, workspace);
    if (const auto at = path.find("{user_id}"); at != std::string::npos)
      path.replace(at, 9, owner.id);
    return server.call(route.method, path,
                       {.token = owner.access_token,
                        .body = std::move(body),
                        .headers = {{"content-type", type}}});
  }

  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner);
  const std::vector<Route> routes = {{"POST", "/api/auth/register"},
                                     {"PATCH", "/api/auth/me"},
                                     {"POST", "/api/auth/refresh"},
                                     {"POST", "/api/auth/change-password"},
                                     {"POST", "/api/workspaces"},
                                     {"PATCH", "/api/workspaces/{wid}"},
                                     {"PATCH", "/api/workspaces/{wid}/rag-config"},
                                     {"PATCH", "/api/workspaces/{wid}/widget-config"},
                                     {"POST", "/api/workspaces/{wid}/members"},
                                     {"PATCH", "/api/workspaces/{wid}/members/{user_id}"},
                                     {"POST", "/api/workspaces/{wid}/api-keys"}};
};

TEST_F(BadInput, WhatIsNoJsonObject) {
  std::string deep(5000, '[');
  for (const Route& route : routes)
    for (const std::string& body :
         {std::string("{"), std::string("[]"), std::string("1"), std::string("null"),
          std::string("\"a\""), std::string("{} {}"), std::string("{\"a\":}"),
          std::string("{'a':1}"), std::string("\xff\xfe"), std::string("{\"a\":\"\xc3\x28\"}"),
          std::string("{\"a\":\"\\ud800\"}"), deep,
          "{\"a\":" + deep + std::string(5000, ']') + "}"}) {
      const Reply reply = send(route, body);
      EXPECT_EQ(reply.status, 400)
          << route.method << " " << route.path << " " << body.substr(0, 40);
      EXPECT_EQ(reply.code(), "malformed_json");
    }
}

TEST_F(BadInput, WhatSaysThatItIsSomethingElse) {
  for (const Route& route : routes)
    for (const char* type :
         {"text/plain", "application/x-www-form-urlencoded", "application/xml", "json"})
      EXPECT_EQ(send(route, R"({"a":1})", type).status, 415) << route.path << " " << type;
  EXPECT_EQ(send({"PATCH", "/api/auth/me"}, "{}", "application/json; charset=utf-8").status, 200);
  EXPECT_EQ(send({"PATCH", "/api/auth/me"}, "{}", "Application/Merge-Patch+JSON").status, 200);
}

TEST_F(BadInput, WrongTypesInEveryField) {
  const char* names[] = {"email",
                         "password",
                         "full_name",
                         "refresh_token",
                         "old_password",
                         "new_password",
                         "name",
                         "description",
                         "domain",
                         "allowed_domains",
                         "welcome_message",
                         "is_active",
                         "rag_config",
                         "widget_config",
                         "role",
                         "expires_at",
                         "temperature",
                         "top_k",
                         "cache_threshold",
                         "system_prompt",
                         "width",
                         "primary_color",
                         "suggested_questions",
                         "settings"};
  const char* values[] = {"1",
                          "-1",
                          "1e999",
                          "1e308",
                          "99999999999999999999",
                          "0.1",
                          "true",
                          "\"\"",
                          "\"x\\u0000y\"",
                          "[]",
                          "[[]]",
                          "[null]",
                          "[1]",
                          "{}",
                          "{\"a\":{}}",
                          "\"\\ud83d\\ude00\"",
                          "null"};
  for (const Route& route : routes)
    for (const char* name : names)
      for (const char* value : values) {
        const Reply reply = send(route, std::string("{\"") + name + "\":" + value + "}");
        EXPECT_THAT(reply.status, AnyOf(200, 201, 400, 401, 409, 422, 429))
            << route.path << " " << name << "=" << value << "\n"
            << reply.body;
        if (reply.status == 422) EXPECT_FALSE(reply.wrong_fields().empty()) << reply.body;
      }
}

TEST_F(BadInput, LongTexts) {
  const Route make = {"POST", "/api/workspaces"};
  EXPECT_EQ(send(make, "{\"name\":\"" + std::string(255, 'a') + "\"}").status, 201);
  EXPECT_THAT(send(make, "{\"name\":\"" + std::string(4000, 'a') + "\"}").wrong_fields(),
              ElementsAre("name"));
  std::string horses;
  for (int i = 0; i < 128; ++i) horses += "🐎";  // two UTF-16 units each: 256
  EXPECT_EQ(send(make, "{\"name\":\"" + horses + "\"}").status, 422);
  EXPECT_EQ(send(make, "{\"name\":\"" + horses.substr(4) + "\"}").status, 201);
  EXPECT_EQ(send(make, "{\"name\":\"a\\u0000\"}").status, 422);
  EXPECT_EQ(send({"PATCH", "/api/workspaces/{wid}/rag-config"},
                 "{\"system_prompt\":\"" + std::string(20001, 'a') + "\"}")
                .status,
            422);
  EXPECT_EQ(send({"PATCH", "/api/workspaces/{wid}/rag-config"},
                 R"({"system_prompt":"{braces} %s ${x} '; DROP TABLE messages; --"})")
                .text("system_prompt"),
            "{braces} %s ${x} '; DROP TABLE messages; --");
  EXPECT_THAT(send(make, "{\"" + std::string(5000, 'k') + "\":1,\"name\":\"a\"}").wrong_fields(),
              ElementsAre(std::string(100, 'k')));
}

TEST_F(BadInput, Queries) {
  const std::string documents = "/api/documents/workspace/" + workspace;
  for (const char* query : {"?limit=-5", "?limit=1.5", "?limit=%00", "?limit=5%00", "?limit=0x10",
                            "?cursor=%F0%9F%90%8E", "?cursor=' OR 1=1 --", "?status=%27",
                            "?status=", "?limit=50&limit=x"}) {
    const Reply reply = server.call("GET", documents + query, {.token = owner.access_token});
    EXPECT_THAT(reply.status, AnyOf(200, 400, 422)) << query << "\n" << reply.body;
  }
}

}  // namespace
}  // namespace monitora::scenarios

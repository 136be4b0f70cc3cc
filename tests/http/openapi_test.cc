// GET /api/openapi.json is true and complete.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "base/text.h"
#include "domain/question_group.h"
#include "http/test_server.h"
#include "http/wire.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;

// Of handlers that need a whole engine, or only serve files; the files of the page itself are no
// interface.
const std::set<std::string> kOthers = {"post /api/chat",
                                       "get /api/widget/{wid}/config",
                                       "post /api/widget/{wid}/chat",
                                       "get /api/widget/{wid}/history",
                                       "post /api/widget/{wid}/feedback",
                                       "post /api/widget/{wid}/handover",
                                       "get /",
                                       "get /demo/{wid}",
                                       "get /widget/embed.js"};

std::set<std::string> documented(const json::value& document) {
  std::set<std::string> all;
  for (const auto& path : document.at("paths").as_object())
    for (const auto& method : path.value().as_object())
      all.insert(std::string(method.key()) + " " + std::string(path.key()));
  return all;
}

class OpenApi : public ::testing::Test {
 protected:
  TestServer server;
  json::value document = server.call("GET", "/api/openapi.json").json();
};

TEST_F(OpenApi, NamesEveryRouteAndNoOther) {
  std::set<std::string> routes = kOthers;
  for (const http::Route& route : server.routes())
    routes.insert(lower(http::method_name(route.method)) + " " + route.pattern);
  EXPECT_EQ(documented(document), routes);
}

TEST_F(OpenApi, EveryReferenceLeadsSomewhere) {
  const std::function<void(const json::value&)> walk = [&](const json::value& value) {
    if (value.is_array())
      for (const json::value& each : value.as_array()) walk(each);
    if (!value.is_object()) return;
    for (const auto& field : value.as_object()) {
      walk(field.value());
      if (field.key() != "$ref") continue;
      boost::system::error_code error;
      const std::string pointer = std::string(field.value().as_string()).substr(1);
      EXPECT_NE(document.find_pointer(pointer, error), nullptr) << pointer;
    }
  };
  walk(document);
}

TEST_F(OpenApi, OperationsHaveTheirParametersAndErrors) {
  std::set<std::string> names;
  for (const auto& path : document.at("paths").as_object())
    for (const auto& method : path.value().as_object()) {
      const json::object& operation = method.value().as_object();
      const std::string where = std::string(method.key()) + " " + std::string(path.key());
      EXPECT_TRUE(names.insert(std::string(operation.at("operationId").as_string())).second)
          << where;
      const json::object& responses = operation.at("responses").as_object();
      for (const char* status : {"400", "405", "503"})
        EXPECT_TRUE(responses.contains(status)) << where << " " << status;
      // A wrong field is a 400 to OpenAI's clients; MCP has errors of its own inside its replies.
      const bool own_errors = path.key().starts_with("/v1/") || path.key() == "/mcp";
      if (operation.contains("requestBody") && !own_errors)
        for (const char* status : {"413", "415", "422"})
          EXPECT_TRUE(responses.contains(status)) << where << " " << status;
      std::set<std::string> parameters;
      if (operation.contains("parameters"))
        for (const json::value& each : operation.at("parameters").as_array())
          if (each.at("in") == "path") parameters.insert(std::string(each.at("name").as_string()));
      std::set<std::string> in_path;
      for (const std::string_view part : split(path.key(), '/'))
        if (part.starts_with('{')) in_path.emplace(part.substr(1, part.size() - 2));
      EXPECT_EQ(parameters, in_path) << where;
      if (!in_path.empty()) EXPECT_TRUE(responses.contains("404")) << where;
    }
}

TEST_F(OpenApi, ShapesAreThoseOfTheReplies) {
  const Person owner = server.person("owner");
  const std::string workspace = server.workspace(owner);
  const std::string file = server.document(owner, workspace);
  const std::string conversation = server.talk(workspace, {{.asked = "q", .score = 0.2}});
  const std::string webhooks = "/api/workspaces/" + workspace + "/webhooks";
  const std::string webhook =
      webhooks + "/" +
      server
          .send("POST", webhooks, owner.access_token,
                {{"url", "https://recepteur.example/"}, {"events", {"feedback.negative"}}})
          .text("id");
  server.call("POST", webhook + "/test", {.token = owner.access_token});
  const std::pair<const char*, std::string> replies[] = {
      {"Webhook", webhook},
      {"WebhookPage", webhooks},
      {"WebhookDeliveryPage", webhook + "/deliveries"},
      {"User", "/api/auth/me"},
      {"SessionPage", "/api/auth/sessions"},
      {"Workspace", "/api/workspaces/" + workspace},
      {"RagConfig", "/api/workspaces/" + workspace + "/rag-config"},
      {"WidgetConfig", "/api/workspaces/" + workspace + "/widget-config"},
      {"WidgetSitePage", "/api/workspaces/" + workspace + "/widget-sites"},
      {"MemberPage", "/api/workspaces/" + workspace + "/members"},
      {"Document", "/api/documents/" + file},
      {"DocumentPage", "/api/documents/workspace/" + workspace},
      {"Analytics", "/api/workspaces/" + workspace + "/analytics"},
      {"Insights", "/api/insights/" + workspace},
      {"GroupCheck", "/api/insights/" + workspace + "/groups/" + question_group("q") + "/check"},
      {"Conversation", "/api/conversations/" + conversation},
      {"ConversationPage", "/api/workspaces/" + workspace + "/conversations"},
      {"MessagePage", "/api/conversations/" + conversation + "/messages"}};
  const std::function<void(const json::value&, const json::value&, const std::string&)> check =
      [&](const json::value& schema, const json::value& value, const std::string& where) {
        if (const json::value* reference = schema.as_object().if_contains("$ref")) {
          boost::system::error_code error;
          check(*document.find_pointer(std::string(reference->as_string()).substr(1), error), value,
                where);
          return;
        }
        if (value.is_array() && schema.as_object().contains("items"))
          for (const json::value& each : value.as_array())
            check(schema.at("items"), each, where + "[]");
        const json::value* properties = schema.as_object().if_contains("properties");
        if (!value.is_object() || properties == nullptr) return;
        for (const auto& field : value.as_object()) {
          const json::value* property = properties->as_object().if_contains(field.key());
          ASSERT_NE(property, nullptr) << where << " says nothing of " << field.key();
          check(*property, field.value(), where + "." + std::string(field.key()));
        }
        if (const json::value* required = schema.as_object().if_contains("required"))
          for (const json::value& name : required->as_array())
            EXPECT_TRUE(value.as_object().contains(name.as_string())) << where << " lacks " << name;
      };
  for (const auto& [schema, path] : replies) {
    const Reply reply = server.call("GET", path, {.token = owner.access_token});
    ASSERT_EQ(reply.status, 200) << path;
    check(document.at("components").at("schemas").at(schema), reply.json(), schema);
  }
}

}  // namespace
}  // namespace monitora::scenarios

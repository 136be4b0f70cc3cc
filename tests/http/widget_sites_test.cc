// Which sites load a widget: anybody can name any.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WidgetSitesScenario : public ::testing::Test {
 protected:
  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner);
};

TEST_F(WidgetSitesScenario, SitesThatLoadTheWidgetAreSeen) {
  const std::string path = "/api/workspaces/" + workspace;
  const auto load = [&](const std::string& origin,
                        std::vector<std::pair<std::string, std::string>> more = {}) {
    if (!origin.empty()) more.emplace_back("origin", origin);
    return server.call("GET", "/api/widget/" + workspace + "/config", {.headers = more}).status;
  };
  const auto sites = [&] {
    std::vector<std::string> found;
    const json::value page =
        server.call("GET", path + "/widget-sites", {.token = owner.access_token}).json();
    for (const json::value& site : page.at("items").as_array())
      found.push_back((site.at("is_allowed").as_bool() ? "" : "refused ") +
                      std::string(site.at("origin").as_string()));
    return found;
  };
  const auto allow = [&](const json::array& domains) {
    EXPECT_EQ(server.send("PATCH", path, owner.access_token, {{"allowed_domains", domains}}).status,
              200);
  };
  const auto later = [&](std::chrono::minutes by) {
    server.travel(server.clock().time + by, owner);
  };
  EXPECT_THAT(sites(), IsEmpty());
  EXPECT_EQ(load("", {{"sec-fetch-site", "same-origin"},
                      {"referer", "https://chat.host.example/demo/" + workspace}}),
            200);
  EXPECT_THAT(sites(), IsEmpty()) << "the page for trying it";
  EXPECT_EQ(load("", {{"referer", "https://chat.host.example/"}}), 403);
  EXPECT_EQ(load("null"), 403);
  EXPECT_THAT(sites(), IsEmpty()) << "no browser, or one that hides its site";
  EXPECT_EQ(
      load("", {{"sec-fetch-site", "same-origin"}, {"referer", "https://chat.host.example/"}}),
      200);
  EXPECT_THAT(sites(), ElementsAre("https://chat.host.example"));

  allow({"boutique.fr"});
  later(std::chrono::minutes(1));
  EXPECT_EQ(load("HTTPS://WWW.Boutique.fr:443"), 200);
  later(std::chrono::minutes(1));
  EXPECT_EQ(load("https://atelier.fr"), 403);
  EXPECT_THAT(sites(), ElementsAre("refused https://atelier.fr", "https://www.boutique.fr",
                                   "refused https://chat.host.example"));
  allow({"boutique.fr", "atelier.fr"});
  EXPECT_THAT(sites(), ElementsAre("https://atelier.fr", "https://www.boutique.fr",
                                   "refused https://chat.host.example"))
      << "by the list as it is now";
  later(std::chrono::minutes(1));
  EXPECT_EQ(load("https://www.boutique.fr"), 200);
  EXPECT_THAT(sites(), ElementsAre("https://atelier.fr", "https://www.boutique.fr",
                                   "refused https://chat.host.example"))
      << "not written down at each load";
  later(std::chrono::minutes(10));
  EXPECT_EQ(load("https://www.boutique.fr"), 200);
  EXPECT_THAT(sites(), ElementsAre("https://www.boutique.fr", "https://atelier.fr",
                                   "refused https://chat.host.example"));
}

TEST_F(WidgetSitesScenario, WhoNamesManySitesFillsNothing) {
  server.send("PATCH", "/api/workspaces/" + workspace, owner.access_token,
              {{"allowed_domains", {"boutique.fr"}}});
  const auto load = [&](const std::string& origin) {
    server.call("GET", "/api/widget/" + workspace + "/config", {.headers = {{"origin", origin}}});
  };
  const auto rows = [&](const std::string& like) {
    return server.rows("SELECT count(*) FROM widget_sites WHERE origin LIKE '" + like + "'");
  };
  load("https://boutique.fr");
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 70; ++i) {
      const std::string name = std::to_string(round) + "-" + std::to_string(i);
      load("https://" + name + ".boutique.fr");
      load("https://elsewhere-" + name + ".fr");
    }
    EXPECT_EQ(rows("%boutique.fr"), 50);
    EXPECT_EQ(rows("%elsewhere%"), 5);
    server.clock().time += std::chrono::minutes(10);
  }
  load("https://boutique.fr");
  EXPECT_EQ(rows("https://boutique.fr"), 1) << "a real one comes back";
  for (const char* odd : {"https://<script>alert(1)</script>", "file:///etc", "https://a b.fr"})
    load(odd);
  load("https://" + std::string(300, 'a') + ".fr");
  EXPECT_EQ(rows("%"), 55);
  server.travel(server.clock().time + std::chrono::days(7), owner);
  const json::value page = server
                               .call("GET", "/api/workspaces/" + workspace + "/widget-sites",
                                     {.token = owner.access_token})
                               .json();
  EXPECT_EQ(page.at("items").as_array().size(), 50u) << "those refused a week ago are not told of";
}

}  // namespace
}  // namespace monitora::scenarios

// Lists that are read whole from the database come in pages as every other list does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Paging : public ::testing::Test {
 protected:
  Reply get(const std::string& path) {
    return server.call("GET", path, {.token = owner.access_token});
  }
  // `field` of every item, walking through pages of `limit`.
  std::vector<std::string> walk(const std::string& path, const char* field, int limit) {
    std::vector<std::string> found;
    std::string cursor;
    do {
      const Reply reply = get(path + "?limit=" + std::to_string(limit) +
                              (cursor.empty() ? "" : "&cursor=" + cursor));
      EXPECT_EQ(reply.status, 200) << reply.body;
      const auto items = reply.json().at("items").as_array();
      EXPECT_LE(items.size(), static_cast<std::size_t>(limit));
      for (const auto& item : items) found.emplace_back(item.at(field).as_string());
      cursor = reply.text("next_cursor");
    } while (!cursor.empty());
    return found;
  }

  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner);
  std::string members = "/api/workspaces/" + workspace + "/members";
  std::string keys = "/api/workspaces/" + workspace + "/api-keys";
};

TEST_F(Paging, EveryItemOnceAndInOrder) {
  const Person reader = server.person("reader");
  server.invite(owner, workspace, "zoe@example.fr", "lecteur");
  server.invite(owner, workspace, "adam@example.fr", "lecteur");
  server.invite(owner, workspace, reader.email, "lecteur");
  const std::vector<std::string> whole = walk(members, "email", 200);
  EXPECT_THAT(whole, ElementsAre(owner.email, reader.email, "adam@example.fr", "zoe@example.fr"));
  for (int limit = 1; limit <= 4; ++limit) EXPECT_EQ(walk(members, "email", limit), whole) << limit;

  for (int i = 0; i < 5; ++i) server.api_key(owner, workspace);
  EXPECT_THAT(walk(keys, "id", 200), SizeIs(5));
  EXPECT_EQ(walk(keys, "id", 2), walk(keys, "id", 200));

  for (int i = 0; i < 3; ++i) {
    server.clock().time += std::chrono::seconds(1);
    server.send("POST", "/api/auth/login", "",
                {{"email", owner.email}, {"password", TestServer::kPassword}});
  }
  const std::vector<std::string> sessions = walk("/api/auth/sessions", "created_at", 200);
  EXPECT_THAT(sessions, SizeIs(4));
  EXPECT_TRUE(std::is_sorted(sessions.rbegin(), sessions.rend())) << "the latest first";
  EXPECT_EQ(walk("/api/auth/sessions", "created_at", 3), sessions);
}

TEST_F(Paging, WhatIsDeletedBetweenTwoPagesLosesNothingElse) {
  for (int i = 0; i < 4; ++i) server.api_key(owner, workspace);
  const std::vector<std::string> whole = walk(keys, "id", 200);
  const Reply first = get(keys + "?limit=2");
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(server.call("DELETE", keys + "/" + whole[i], {.token = owner.access_token}).status,
              204);
  const Reply second = get(keys + "?cursor=" + first.text("next_cursor"));
  ASSERT_EQ(second.status, 200);
  const auto items = second.json().at("items").as_array();
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_EQ(items[0].at("id").as_string(), whole[2]);
  EXPECT_EQ(items[1].at("id").as_string(), whole[3]);
}

TEST_F(Paging, WrongLimitsAndCursorsAreNamed) {
  for (const std::string& path : {members, keys, std::string("/api/auth/sessions")}) {
    for (const char* limit : {"0", "201", "-1", "x", ""})
      EXPECT_THAT(get(path + "?limit=" + limit).wrong_fields(), ElementsAre("limit")) << path;
    for (const char* cursor : {"zzz", "!", "a2V5"})
      EXPECT_THAT(get(path + "?cursor=" + cursor).wrong_fields(), ElementsAre("cursor")) << path;
    EXPECT_THAT(get(path).wrong_fields(), IsEmpty());
  }
}

}  // namespace
}  // namespace monitora::scenarios

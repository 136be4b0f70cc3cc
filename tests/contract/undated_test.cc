// Rows that another program or a hand wrote without their times: lists show each of them once,
// after the others, and end.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "contract/content_contract.h"
#include "domain/page.h"
#include "ports/conversation_store.h"
#include "ports/document_store.h"
#include "ports/insights_store.h"

namespace monitora::contract {
namespace {

using std::chrono::seconds;

class UndatedRows : public ContentContract {
 protected:
  // Every page of a list, by pages of `size`.
  template <class List, class Name>
  std::vector<std::string> pages(int size, const List& list, const Name& name) {
    std::vector<std::string> seen;
    PageRequest request{size, ""};
    do {
      const auto page = list(request);
      EXPECT_TRUE(page.ok()) << page.status().to_string();
      if (!page.ok() || seen.size() > 1000) return {"no end"};
      for (const auto& each : page->items) seen.push_back(name(each));
      request.cursor = page->next_cursor;
    } while (!request.cursor.empty());
    return seen;
  }
  // Whatever the pages' size: `dated` in this order, then each of `undated`, always in the same.
  template <class List, class Name>
  void expect_list(const std::vector<std::string>& dated, const std::vector<std::string>& undated,
                   const List& list, const Name& name) {
    const std::vector<std::string> whole = pages(200, list, name);
    ASSERT_EQ(whole.size(), dated.size() + undated.size());
    const auto middle = whole.begin() + static_cast<std::ptrdiff_t>(dated.size());
    EXPECT_EQ(std::vector(whole.begin(), middle), dated);
    EXPECT_THAT(std::vector(middle, whole.end()), ::testing::UnorderedElementsAreArray(undated));
    for (const int size : {1, 2, 3, 5}) EXPECT_EQ(pages(size, list, name), whole) << size;
  }
};

TEST_P(UndatedRows, MessagesComeAfterTheOthers) {
  const Conversation made = conversation();
  std::vector<Message> messages;
  for (int i = 0; i < 7; ++i) messages.push_back(question(std::to_string(i)));
  ASSERT_OK(conversations->append(workspace, made, true, messages));
  EXPECT_EQ(execute("UPDATE messages SET created_at = NULL WHERE content IN ('1', '3', '5', '6')"),
            4);
  const auto list = [&](const PageRequest& page) {
    return conversations->messages(workspace, made.id, page);
  };
  expect_list({"0", "2", "4"}, {"1", "3", "5", "6"}, list,
              [](const Message& each) { return each.content; });
  EXPECT_EQ(execute("UPDATE messages SET created_at = NULL"), 7);
  expect_list({}, {"0", "1", "2", "3", "4", "5", "6"}, list,
              [](const Message& each) { return each.content; });
}

TEST_P(UndatedRows, ConversationsComeAfterTheOthers) {
  std::vector<std::string> undated, dated;
  for (int i = 0; i < 5; ++i) {
    clock.advance(seconds(1));
    (i % 2 == 0 ? undated : dated).push_back(talk(workspace, "colis", "r").first.id.to_string());
  }
  talk(foreign, "colis", "r");
  std::reverse(dated.begin(), dated.end());
  for (const std::string& id : undated)
    execute("UPDATE conversations SET started_at = NULL, last_message_at = NULL WHERE id = '" + id +
            "'");
  ConversationFilter filter;
  for (const char* words : {"", "colis"}) {
    filter.search = words;
    expect_list(
        dated, undated,
        [&](const PageRequest& page) { return conversations->list(workspace, filter, page); },
        [](const Conversation& each) { return each.id.to_string(); });
  }
}

TEST_P(UndatedRows, DocumentsComeAfterTheOthers) {
  for (const char* name : {"a.txt", "b.txt", "c.txt", "d.txt", "e.txt"}) {
    clock.advance(seconds(1));
    upload(workspace, name);
  }
  EXPECT_EQ(execute("UPDATE documents SET created_at = NULL "
                    "WHERE filename IN ('a.txt', 'c.txt', 'e.txt')"),
            3);
  for (const std::optional<DocumentStatus> status :
       {std::optional<DocumentStatus>(), std::optional(DocumentStatus::pending)})
    expect_list(
        {"d.txt", "b.txt"}, {"a.txt", "c.txt", "e.txt"},
        [&](const PageRequest& page) { return documents->list(workspace, status, page); },
        [](const Document& each) { return each.filename; });
}

TEST_P(UndatedRows, CachedAnswersComeAfterTheOthers) {
  for (const char* question : {"a", "b", "c", "d"}) {
    clock.advance(seconds(1));
    CacheStore::NewEntry entry;
    entry.question_hash = question;
    entry.question = question;
    entry.response = "r";
    entry.settings_hash = "s";
    entry.expires_at = clock.now() + std::chrono::hours(1);
    ASSERT_OK(cache->put(workspace, entry));
  }
  EXPECT_EQ(
      execute("UPDATE response_cache SET created_at = NULL WHERE question_hash IN ('b', 'd')"), 2);
  expect_list(
      {"c", "a"}, {"b", "d"}, [&](const PageRequest& page) { return cache->list(workspace, page); },
      [](const CacheEntry& each) { return each.question; });
}

// More than are read at once of conversations, and of one conversation's messages.
TEST_P(UndatedRows, TheExportHasEachMessageOnce) {
  std::vector<Message> many;
  for (int i = 0; i < 1100; ++i) many.push_back(question("m" + std::to_string(i)));
  ASSERT_OK(conversations->append(workspace, conversation(), true, many));
  for (int i = 0; i < 130; ++i) {
    const std::string name = "c" + std::to_string(i);
    ASSERT_OK(conversations->append(workspace, conversation(), true, {question(name)}));
  }
  const auto exported = [&] {
    std::multiset<std::string> seen;
    const Status status = conversations->export_messages(
        workspace, {}, [&](const Conversation&, const Message& message) {
          seen.insert(message.content);
          return seen.size() > 2000 ? Status::internal("no end") : Status();
        });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return seen;
  };
  const std::multiset<std::string> all = exported();
  ASSERT_EQ(all.size(), 1230U);
  execute("UPDATE messages SET created_at = NULL");
  EXPECT_EQ(exported(), all);
  execute("UPDATE conversations SET started_at = NULL");
  EXPECT_EQ(exported(), all);
}

MONITORA_FOR_EVERY_DATABASE(UndatedRows);

}  // namespace
}  // namespace monitora::contract

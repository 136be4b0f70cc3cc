// The index of what was said.
#include <gmock/gmock.h>

#include <set>

#include "contract/content_contract.h"
#include "storage/search_index.h"

namespace monitora::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SearchIndexContract : public ContentContract {
 protected:
  void index() {
    for (;;) {
      const Result<int> indexed = storage::index_conversations(pool(), 100);
      ASSERT_OK(indexed);
      if (*indexed == 0) return;
    }
  }
  std::vector<ConversationId> search(const std::string& words) {
    ConversationFilter filter;
    filter.search = words;
    std::vector<ConversationId> found;
    std::string cursor;
    do {
      const auto page = conversations->list(workspace, filter, {100, cursor});
      EXPECT_TRUE(page.ok()) << page.status().to_string();
      if (!page.ok()) break;
      for (const Conversation& each : page->items) found.push_back(each.id);
      cursor = page->next_cursor;
    } while (!cursor.empty());
    return found;
  }
  std::int64_t count(const std::string& statement) {
    std::int64_t found = -1;
    EXPECT_TRUE(pool()
                    .with(sql::Connection::Mode::read,
                          [&](sql::Connection& connection) {
                            return connection.query(statement, {}, [&](const sql::Row& row) {
                              found = row.integer(0);
                              return Status();
                            });
                          })
                    .ok());
    return found;
  }
  void run(const std::string& statement) {
    ASSERT_OK(pool().transact(
        [&](sql::Connection& connection) { return connection.execute(statement, {}).status(); }));
  }
};

TEST_P(SearchIndexContract, CommonAndRareWordsOfManyConversations) {
  // More than are looked at one by one.
  const int many = pool().database() == sql::Database::sqlite ? 2300 : 500;
  const auto last = static_cast<std::size_t>(many) - 3;
  std::vector<ConversationId> made;
  for (int i = 0; i < many; ++i) {
    clock.advance(std::chrono::milliseconds(1));
    made.push_back(talk(workspace, "Où est le colis n° " + std::to_string(10000 + i) + " ?",
                        i == 7 || i == many - 3 ? "Égaré." : "En route.")
                       .first.id);
  }
  talk(foreign, "colis", "égaré");
  EXPECT_EQ(search("COLIS").size(), made.size()) << "waiting";
  index();
  EXPECT_EQ(search("COLIS").size(), made.size());
  EXPECT_EQ(search("route.").size(), made.size() - 2);
  EXPECT_THAT(search("egare"), ElementsAre(made[last], made[7]));
  EXPECT_THAT(search("n° 10042"), ElementsAre(made[42]));
  EXPECT_THAT(search("colis route"), IsEmpty()) << "all pieces, but not the words";
  EXPECT_THAT(search("xyz"), IsEmpty());
  EXPECT_EQ(search("n°").size(), made.size()) << "shorter than a piece";
  // Said after the index has looked.
  clock.advance(std::chrono::milliseconds(1));
  ASSERT_OK(conversations->append(workspace, {.id = made[3]}, false, {question("un zèbre")}));
  EXPECT_THAT(search("zebre"), ElementsAre(made[3]));
  EXPECT_EQ(search("colis").front(), made[3]);
  index();
  EXPECT_THAT(search("zebre"), ElementsAre(made[3]));
  EXPECT_THAT(search("n° 10003"), ElementsAre(made[3])) << "what was there before, too";
}

TEST_P(SearchIndexContract, FollowsChangesMadeByHand) {
  const auto [made, messages] = talk(workspace, "première", "r");
  index();
  run("UPDATE messages SET content = 'autrement' WHERE content = 'première'");
  run("UPDATE conversations SET title = 'Intitulé'");
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(search("autrement"), ElementsAre(made.id));
    EXPECT_THAT(search("intitule"), ElementsAre(made.id));
    EXPECT_THAT(search("premiere"), IsEmpty());
    index();
  }
}

TEST_P(SearchIndexContract, SqlServerStillTakesLettersForOneAnotherAsItsCollationDoes) {
  if (pool().database() != sql::Database::sqlserver) GTEST_SKIP() << "the others fold as we do";
  const auto [made, messages] = talk(workspace, "Un chef-d'\u0153uvre, ex \u00E6quo", "r");
  index();
  for (const char* words : {"oeuvre", "\u0152uvre", "ex aequo", "EX \u00C6QUO"})
    EXPECT_THAT(search(words), ElementsAre(made.id)) << words;
  EXPECT_THAT(search("ouvre"), IsEmpty());
}

TEST_P(SearchIndexContract, NothingThatIsWrittenIsAWildcard) {
  const auto [made, messages] = talk(workspace, "100 % [coton] \\ _", "\U0001F69A 100");
  talk(workspace, "100 coton", "x");
  for (int round = 0; round < 2; ++round) {
    for (const char* words : {"100 %", "% [COTON]", "] \\ _", "\U0001F69A 1"})
      EXPECT_THAT(search(words), ElementsAre(made.id)) << words;
    EXPECT_EQ(search("100").size(), 2U);
    EXPECT_THAT(search("r\n100"), IsEmpty());
    index();
  }
}

TEST_P(SearchIndexContract, ADeletedConversationLeavesNoWords) {
  const std::string indexed =
      pool().database() == sql::Database::sqlite
          ? "SELECT count(*) FROM search_pieces WHERE search_pieces MATCH '\"con\"'"
          : "SELECT count(*) FROM search_texts WHERE folded LIKE '%con%'";
  const auto [made, messages] = talk(workspace, "confidentiel", "secret");
  talk(workspace, "autre", "chose");
  index();
  EXPECT_EQ(count(indexed), 1);
  ASSERT_OK(conversations->remove(workspace, made.id));
  EXPECT_EQ(count(indexed), 0);
  index();
  EXPECT_EQ(count(indexed), 0);
  EXPECT_THAT(search("confidentiel"), IsEmpty());
  EXPECT_EQ(search("chose").size(), 1U);
}

TEST_P(SearchIndexContract, FindsWhatWasLoadedWithoutTriggers) {
  run("INSERT INTO transfer_runs (id, source, status, watermark) VALUES "
      "('00000000-0000-4000-8000-000000000001', 's', 'loading', '')");
  const auto [made, messages] = talk(workspace, "chargée", "r");
  EXPECT_EQ(count("SELECT count(*) FROM search_pending"), 0);
  run("UPDATE transfer_runs SET status = 'finished'");
  ASSERT_OK(storage::note_unindexed_conversations(pool()));
  EXPECT_THAT(search("chargee"), ElementsAre(made.id));
  index();
  EXPECT_THAT(search("chargee"), ElementsAre(made.id));
  ASSERT_OK(storage::note_unindexed_conversations(pool()));
  EXPECT_EQ(count("SELECT count(*) FROM search_pending"), 0);
  // A later load that brings messages of a conversation that is known.
  run("UPDATE transfer_runs SET status = 'loading'");
  ASSERT_OK(conversations->append(workspace, made, false, {question("ensuite")}));
  EXPECT_THAT(search("ensuite"), ElementsAre(made.id));
}

MONITORA_FOR_EVERY_DATABASE(SearchIndexContract);

}  // namespace
}  // namespace monitora::contract

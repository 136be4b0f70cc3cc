#include "transfer/pgoutput.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transfer/changed_keys.h"
#include "transfer/test_pgoutput.h"

namespace monitora::transfer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = PgoutputMessage::Kind;

const Uuid kOne = *Uuid::parse("00000000-0000-4000-8000-000000000001");
const Uuid kTwo = *Uuid::parse("00000000-0000-4000-8000-000000000002");
const std::string kOneText = kOne.to_string(), kTwoText = kTwo.to_string();

PgoutputMessage parse(const std::string& bytes) {
  const auto parsed = parse_pgoutput(bytes);
  EXPECT_TRUE(parsed.ok()) << parsed.status().to_string();
  return parsed.ok() ? *parsed : PgoutputMessage();
}

TEST(Pgoutput, SaysWhatEachMessageIs) {
  EXPECT_EQ(parse(pg::begin(4711)).transaction, 4711u);
  const std::string commit = pg::commit(0x1'0000'0002);
  EXPECT_EQ(parse(commit).kind, Kind::commit);
  EXPECT_EQ(parse(commit).end, 0x1'0000'0002u);

  const std::string relation = pg::relation(16400, "public", "messages", {"id", "content"});
  const PgoutputMessage named = parse(relation);
  EXPECT_EQ(named.schema, "public");
  EXPECT_EQ(named.name, "messages");
  EXPECT_THAT(named.columns, ElementsAre("id", "content"));
  EXPECT_THAT(named.relations, ElementsAre(16400u));

  const std::string inserted = pg::insert(16400, {"t1", "n"});
  EXPECT_THAT(parse(inserted).now, ElementsAre("1", std::nullopt));
  const std::string moved = pg::update(16400, 'K', {"tone", "n"}, {"ttwo", "u"});
  EXPECT_THAT(parse(moved).before, ElementsAre("one", std::nullopt));
  EXPECT_THAT(parse(moved).now, ElementsAre("two", std::nullopt));
  EXPECT_THAT(parse(pg::update(16400, 0, {}, {"ttwo"})).before, IsEmpty());
  EXPECT_THAT(parse(pg::remove(16400, 'O', {"tone"})).now, IsEmpty());
  EXPECT_THAT(parse(pg::truncate({1, 2})).relations, ElementsAre(1u, 2u));
  EXPECT_EQ(parse(std::string("Yx")).kind, Kind::other);
}

TEST(Pgoutput, WhatIsCutOffOrGoesOnIsDamaged) {
  for (const std::string& whole : {pg::begin(1), pg::commit(2), pg::relation(3, "s", "t", {"id"}),
                                   pg::insert(3, {"tabc", "n"}), pg::update(3, 'K', {"ta"}, {"tb"}),
                                   pg::remove(3, 'K', {"ta"}), pg::truncate({3})}) {
    EXPECT_TRUE(parse_pgoutput(whole).ok());
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_EQ(parse_pgoutput(std::string_view(whole).substr(0, size)).status().key(),
                "damaged_log")
          << whole[0] << size;
    EXPECT_FALSE(parse_pgoutput(whole + "x").ok()) << whole[0];
  }
  EXPECT_FALSE(parse_pgoutput("").ok());
  EXPECT_FALSE(parse_pgoutput("?").ok());
  EXPECT_FALSE(parse_pgoutput(pg::insert(3, {"b01"})).ok());  // binary was not asked for
  EXPECT_FALSE(parse_pgoutput(std::string("D\0\0\0\3X", 6)).ok());
}

TEST(SeenTransactions, AsTheSnapshotSays) {
  const auto seen = SeenTransactions::parse("100:105:100,103");
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->sees(99));
  EXPECT_FALSE(seen->sees(100));
  EXPECT_TRUE(seen->sees(102));
  EXPECT_FALSE(seen->sees(103));
  EXPECT_TRUE(seen->sees(104));
  EXPECT_FALSE(seen->sees(105));
  // Numbers in the log begin again at 2^32.
  const auto later = SeenTransactions::parse("4294967290:4294967300:4294967296");
  ASSERT_TRUE(later);
  EXPECT_TRUE(later->sees(4294967289u));
  EXPECT_TRUE(later->sees(4294967295u));
  EXPECT_FALSE(later->sees(0));
  EXPECT_TRUE(later->sees(3));
  EXPECT_FALSE(later->sees(4));
  EXPECT_TRUE(SeenTransactions::parse("7:7:"));
  for (const char* wrong : {"", "7", "7:", "7:x:", "7:8:9,x", "a:b:c"})
    EXPECT_FALSE(SeenTransactions::parse(wrong)) << wrong;
}

class Keys : public ::testing::Test {
 protected:
  // A log in which the transactions 1 to 9 are seen.
  ChangedKeys keys() const { return {tables_, *SeenTransactions::parse("10:10:")}; }
  static void feed(ChangedKeys& keys, const std::vector<std::string>& messages) {
    for (const std::string& message : messages) {
      const Status status = keys.add(message);
      ASSERT_TRUE(status.ok()) << status.to_string();
    }
  }
  const std::vector<FollowedTable> tables_{{"public", "messages", "id", 0},
                                           {"public", "documents", "id", 1}};
  const std::string messages_ = pg::relation(3, "public", "messages", {"content", "id"});
  const std::string documents_ = pg::relation(4, "public", "documents", {"id"});
};

TEST_F(Keys, OfEveryRowThatChanged) {
  ChangedKeys changed = keys();
  feed(changed, {pg::begin(5), messages_, pg::insert(3, {"thello", "t" + kOneText}), documents_,
                 pg::remove(4, 'K', {"t" + kTwoText}), pg::commit(77)});
  EXPECT_TRUE(changed.complete());
  EXPECT_EQ(changed.seen_up_to(), 77u);
  EXPECT_THAT(changed.take(0).keys, ElementsAre(kOne));
  EXPECT_THAT(changed.take(1).keys, ElementsAre(kTwo));
}

TEST_F(Keys, BothWhereAKeyChanged) {
  ChangedKeys changed = keys();
  feed(changed, {pg::begin(5), messages_,
                 pg::update(3, 'K', {"n", "t" + kTwoText}, {"u", "t" + kOneText}), pg::commit(7)});
  EXPECT_THAT(changed.take(0).keys, ElementsAre(kOne, kTwo));
}

TEST_F(Keys, ATruncatedTableIsComparedWhole) {
  ChangedKeys changed = keys();
  feed(changed, {pg::begin(5), messages_, pg::insert(3, {"n", "t" + kOneText}), documents_,
                 pg::truncate({4}), pg::commit(7)});
  EXPECT_FALSE(changed.take(0).all);
  EXPECT_TRUE(changed.take(1).all);
}

// Committed in the log, and not yet for everybody else.
TEST_F(Keys, WhatTheSnapshotDoesNotSeeStaysInTheLog) {
  ChangedKeys changed = keys();
  feed(changed, {pg::begin(5), messages_, pg::insert(3, {"n", "t" + kOneText}), pg::commit(70),
                 pg::begin(12), pg::insert(3, {"n", "t" + kTwoText}), pg::commit(80), pg::begin(6),
                 documents_, pg::insert(4, {"t" + kTwoText}), pg::commit(90)});
  EXPECT_FALSE(changed.complete());
  EXPECT_EQ(changed.seen_up_to(), 70u);
  EXPECT_THAT(changed.take(0).keys, ElementsAre(kOne));
  EXPECT_THAT(changed.take(1).keys, ElementsAre(kTwo));  // once more next time
}

TEST_F(Keys, ATransactionWithoutChangesIsNothingToWaitFor) {
  ChangedKeys changed = keys();
  feed(changed, {pg::begin(12), pg::commit(80)});
  EXPECT_TRUE(changed.complete());
  EXPECT_EQ(changed.seen_up_to(), 80u);
}

TEST_F(Keys, WithoutAKeyNothingIsGuessed) {
  const std::vector<std::vector<std::string>> logs{
      {pg::begin(5), pg::insert(3, {"t" + kOneText})},                      // never named
      {pg::begin(5), pg::truncate({3})},                                    //
      {pg::begin(5), messages_, pg::insert(3, {"thello"})},                 // too short
      {pg::begin(5), messages_, pg::update(3, 0, {}, {"n", "u"})},          // not sent
      {pg::begin(5), messages_, pg::remove(3, 'K', {"n", "tnot a uuid"})},  //
      {pg::begin(5), pg::relation(3, "public", "messages", {"content"})},   // no such column
  };
  for (const auto& log : logs) {
    ChangedKeys changed = keys();
    Status last;
    for (const std::string& message : log) last = changed.add(message);
    EXPECT_EQ(last.key(), "damaged_log") << log.size();
  }
}

TEST_F(Keys, TooManyAreComparedInstead) {
  ChangedKeys changed = keys();
  feed(changed, {pg::begin(5), messages_});
  for (int i = 0; i <= 100'000; ++i)
    ASSERT_TRUE(changed.add(pg::insert(3, {"n", "t" + Uuid::random().to_string()})).ok());
  const TableChanges all = changed.take(0);
  EXPECT_TRUE(all.all);
  EXPECT_THAT(all.keys, IsEmpty());
}

}  // namespace
}  // namespace monitora::transfer

#include <gtest/gtest.h>

#include <latch>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/deadline.h"
#include "base/id.h"
#include "base/status.h"
#include "base/text.h"

namespace monitora {
namespace {

TEST(Status, KeepsItsParts) {
  const Status status =
      Status(Code::conflict, "email_taken", {"Déjà pris.", "Taken."}, "row 3").with_retry_after(7);
  EXPECT_EQ(status.key(), "email_taken");
  EXPECT_EQ(status.sentence().fr, "Déjà pris.");
  EXPECT_EQ(status.retry_after_seconds(), 7);
  EXPECT_EQ(status.to_string(), "conflict/email_taken: row 3");
  EXPECT_TRUE(Status().ok());
}

Result<int> half(int n) {
  if (n % 2 != 0) return Status::invalid("n", {"impair", "odd"});
  return n / 2;
}
Result<int> quarter(int n) {
  MONITORA_ASSIGN(const int first, half(n));
  return half(first);
}

TEST(Result, LeavesWithTheFirstError) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).status().fields()[0].field, "n");
}

TEST(Alarm, RingsAtItsTimeAndAgainWhenItSays) {
  using namespace std::chrono_literals;
  int rung = 0;
  std::latch thrice(3);
  const auto at = Deadline::SteadyClock::now() + 1ms;
  const Alarm alarm(at, {}, [&] {
    EXPECT_GE(Deadline::SteadyClock::now(), at);
    thrice.count_down();
    return ++rung < 3 ? Deadline::SteadyClock::now() : Alarm::kNever;
  });
  thrice.wait();
}

TEST(Alarm, RingsWhenAStopIsAskedForEvenBefore) {
  std::stop_source before, after;
  std::latch both(2);
  const auto ring = [&] {
    both.count_down();
    return Alarm::kNever;
  };
  before.request_stop();
  const Alarm first(Alarm::kNever, before.get_token(), ring);
  const Alarm second(Alarm::kNever, after.get_token(), ring);
  after.request_stop();
  both.wait();
}

TEST(Alarm, DoesNotRingOnceItIsGone) {
  using namespace std::chrono_literals;
  std::latch last(1);
  auto gone = std::make_unique<int>(0);  // a sanitizer sees who looks at it later
  for (int i = 0; i < 1000; ++i)
    const Alarm alarm(Deadline::SteadyClock::now() + 50us, {}, [&] {
      ++*gone;
      return Deadline::SteadyClock::now() + 10us;
    });
  gone.reset();
  const Alarm alarm(Deadline::SteadyClock::now(), {}, [&] {
    last.count_down();
    return Alarm::kNever;
  });
  last.wait();
}

TEST(Uuid, RoundTripsInLowerCase) {
  const auto id = WorkspaceId::parse("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_string(), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  EXPECT_FALSE(Uuid::parse("a0eebc999c0b4ef8bb6d6bb9bd380a11"));
  EXPECT_FALSE(Uuid::parse("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g"));
  EXPECT_NE(Uuid::random(), Uuid::random());
  EXPECT_EQ(Uuid::random().to_string()[14], '4');
}

TEST(Crypto, MatchesPublishedVectors) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // RFC 4231, case 2
  EXPECT_EQ(base64(as_bytes("foob")), "Zm9vYg==");                          // RFC 4648
  for (std::string text : {"", "f", "fo", "foo", "foob", "\xff\xfe"}) {
    EXPECT_EQ(*from_base64(base64(as_bytes(text))), Bytes(text.begin(), text.end()));
    EXPECT_EQ(*from_base64url(base64url(as_bytes(text))), Bytes(text.begin(), text.end()));
  }
  EXPECT_FALSE(from_base64("Zm9vYg="));
  EXPECT_FALSE(from_base64("Zm9vYh=="));  // not canonical
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
}

TEST(Time, RoundTripsToTheMicrosecond) {
  for (std::string text : {"0001-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z",
                           "9999-12-31T23:59:59.999999Z"})
    EXPECT_EQ(format_time(*parse_time(text)), text);
  EXPECT_EQ(format_time(*parse_time("2026-03-01T00:30:00.1234567+02:00")),
            "2026-02-28T22:30:00.123456Z");
  for (std::string text :
       {"", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+2:00", "2026-01-01T00:00:00Zx"})
    EXPECT_FALSE(parse_time(text)) << text;
}

TEST(Text, RefusesIllFormedUtf8) {
  EXPECT_TRUE(is_utf8("héé😀"));
  for (std::string bad :
       {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF", "\x80"})
    EXPECT_FALSE(is_utf8(bad));
  EXPECT_EQ(to_utf8("a\xFFz"), "a\uFFFDz");
}

TEST(Text, NeverCutsACharacter) {
  EXPECT_EQ(utf8_prefix("aé😀", 2), "a");
  EXPECT_EQ(utf8_prefix("aé😀", 3), "aé");
  EXPECT_EQ(character_prefix("aé😀b", 3), "aé😀");
  EXPECT_EQ(count_characters("aé😀"), 3u);
}

TEST(Text, FoldsForComparison) {
  EXPECT_EQ(fold_accents("Éléphant ŒUVRE Straße"), "elephant œuvre strasse");
  EXPECT_EQ(nfkc("ﬁn №"), "fin No");
  EXPECT_EQ(collapse_spaces("  a\u00A0\n b "), "a b");
  EXPECT_TRUE(is_blank(" \n\u00A0\x01"));
}

// Characters that are folded one by one and by ICU: a text with a letter of another alphabet is all
// ICU's.
TEST(Text, FoldsEachCharacterAsIcuDoes) {
  for (const auto& [from, to] : {std::pair<char32_t, char32_t>{1, 0x250}, {0x1FF0, 0x2110}})
    for (char32_t c = from; c < to; ++c) {
      std::string text = "a";
      append_utf8(text, c);
      text += "Z";
      if (fold_accents(text + "字") != fold_accents(text) + "字")
        ADD_FAILURE() << std::hex << static_cast<std::uint32_t>(c);
    }
  EXPECT_EQ(fold_accents("L’été… \u202F«\u00A0OÙ\u00A0»\u0301 №"), "l’ete...  « ou » no");
  EXPECT_EQ(fold_accents("\xFF"), "\uFFFD");
}

TEST(Deadline, BelongsToTheThreadAndNests) {
  EXPECT_FALSE(Deadline::current().expired());
  {
    ScopedDeadline outer(Deadline::in(std::chrono::hours(1)));
    {
      ScopedDeadline inner(Deadline::in(std::chrono::hours(-1)));
      EXPECT_TRUE(Deadline::current().expired());
    }
    EXPECT_FALSE(Deadline::current().expired());
    EXPECT_EQ(Deadline::current().left(std::chrono::milliseconds(5)).count(), 5);
  }
}

}  // namespace
}  // namespace monitora

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "auth/common_passwords.h"
#include "auth/jwt.h"
#include "auth/passwords.h"
#include "auth/rate_limiter.h"
#include "auth/secret_box.h"
#include "auth/shared_rate_limiter.h"
#include "auth/supabase_tokens.h"
#include "auth/tokens.h"
#include "base/crypto.h"

namespace monitora::auth {
namespace {

class SetClock final : public Clock {
 public:
  Time now() const override { return time; }
  Time time{std::chrono::seconds(1'800'000'000)};
};

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

Credentials stored(std::string hash, std::string salt = {}) {
  Credentials credentials;
  credentials.password_hash = std::move(hash);
  credentials.password_salt = std::move(salt);
  return credentials;
}

TEST(Passwords, HashesAreArgon2idAndVerify) {
  Passwords passwords;
  const auto hash = passwords.hash("correct horse été 🐎");
  ASSERT_TRUE(hash.ok());
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *hash;
  EXPECT_NE(*hash, *passwords.hash("correct horse été 🐎"));
  const auto right = passwords.verify(stored(*hash), "correct horse été 🐎");
  EXPECT_TRUE(right->matches);
  EXPECT_FALSE(right->needs_upgrade);
  EXPECT_FALSE(passwords.verify(stored(*hash), "correct horse ete 🐎")->matches);
  EXPECT_FALSE(passwords.verify(std::nullopt, "correct horse été 🐎")->matches);
}

TEST(Passwords, OlderHashesVerifyAndAskForAnUpgrade) {
  Passwords passwords;
  // "U*U" from the public bcrypt test vectors; the same hash in its three spellings.
  for (const char* prefix : {"$2a$", "$2b$", "$2y$"}) {
    const Credentials bcrypt =
        stored(prefix + std::string("05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
    EXPECT_TRUE(passwords.verify(bcrypt, "U*U")->matches) << prefix;
    EXPECT_TRUE(passwords.verify(bcrypt, "U*U")->needs_upgrade) << prefix;
    EXPECT_FALSE(passwords.verify(bcrypt, "U*V")->matches) << prefix;
    EXPECT_FALSE(passwords.verify(bcrypt, std::string_view("U*U\0x", 5))->matches) << prefix;
  }
  const Credentials first_port = stored(sha256_hex("saltsecret wordsalt"), "salt");
  EXPECT_TRUE(passwords.verify(first_port, "secret word")->matches);
  EXPECT_TRUE(passwords.verify(first_port, "secret word")->needs_upgrade);
  EXPECT_FALSE(passwords.verify(first_port, "secret worD")->matches);
}

TEST(Passwords, DamagedOrForeignHashesNeverMatch) {
  Passwords passwords;
  for (const char* hash :
       {"", "x", "$2b$", "$2b$99$", "$argon2id$",
        "$argon2id$v=19$m=4294967295,t=9,p=1$c2FsdA$aGFzaA",
        "$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "$1$abc$def",
        "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "plain"}) {
    EXPECT_FALSE(passwords.verify(stored(hash), "plain")->matches) << hash;
    EXPECT_FALSE(passwords.verify(stored(hash), "")->matches) << hash;
  }
  EXPECT_FALSE(passwords.verify(stored(sha256_hex("x")), "x")->matches)
      << "a hash without salt is none of ours";
}

TEST(Passwords, AFullHouseAnswersSaturated) {
  Passwords passwords({.at_once = 1, .max_wait = std::chrono::milliseconds(0)});
  std::atomic<int> saturated = 0, done = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        const auto hash = passwords.hash("x");
        if (hash.ok())
          ++done;
        else if (hash.status().key() == "saturated" && hash.status().retry_after_seconds())
          ++saturated;
      });
  }
  EXPECT_GE(done, 1);
  EXPECT_EQ(done + saturated, 8);
}

TEST(CommonPasswords, AThousandAndTheirDecorations) {
  EXPECT_GE(common_password_count(), 1000u);
  for (const char* common :
       {"password123",   "Password1234", "P@ssw0rd2024!", "motdepasse1",  "MotDePasse2024",
        "1234567890",    "0987654321",   "12345678910",   "azertyuiop",   "Azerty12345!",
        "qwertyuiop",    "qwerty123456", "aaaaaaaaaa",    "abcabcabcabc", "iloveyou123",
        "Marseille13!!", "letmein1234",  "changeme123",   "01/01/1990",   "0612345678",
        "!!football!!",  "abcdefghijkl", "jetaimefort1",  "1q1q1q1q1q"})
    EXPECT_TRUE(is_common_password(common)) << common;
  for (const char* fine :
       {"correct horse battery", "Tr0ubadour&Trois", "une-vache-en-velo", "kX9#mQ2$vL7p",
        "Pluie-Jardin-42", "admin-of-the-north", "пароль-из-леса"})
    EXPECT_FALSE(is_common_password(fine)) << fine;
}

TEST(AccessTokens, GoOutAndComeBack) {
  SetClock clock;
  AccessTokens tokens{std::string(kSecret), clock};
  const UserId user = UserId::random();
  const SessionId session = SessionId::random();
  const TokenIssuer::TokenId id = tokens.new_token_id();
  EXPECT_EQ(id.hash, sha256_hex(id.id));
  EXPECT_NE(tokens.new_token_id().id, id.id);
  const auto token = tokens.issue(user, session, id, clock.time + std::chrono::hours(1));
  ASSERT_TRUE(token.ok());
  const auto claims = tokens.verify(*token);
  ASSERT_TRUE(claims.ok());
  EXPECT_EQ(claims->user, user);
  EXPECT_EQ(claims->session, session);
  EXPECT_EQ(claims->token_hash, id.hash);

  const AccessTokens other(std::string(32, 'x'), clock);
  EXPECT_EQ(other.verify(*token).status().key(), "invalid_token");
  clock.time += std::chrono::hours(2);
  EXPECT_EQ(tokens.verify(*token).status().key(), "invalid_token");
}

std::string token_of(std::string_view header, std::string_view claims, bool sign = true) {
  std::string text = base64url(as_bytes(header)) + "." + base64url(as_bytes(claims));
  return text + "." + (sign ? base64url(hmac_sha256(as_bytes(kSecret), as_bytes(text))) : "");
}

constexpr const char* kHs256 = R"({"alg":"HS256","typ":"JWT"})";
constexpr const char* kPerson = "0e984725-c51c-4bf4-9960-e1c80e27aba0";

// What GoTrue writes, with `changes` made to it: a claim and its JSON, or "" to leave it out.
std::string supabase_token(const std::map<std::string, std::string>& changes = {},
                           std::string_view header = kHs256, std::string_view secret = kSecret) {
  std::map<std::string, std::string> claims = {
      {"aud", R"("authenticated")"},
      {"exp", "1800003600"},
      {"iat", "1800000000"},
      {"iss", R"("https://abc.supabase.co/auth/v1")"},
      {"sub", '"' + std::string(kPerson) + '"'},
      {"email", R"("marie@exemple.fr")"},
      {"role", R"("authenticated")"},
      {"user_metadata", R"({"full_name":"Marie Été"})"},
      {"session_id", R"("5d1a2f9e-7a55-4d1e-9c1b-2f8f5a0f7a11")"}};
  for (const auto& [name, value] : changes) claims[name] = value;
  std::string text;
  for (const auto& [name, value] : claims)
    if (!value.empty()) text += (text.empty() ? "{\"" : ",\"") + name + "\":" + value;
  text += '}';
  const std::string signed_part = base64url(as_bytes(header)) + "." + base64url(as_bytes(text));
  return signed_part + "." + base64url(hmac_sha256(as_bytes(secret), as_bytes(signed_part)));
}

TEST(SupabaseTokens, SayWhoIsSignedIn) {
  const SetClock clock;
  const SupabaseTokens tokens{std::string(kSecret), "https://abc.supabase.co", clock};
  const auto person = tokens.verify(supabase_token());
  ASSERT_TRUE(person.ok());
  EXPECT_EQ(person->user.to_string(), kPerson);
  EXPECT_EQ(person->email, "marie@exemple.fr");
  EXPECT_EQ(person->full_name, "Marie Été");
  EXPECT_TRUE(tokens.verify(supabase_token({{"aud", R"(["x","authenticated"])"}})).ok());
  EXPECT_EQ(tokens.verify(supabase_token({{"user_metadata", R"({"name":"M"})"}}))->full_name, "M");
  EXPECT_EQ(tokens.verify(supabase_token({{"user_metadata", "[]"}}))->full_name, "");
  // Clocks differ by a little.
  EXPECT_TRUE(tokens.verify(supabase_token({{"exp", "1799999980"}})).ok());
  EXPECT_TRUE(tokens.verify(supabase_token({{"iat", "1800000020"}})).ok());
  const SupabaseTokens any_issuer{std::string(kSecret), "", clock};
  EXPECT_TRUE(any_issuer.verify(supabase_token({{"iss", R"("https://other/auth/v1")"}})).ok());
}

TEST(SupabaseTokens, RefuseEverythingElse) {
  const SetClock clock;
  const SupabaseTokens tokens{std::string(kSecret), "https://abc.supabase.co", clock};
  const struct {
    const char* why;
    std::string token;
  } refused[] = {
      {"another secret", supabase_token({}, kHs256, "another-secret-of-32-characters!")},
      {"alg none", supabase_token({}, R"({"alg":"none","typ":"JWT"})")},
      {"RS256", supabase_token({}, R"({"alg":"RS256","typ":"JWT"})")},
      {"HS384", supabase_token({}, R"({"alg":"HS384","typ":"JWT"})")},
      {"ES256", supabase_token({}, R"({"alg":"ES256","typ":"JWT","kid":"1"})")},
      {"expired", supabase_token({{"exp", "1799999960"}})},
      {"no expiry", supabase_token({{"exp", ""}})},
      {"from the future", supabase_token({{"iat", "1800000040"}})},
      {"another audience", supabase_token({{"aud", R"("anon")"}})},
      {"no audience", supabase_token({{"aud", ""}})},
      {"an audience that is no text", supabase_token({{"aud", R"([1,{"authenticated":1}])"}})},
      {"the service key", supabase_token({{"role", R"("service_role")"}})},
      {"no role", supabase_token({{"role", ""}})},
      {"another project", supabase_token({{"iss", R"("https://abd.supabase.co/auth/v1")"}})},
      {"no issuer", supabase_token({{"iss", ""}})},
      {"sub is no id", supabase_token({{"sub", R"("marie")"}})},
      {"sub is nil", supabase_token({{"sub", R"("00000000-0000-0000-0000-000000000000")"}})},
      {"no sub", supabase_token({{"sub", ""}})},
      {"anonymous: no e-mail", supabase_token({{"email", R"("")"}})},
      {"e-mail is no text", supabase_token({{"email", "7"}})},
  };
  for (const auto& each : refused)
    EXPECT_EQ(tokens.verify(each.token).status().key(), "invalid_token") << each.why;
}

TEST(Jwt, OnlyWhatWeMeant) {
  const Time now{std::chrono::seconds(1'800'000'000)};
  const std::string hs256 = R"({"alg":"HS256","typ":"JWT"})";
  const std::string good = R"({"sub":"a","exp":1800000100})";
  ASSERT_TRUE(verify_jwt(token_of(hs256, good), kSecret, now));
  const std::string valid = token_of(hs256, good);
  const struct {
    const char* why;
    std::string token;
  } refused[] = {
      {"alg none", token_of(R"({"alg":"none"})", good, false)},
      {"alg none with a signature", token_of(R"({"alg":"none"})", good)},
      {"alg None", token_of(R"({"alg":"None","typ":"JWT"})", good)},
      {"no alg", token_of(R"({"typ":"JWT"})", good)},
      {"HS512", token_of(R"({"alg":"HS512","typ":"JWT"})", good)},
      {"RS256", token_of(R"({"alg":"RS256","typ":"JWT"})", good)},
      {"no signature", token_of(hs256, good, false)},
      {"half a signature", valid.substr(0, valid.size() - 10)},
      {"an extra part", valid + ".x"},
      {"a space", valid + " "},
      {"a NUL", valid + std::string(1, '\0')},
      {"expired", token_of(hs256, R"({"sub":"a","exp":1799999900})")},
      {"no exp", token_of(hs256, R"({"sub":"a"})")},
      {"exp as text", token_of(hs256, R"({"sub":"a","exp":"1800000100"})")},
      {"exp negative", token_of(hs256, R"({"sub":"a","exp":-1})")},
      {"exp huge", token_of(hs256, R"({"sub":"a","exp":9223372036854775807})")},
      {"not yet", token_of(hs256, R"({"sub":"a","exp":1800000100,"nbf":1800000090})")},
      {"from the future", token_of(hs256, R"({"sub":"a","exp":1800000100,"iat":1800000090})")},
      {"no sub", token_of(hs256, R"({"exp":1800000100})")},
      {"sub no text", token_of(hs256, R"({"sub":1,"exp":1800000100})")},
      {"an array", token_of(hs256, "[]")},
      {"empty", ""},
      {"dots", ".."},
      {"too long",
       token_of(hs256, R"({"sub":"a","exp":1800000100,"x":")" + std::string(4096, 'x') + "\"}")},
  };
  for (const auto& each : refused) EXPECT_FALSE(verify_jwt(each.token, kSecret, now)) << each.why;
  // Any changed character of a valid token is noticed; the last of 43 carries two unused bits.
  for (std::size_t i = 0; i + 1 < valid.size(); ++i) {
    std::string changed = valid;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify_jwt(changed, kSecret, now)) << i;
  }
}

TEST(CustomerTokens, NameAVisitor) {
  SetClock clock;
  const CustomerTokens tokens(clock);
  const std::string header = R"({"alg":"HS256","typ":"JWT"})";
  const auto identity = tokens.verify(
      token_of(header, R"({"sub":"42","email":"a@example.com","exp":1800000100,"role":"admin"})"),
      kSecret);
  ASSERT_TRUE(identity.ok());
  EXPECT_EQ(identity->subject, "42");
  EXPECT_EQ(identity->email, "a@example.com");
  EXPECT_EQ(tokens.verify(token_of(header, R"({"sub":"42"})"), kSecret).status().key(),
            "invalid_user_token");
  EXPECT_EQ(tokens.verify(token_of(header, R"({"sub":"42","exp":1800000100})"), "").status().key(),
            "invalid_user_token");
}

TEST(ConversationTokens, AreBoundToTheirThreeParts) {
  const ConversationTokens tokens(kSecret);
  const WorkspaceId workspace = WorkspaceId::random();
  const ConversationId conversation = ConversationId::random();
  const std::string token = tokens.make(workspace, conversation, "visitor");
  EXPECT_TRUE(tokens.verify(token, workspace, conversation, "visitor"));
  EXPECT_FALSE(tokens.verify(token, WorkspaceId::random(), conversation, "visitor"));
  EXPECT_FALSE(tokens.verify(token, workspace, ConversationId::random(), "visitor"));
  EXPECT_FALSE(tokens.verify(token, workspace, conversation, "visitor2"));
  EXPECT_FALSE(tokens.verify("", workspace, conversation, "visitor"));
  EXPECT_FALSE(
      ConversationTokens("another secret").verify(token, workspace, conversation, "visitor"));
}

TEST(SealedSecrets, OpenOnlyInTheirPlace) {
  const std::string key = base64(Bytes(32, 7));
  const auto box = SealedSecrets::with_key(key);
  ASSERT_TRUE(box.ok());
  const std::string sealed = box->seal("hunter2 é", "db:1");
  EXPECT_EQ(sealed.find("hunter2"), std::string::npos);
  EXPECT_NE(sealed, box->seal("hunter2 é", "db:1"));
  EXPECT_EQ(*box->open(sealed, "db:1"), "hunter2 é");
  EXPECT_EQ(*box->open(box->seal("", "db:1"), "db:1"), "");
  EXPECT_EQ(box->open(sealed, "db:2").status().key(), "secret_unreadable");
  const auto other = SealedSecrets::with_key(base64(Bytes(32, 8)));
  EXPECT_NE(other->open(sealed, "db:1").status().detail().find("another key"), std::string::npos);
  for (std::size_t i = 0; i + 1 < sealed.size(); ++i) {
    std::string damaged = sealed;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(box->open(damaged, "db:1").ok()) << i;
  }
  EXPECT_FALSE(box->open(sealed.substr(0, 40), "db:1").ok());
  EXPECT_FALSE(SealedSecrets::with_key("short").ok());
}

TEST(RateLimiter, AllowsTheLimitAndSaysHowLongToWait) {
  SetClock clock;
  RateLimiter limiter(clock);
  for (int i = 0; i < 30; ++i) {
    EXPECT_FALSE(limiter.use("a", 30)) << i;
    clock.time += std::chrono::milliseconds(500);
  }
  const std::optional<int> wait = limiter.use("a", 30);
  ASSERT_TRUE(wait);
  EXPECT_FALSE(limiter.use("b", 30)) << "another key is not affected";
  clock.time += std::chrono::seconds(*wait);
  EXPECT_FALSE(limiter.use("a", 30)) << "after the wait that was named";
  EXPECT_TRUE(limiter.use("a", 30)) << "but not as many as at first";
  clock.time += std::chrono::minutes(2);
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(limiter.use("a", 30));
}

TEST(RateLimiter, NeverMoreThanTheRateOverALongTime) {
  SetClock clock;
  RateLimiter limiter(clock);
  int allowed = 0;
  for (int second = 0; second < 3600; ++second) {
    for (int i = 0; i < 5; ++i) allowed += limiter.use("a", 20).has_value() ? 0 : 1;
    clock.time += std::chrono::seconds(1);
  }
  EXPECT_GE(allowed, 20 * 55);
  EXPECT_LE(allowed, 20 * 61);
}

TEST(RateLimiter, ForgetsRatherThanGrows) {
  SetClock clock;
  RateLimiter limiter(clock, 1600);
  for (int i = 0; i < 100'000; ++i) (void)limiter.use("key" + std::to_string(i), 1);
  EXPECT_LE(limiter.size(), 1600u);
  EXPECT_TRUE(limiter.use("key99999", 1)) << "the latest are kept";
}

TEST(RateLimiter, CountsRightFromManyThreads) {
  SetClock clock;
  RateLimiter limiter(clock);
  std::atomic<int> allowed = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i)
          if (!limiter.use("shared", 500)) ++allowed;
      });
  }
  EXPECT_EQ(allowed, 500);
}

TEST(RateLimiter, OneOfSeveralOverItsLimitCountsNone) {
  SetClock clock;
  RateLimiter limiter(clock);
  const RateLimits::Use both[] = {{"a", 3}, {"b", 1}};
  EXPECT_FALSE(limiter.use(both));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(limiter.use(both));
  EXPECT_FALSE(limiter.use("a", 3));
  EXPECT_FALSE(limiter.use("a", 3));
  EXPECT_TRUE(limiter.use("a", 3));
}

// The database's table, as several nodes see it.
class Counts final : public SharedCounts {
 public:
  Status put(const std::string& node, const std::vector<Count>& counts) override {
    ++asked;
    if (!status.ok()) return status;
    for (const Count& count : counts) {
      int& used = rows[{count.key, count.window, node}];
      used = std::max(used, count.used);
    }
    return {};
  }
  Result<std::vector<Count>> of_others(const std::string& node,
                                       const std::vector<std::string>& keys,
                                       std::int64_t from) override {
    ++asked;
    if (!status.ok()) return status;
    std::vector<Count> found;
    for (const auto& [place, used] : rows) {
      const auto& [key, window, whose] = place;
      if (whose == node || window < from || std::ranges::find(keys, key) == keys.end()) continue;
      const auto same = std::ranges::find_if(
          found, [&](const Count& c) { return c.key == key && c.window == window; });
      if (same == found.end())
        found.push_back({key, window, used});
      else
        same->used += used;
    }
    return found;
  }
  Status prune(std::int64_t before) override {
    std::erase_if(rows, [&](const auto& row) { return std::get<1>(row.first) < before; });
    return {};
  }
  std::map<std::tuple<std::string, std::int64_t, std::string>, int> rows;
  Status status;
  int asked = 0;
};

class SharedLimits : public ::testing::Test {
 protected:
  static constexpr int kLimit = 30;
  static std::optional<int> use(SharedRateLimiter& node, const std::string& key = "visitor") {
    const RateLimits::Use one[] = {{key, kLimit}};
    return node.use(one);
  }
  SetClock clock_;  // at a whole minute
  Counts counts_;
  SharedRateLimiter first_{clock_, counts_, "node-1", kSecret};
  SharedRateLimiter second_{clock_, counts_, "node-2", kSecret};
};

TEST_F(SharedLimits, HoldOverNodesThatTakeTurns) {
  int allowed = 0;
  for (int i = 0; i < 40; ++i) allowed += use(i % 2 == 0 ? first_ : second_) ? 0 : 1;
  EXPECT_EQ(allowed, kLimit);
  EXPECT_FALSE(use(second_, "another")) << "another key is not affected";
}

TEST_F(SharedLimits, WhatOneNodeRefusesAnotherDoesToo) {
  for (int i = 0; i < kLimit; ++i) EXPECT_FALSE(use(first_)) << i;
  const std::optional<int> wait = use(first_);
  ASSERT_TRUE(wait);
  EXPECT_TRUE(use(second_));
  clock_.time += std::chrono::seconds(*wait);
  EXPECT_FALSE(use(second_)) << "after the wait that was named";
  int more = 0;
  for (int i = 0; i < 10; ++i) more += use(first_) ? 0 : 1;
  EXPECT_LE(more, 3) << "not as many as at first";
}

TEST_F(SharedLimits, ANodeThatKnewOfNothingGivesAtMostItsShare) {
  EXPECT_FALSE(use(second_));
  for (int i = 0; i < kLimit; ++i) (void)use(first_);
  int more = 0;
  for (int i = 0; i < 10; ++i) more += use(second_) ? 0 : 1;
  EXPECT_LE(more, kLimit / SharedRateLimiter::kShare);
}

TEST_F(SharedLimits, SeldomUseAsksOnceAMinute) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(use(first_));
  EXPECT_EQ(counts_.asked, 1);
  EXPECT_TRUE(counts_.rows.empty());
}

TEST_F(SharedLimits, TheMinuteBeforeCountsWithItsShare) {
  clock_.time += std::chrono::seconds(59);
  for (int i = 0; i < kLimit; ++i) EXPECT_FALSE(use(first_));
  clock_.time += std::chrono::seconds(2);
  EXPECT_TRUE(use(first_));
  EXPECT_TRUE(use(second_));
  clock_.time += std::chrono::seconds(30);
  EXPECT_FALSE(use(second_));
  clock_.time += std::chrono::minutes(2);
  for (int i = 0; i < kLimit; ++i) EXPECT_FALSE(use(second_)) << i;
}

TEST_F(SharedLimits, ADatabaseThatDoesNotAnswerLeavesEachNodeItsOwn) {
  counts_.status = Status::internal("gone");
  for (int i = 0; i < kLimit; ++i) EXPECT_FALSE(use(first_));
  EXPECT_TRUE(use(first_));
  EXPECT_FALSE(use(second_));
}

TEST_F(SharedLimits, NoAddressIsWrittenDown) {
  for (int i = 0; i < 10; ++i) (void)use(first_, "address:192.0.2.77");
  ASSERT_EQ(counts_.rows.size(), 1u);
  EXPECT_EQ(std::get<0>(counts_.rows.begin()->first).size(), 43u);
  EXPECT_EQ(std::get<0>(counts_.rows.begin()->first).find("192"), std::string::npos);
  clock_.time += std::chrono::minutes(3);
  EXPECT_TRUE(first_.prune().ok());
  EXPECT_TRUE(counts_.rows.empty());
}

}  // namespace
}  // namespace monitora::auth

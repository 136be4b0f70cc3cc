#include <gmock/gmock.h>

#include "base/crypto.h"
#include "contract/database_under_test.h"

namespace monitora::contract {
namespace {

using namespace std::chrono_literals;

class SessionContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    user = make_user("marie");
  }
  Session session(const std::string& mark) {
    Session made;
    made.id = SessionId::random();
    made.user_id = user;
    made.token_hash = sha256_hex("token " + mark);
    made.refresh_token_hash = sha256_hex("refresh " + mark);
    made.family_id = made.id;
    made.expires_at = clock.now() + 1h;
    made.refresh_expires_at = clock.now() + 24h;
    made.ip_address = "2001:db8::1";
    made.user_agent = "Firefox";
    return made;
  }
  bool lives(const std::string& mark) {
    const auto found = sessions->find_by_token(sha256_hex("token " + mark));
    EXPECT_TRUE(found.ok()) << found.status().to_string();
    return found.ok() && found->has_value();
  }
  Result<SessionStore::Live> rotate(const std::string& from, const std::string& to) {
    return sessions->rotate(sha256_hex("refresh " + from), session(to));
  }
  UserId user;
};
MONITORA_FOR_EVERY_DATABASE(SessionContract);

TEST_P(SessionContract, ATokenFindsItsSessionAndUser) {
  const Session made = session("a");
  ASSERT_OK(sessions->create(made));
  const auto found = sessions->find_by_token(made.token_hash);
  ASSERT_OK(found);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->session.id, made.id);
  EXPECT_EQ((*found)->session.family_id, made.family_id);
  EXPECT_EQ((*found)->session.refresh_expires_at, made.refresh_expires_at);
  EXPECT_EQ((*found)->session.ip_address, "2001:db8::1");
  EXPECT_EQ((*found)->session.created_at, clock.now());
  EXPECT_EQ((*found)->user.id, user);
  EXPECT_EQ((*found)->user.email, "marie@exemple.fr");
  EXPECT_FALSE(lives("unknown"));
  Session orphan = session("b");
  orphan.user_id = UserId::random();
  EXPECT_KEY(sessions->create(orphan), "user_not_found");
}

TEST_P(SessionContract, EndsWithItsTimeAndItsUser) {
  ASSERT_OK(sessions->create(session("a")));
  clock.advance(1h - 1us);
  EXPECT_TRUE(lives("a"));
  clock.advance(1us);
  EXPECT_FALSE(lives("a"));

  ASSERT_OK(sessions->create(session("b")));
  ASSERT_OK(users->set_active(user, false));
  EXPECT_FALSE(lives("b"));
  EXPECT_KEY(rotate("b", "c"), "refresh_token_reused");  // ended by the disabling
  ASSERT_OK(users->set_active(user, true));
  EXPECT_FALSE(lives("b"));
}

TEST_P(SessionContract, ALongUserAgentIsCutNotRefused) {
  Session made = session("a");
  for (int i = 0; i < 300; ++i) made.user_agent += "é😀";
  ASSERT_OK(sessions->create(made));
  const auto found = sessions->find_by_token(made.token_hash);
  ASSERT_TRUE(*found);
  EXPECT_TRUE(made.user_agent.starts_with((*found)->session.user_agent));
  EXPECT_GT((*found)->session.user_agent.size(), 490u);
}

TEST_P(SessionContract, RotationHandsTheFamilyOn) {
  const Session first = session("a");
  ASSERT_OK(sessions->create(first));
  const Time signed_in = clock.now();
  clock.advance(30min);
  const auto next = rotate("a", "b");
  ASSERT_OK(next);
  EXPECT_EQ(next->session.family_id, first.family_id);
  EXPECT_EQ(next->session.user_id, user);
  EXPECT_EQ(next->session.created_at, signed_in);
  EXPECT_EQ(next->user.email, "marie@exemple.fr");
  EXPECT_FALSE(lives("a"));
  EXPECT_TRUE(lives("b"));
  ASSERT_OK(rotate("b", "c"));
  EXPECT_TRUE(lives("c"));
}

TEST_P(SessionContract, ARefreshTokenSeenTwiceEndsTheWholeFamily) {
  ASSERT_OK(sessions->create(session("a")));
  ASSERT_OK(sessions->create(session("other device")));
  ASSERT_OK(rotate("a", "b"));
  EXPECT_KEY(rotate("a", "stolen"), "refresh_token_reused");
  EXPECT_FALSE(lives("b"));
  EXPECT_FALSE(lives("stolen"));
  EXPECT_TRUE(lives("other device"));
  EXPECT_EQ(rotate("b", "c").status().code(), Code::unauthenticated);
  EXPECT_EQ(count("app_sessions"), 3);
}

TEST_P(SessionContract, OfRotationsAtOnceOneWinsAndTheRestEndTheFamily) {
  for (int round = 0; round < 10; ++round) {
    const std::string start = "start" + std::to_string(round);
    ASSERT_OK(sessions->create(session(start)));
    std::atomic<int> won = 0, reused = 0;
    in_parallel(4, [&](int i) {
      const Status status = rotate(start, start + "." + std::to_string(i)).status();
      if (status.ok())
        ++won;
      else if (status.key() == "refresh_token_reused")
        ++reused;
    });
    EXPECT_EQ(won, 1);
    EXPECT_EQ(reused, 3);
    for (int i = 0; i < 4; ++i) EXPECT_FALSE(lives(start + "." + std::to_string(i)));
  }
}

TEST_P(SessionContract, UnknownAndExpiredRefreshTokensAreRefused) {
  EXPECT_KEY(rotate("nothing", "b"), "invalid_refresh_token");
  ASSERT_OK(sessions->create(session("a")));
  clock.advance(24h);
  EXPECT_KEY(rotate("a", "b"), "invalid_refresh_token");
  EXPECT_KEY(rotate("a", "b"), "invalid_refresh_token");
  EXPECT_EQ(count("app_sessions"), 1);
}

TEST_P(SessionContract, RevokingEndsAccessAndRefreshOfOneDevice) {
  const Session phone = session("phone");
  ASSERT_OK(sessions->create(phone));
  ASSERT_OK(sessions->create(session("laptop")));
  const UserId stranger = make_user("paul");
  EXPECT_KEY(sessions->revoke(stranger, phone.id), "session_not_found");
  EXPECT_TRUE(lives("phone"));
  ASSERT_OK(sessions->revoke(user, phone.id));
  EXPECT_FALSE(lives("phone"));
  EXPECT_FALSE(rotate("phone", "x").ok());
  EXPECT_TRUE(lives("laptop"));
  EXPECT_KEY(sessions->revoke(user, SessionId::random()), "session_not_found");
  EXPECT_KEY(sessions->revoke(user, phone.id), "session_not_found");  // it is over
}

TEST_P(SessionContract, ListsLiveDevicesLatestFirst) {
  ASSERT_OK(sessions->create(session("a")));
  clock.advance(1min);
  const Session second = session("b");
  ASSERT_OK(sessions->create(second));
  clock.advance(2h);  // the access tokens are over, the devices are still signed in
  auto found = sessions->list(user);
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].id, second.id);
  ASSERT_OK(sessions->revoke(user, second.id));
  EXPECT_EQ(sessions->list(user)->size(), 1u);
  EXPECT_TRUE(sessions->list(make_user("paul"))->empty());
}

TEST_P(SessionContract, TouchIsTheUsersOwn) {
  const Session made = session("a");
  ASSERT_OK(sessions->create(made));
  clock.advance(1min);
  EXPECT_KEY(sessions->touch(make_user("paul"), made.id), "session_not_found");
  EXPECT_FALSE(sessions->list(user)->front().last_used_at);
  ASSERT_OK(sessions->touch(user, made.id));
  EXPECT_EQ(sessions->list(user)->front().last_used_at, clock.now());
}

TEST_P(SessionContract, ANewPasswordEndsTheOtherSessions) {
  const Session here = session("here");
  ASSERT_OK(sessions->create(here));
  ASSERT_OK(sessions->create(session("there")));
  ASSERT_OK(users->change_password(user, "new", "", here.id));
  EXPECT_TRUE(lives("here"));
  EXPECT_FALSE(lives("there"));
  ASSERT_OK(users->change_password(user, "newer", "", std::nullopt));
  EXPECT_FALSE(lives("here"));
}

TEST_P(SessionContract, RemovesOnlyWhatCanNoLongerBeUsed) {
  ASSERT_OK(sessions->create(session("old")));
  clock.advance(23h);
  ASSERT_OK(sessions->create(session("new")));
  ASSERT_OK(rotate("old", "old again"));
  clock.advance(1h);
  ASSERT_OK(sessions->remove_expired());
  EXPECT_EQ(count("app_sessions"), 2);
  ASSERT_OK(rotate("new", "newer"));
}

}  // namespace
}  // namespace monitora::contract

#include <gmock/gmock.h>

#include "contract/database_under_test.h"

namespace monitora::contract {
namespace {

using namespace std::chrono_literals;
using UserContract = StoreContract;
MONITORA_FOR_EVERY_DATABASE(UserContract);

NewUser someone(const std::string& email) {
  NewUser user;
  user.email = email;
  user.password_hash = "$argon2id$…";
  return user;
}

TEST_P(UserContract, MakesAUserWithItsProfile) {
  NewUser wanted = someone("Élise+test@Exemple.fr");
  const auto made = users->create(wanted);
  ASSERT_OK(made);
  EXPECT_EQ(made->full_name, "Élise+test");  // the e-mail's local part
  EXPECT_EQ(made->created_at, clock.now());
  const auto found = users->find(made->id);
  ASSERT_OK(found);
  EXPECT_EQ(found->email, "Élise+test@Exemple.fr");
  EXPECT_EQ(found->role, UserRole::admin);
  EXPECT_TRUE(found->is_active);
  EXPECT_FALSE(found->last_login_at);
  EXPECT_EQ(count("profiles"), 1);
  EXPECT_KEY(users->find(UserId::random()), "user_not_found");
}

TEST_P(UserContract, KeepsUnicodeAsItCame) {
  // Composed and decomposed é are different texts; trailing spaces and emoji stay.
  for (const std::string name :
       {"Ren\u00e9", "Rene\u0301", "Ana \U0001F469\U0001F3FD\u200D\U0001F680  ", "\uFEFFשלום"}) {
    NewUser wanted = someone(std::to_string(count("app_users")) + "@exemple.fr");
    wanted.full_name = name;
    const auto made = users->create(wanted);
    ASSERT_OK(made);
    EXPECT_EQ(users->find(made->id)->full_name, name);
  }
}

TEST_P(UserContract, AnEmailIsTakenInAnyCase) {
  ASSERT_OK(users->create(someone("marie@exemple.fr")));
  EXPECT_KEY(users->create(someone("Marie@EXEMPLE.fr")), "email_taken");
  EXPECT_EQ(count("app_users"), 1);
  EXPECT_EQ(count("profiles"), 1);
  const auto found = users->find_by_email("MARIE@exemple.FR");
  ASSERT_OK(found);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->email, "marie@exemple.fr");
  EXPECT_FALSE(*users->find_by_email("paul@exemple.fr"));
}

TEST_P(UserContract, OfSignUpsWithOneEmailAtOnceOneWins) {
  std::atomic<int> made = 0, taken = 0;
  in_parallel(8, [&](int i) {
    const Status status =
        users->create(someone(i % 2 == 0 ? "a@exemple.fr" : "A@exemple.fr")).status();
    if (status.ok())
      ++made;
    else if (status.key() == "email_taken")
      ++taken;
  });
  EXPECT_EQ(made, 1);
  EXPECT_EQ(taken, 7);
  EXPECT_EQ(count("profiles"), 1);
}

TEST_P(UserContract, FiveFailuresLockForAQuarterOfAnHour) {
  const UserId user = make_user("marie");
  for (int i = 0; i < 4; ++i) ASSERT_OK(users->record_login(user, false, {}));
  auto credentials = users->credentials("marie@exemple.fr", {});
  ASSERT_OK(credentials);
  ASSERT_TRUE(*credentials);
  EXPECT_EQ((*credentials)->failed_login_attempts, 4);
  EXPECT_EQ((*credentials)->password_hash, "hash of marie");

  ASSERT_OK(users->record_login(user, false, {}));
  EXPECT_FALSE(*users->credentials("marie@exemple.fr", {}));
  EXPECT_FALSE(*users->credentials(user));
  clock.advance(10min);
  ASSERT_OK(users->record_login(user, false, {}));  // does not make the lock longer
  clock.advance(5min - 1us);
  EXPECT_FALSE(*users->credentials(user));
  clock.advance(1us);
  EXPECT_TRUE(*users->credentials(user));
  // A new count begins: one more failure does not lock again.
  ASSERT_OK(users->record_login(user, false, {}));
  ASSERT_TRUE(*users->credentials(user));
  EXPECT_EQ((*users->credentials(user))->failed_login_attempts, 1);
}

TEST_P(UserContract, FailuresAtTheSameMomentAllCount) {
  const UserId user = make_user("marie");
  in_parallel(5, [&](int) { EXPECT_TRUE(users->record_login(user, false, {}).ok()); });
  EXPECT_FALSE(*users->credentials(user));
}

TEST_P(UserContract, ALoginResetsTheFailures) {
  const UserId user = make_user("marie");
  const UserId other = make_user("paul");
  for (int i = 0; i < 4; ++i) ASSERT_OK(users->record_login(user, false, {}));
  clock.advance(1s);
  ASSERT_OK(users->record_login(user, true, {"192.0.2.1", "Firefox"}));
  ASSERT_OK(users->record_login(user, false, {}));
  EXPECT_EQ((*users->credentials(user))->failed_login_attempts, 1);
  EXPECT_EQ(users->find(user)->last_login_at, clock.now());
  EXPECT_FALSE(users->find(other)->last_login_at);
  EXPECT_KEY(users->record_login(UserId::random(), true, {}), "user_not_found");
}

TEST_P(UserContract, DisabledLooksLikeUnknown) {
  const UserId user = make_user("marie");
  ASSERT_OK(users->set_active(user, false));
  EXPECT_FALSE(*users->credentials("marie@exemple.fr", {}));
  EXPECT_FALSE(*users->credentials("nobody@exemple.fr", {}));
  EXPECT_FALSE(users->find(user)->is_active);
  ASSERT_OK(users->set_active(user, true));
  EXPECT_TRUE(*users->credentials("marie@exemple.fr", {}));
  EXPECT_KEY(users->set_active(UserId::random(), false), "user_not_found");
}

TEST_P(UserContract, PasswordsAndNamesChangeForOneUserOnly) {
  const UserId user = make_user("marie");
  const UserId other = make_user("paul");
  ASSERT_OK(users->change_password(user, "new", "", std::nullopt));
  EXPECT_EQ((*users->credentials(user))->password_hash, "new");
  ASSERT_OK(users->upgrade_hash(user, "better"));
  EXPECT_EQ((*users->credentials(user))->password_hash, "better");
  ASSERT_OK(users->set_full_name(user, "Marie Curie"));
  EXPECT_EQ(users->find(user)->full_name, "Marie Curie");
  EXPECT_EQ(users->find(other)->full_name, "paul");
  EXPECT_EQ((*users->credentials(other))->password_hash, "hash of paul");
  EXPECT_KEY(users->change_password(UserId::random(), "x", "", std::nullopt), "user_not_found");
  EXPECT_KEY(users->upgrade_hash(UserId::random(), "x"), "user_not_found");
  EXPECT_KEY(users->set_full_name(UserId::random(), "x"), "user_not_found");
}

TEST_P(UserContract, ListsEverybodyInOrderOfSignUp) {
  std::vector<UserId> expected;
  for (const char* name : {"c", "a", "b"}) {
    expected.push_back(make_user(name));
    clock.advance(1us);
  }
  const auto all = users->list();
  ASSERT_OK(all);
  std::vector<UserId> found;
  for (const User& user : *all) found.push_back(user.id);
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace monitora::contract

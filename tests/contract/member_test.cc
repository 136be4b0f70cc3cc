#include <gmock/gmock.h>

#include "contract/database_under_test.h"

namespace monitora::contract {
namespace {

using namespace std::chrono_literals;

class MemberContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    owner = make_user("owner");
    workspace = make_workspace(owner);
    other = make_workspace(make_user("neighbour"), "Autre");
  }
  // "e-mail role", the owner marked with *, an invitation with ?.
  std::vector<std::string> listed(const WorkspaceId& in) {
    std::vector<std::string> all;
    const auto found = members->list(in);
    EXPECT_TRUE(found.ok()) << found.status().to_string();
    if (!found.ok()) return all;
    for (const Member& member : *found)
      all.push_back(member.email.substr(0, member.email.find('@')) + " " +
                    std::string(to_string(member.role)) + (member.is_owner ? "*" : "") +
                    (member.user_id.is_nil() ? "?" : ""));
    return all;
  }
  UserId owner;
  WorkspaceId workspace, other;
};
MONITORA_FOR_EVERY_DATABASE(MemberContract);

TEST_P(MemberContract, TheOwnerFirstThenMembersThenInvitations) {
  make_user("zoe");
  make_user("anne");
  ASSERT_OK(members->invite(workspace, "later@exemple.fr", UserRole::admin));
  clock.advance(1s);
  const auto invited = members->invite(workspace, "ZOE@exemple.fr", UserRole::lecteur);
  ASSERT_OK(invited);
  EXPECT_EQ(invited->full_name, "zoe");
  EXPECT_EQ(invited->invited_at, clock.now());
  EXPECT_FALSE(invited->user_id.is_nil());
  clock.advance(1s);
  ASSERT_OK(members->invite(workspace, "anne@exemple.fr", UserRole::admin));
  EXPECT_THAT(listed(workspace),
              ::testing::ElementsAre("owner admin*", "zoe lecteur", "anne admin", "later admin?"));
  EXPECT_THAT(listed(other), ::testing::ElementsAre("neighbour admin*"));
  EXPECT_KEY(members->list(WorkspaceId::random()), "workspace_not_found");
}

TEST_P(MemberContract, NobodyIsInvitedTwice) {
  make_user("zoe");
  for (const char* email : {"zoe@exemple.fr", "later@exemple.fr"}) {
    ASSERT_OK(members->invite(workspace, email, UserRole::lecteur));
    EXPECT_KEY(members->invite(workspace, email, UserRole::admin), "already_member");
  }
  EXPECT_KEY(members->invite(workspace, "LATER@exemple.fr", UserRole::lecteur), "already_member");
  EXPECT_KEY(members->invite(workspace, "owner@exemple.fr", UserRole::lecteur), "already_member");
  EXPECT_THAT(listed(workspace),
              ::testing::ElementsAre("owner admin*", "zoe lecteur", "later lecteur?"));
  EXPECT_KEY(members->invite(WorkspaceId::random(), "a@exemple.fr", UserRole::lecteur),
             "workspace_not_found");
  ASSERT_OK(members->invite(other, "zoe@exemple.fr", UserRole::admin));
}

TEST_P(MemberContract, AnInvitationBecomesAMembershipAtSignUp) {
  ASSERT_OK(members->invite(workspace, "Later@exemple.fr", UserRole::admin));
  ASSERT_OK(members->invite(other, "later@exemple.fr", UserRole::lecteur));
  ASSERT_OK(members->invite(workspace, "never@exemple.fr", UserRole::lecteur));
  EXPECT_EQ(*members->invited_role("later@EXEMPLE.fr"), UserRole::admin);
  EXPECT_EQ(*members->invited_role("never@exemple.fr"), UserRole::lecteur);
  EXPECT_FALSE(*members->invited_role("owner@exemple.fr"));
  const UserId user = make_user("later");
  EXPECT_EQ(*workspaces->role(user, workspace), UserRole::admin);
  EXPECT_EQ(*workspaces->role(user, other), UserRole::lecteur);
  EXPECT_THAT(listed(workspace),
              ::testing::ElementsAre("owner admin*", "later admin", "never lecteur?"));
  EXPECT_FALSE(*members->invited_role("later@exemple.fr"));
}

TEST_P(MemberContract, ALecteurAccountIsLecteurEverywhere) {
  ASSERT_OK(members->invite(workspace, "lise@exemple.fr", UserRole::admin));
  const UserId lise = make_user("lise", UserRole::lecteur);
  EXPECT_EQ(*workspaces->role(lise, workspace), UserRole::lecteur);
  const auto refused = members->invite(other, "lise@exemple.fr", UserRole::admin);
  EXPECT_EQ(refused.status().code(), Code::invalid_argument);
  EXPECT_EQ(refused.status().fields()[0].field, "role");
  EXPECT_KEY(members->set_role(workspace, lise, UserRole::admin), "invalid_fields");
  EXPECT_EQ(*workspaces->role(lise, workspace), UserRole::lecteur);
  EXPECT_THAT(listed(other), ::testing::ElementsAre("neighbour admin*"));
  ASSERT_OK(members->invite(other, "lise@exemple.fr", UserRole::lecteur));
}

TEST_P(MemberContract, RolesChangeWithinTheWorkspaceOnly) {
  const UserId zoe = make_user("zoe");
  ASSERT_OK(members->invite(workspace, "zoe@exemple.fr", UserRole::lecteur));
  ASSERT_OK(members->invite(other, "zoe@exemple.fr", UserRole::lecteur));
  const auto changed = members->set_role(workspace, zoe, UserRole::admin);
  ASSERT_OK(changed);
  EXPECT_EQ(changed->role, UserRole::admin);
  EXPECT_EQ(changed->email, "zoe@exemple.fr");
  EXPECT_EQ(*workspaces->role(zoe, workspace), UserRole::admin);
  EXPECT_EQ(*workspaces->role(zoe, other), UserRole::lecteur);
  EXPECT_KEY(members->set_role(workspace, owner, UserRole::lecteur), "owner_is_admin");
  EXPECT_KEY(members->set_role(other, owner, UserRole::lecteur), "member_not_found");
  EXPECT_KEY(members->set_role(WorkspaceId::random(), zoe, UserRole::lecteur),
             "workspace_not_found");
}

TEST_P(MemberContract, RemovingEndsTheAccess) {
  const UserId zoe = make_user("zoe");
  ASSERT_OK(members->invite(workspace, "zoe@exemple.fr", UserRole::admin));
  EXPECT_KEY(members->remove(other, zoe), "member_not_found");
  EXPECT_KEY(members->remove(workspace, owner), "owner_is_admin");
  ASSERT_OK(members->remove(workspace, zoe));
  EXPECT_KEY(workspaces->role(zoe, workspace), "workspace_not_found");
  EXPECT_KEY(members->remove(workspace, zoe), "member_not_found");
  EXPECT_KEY(members->remove(WorkspaceId::random(), zoe), "workspace_not_found");
}

class ApiKeyContract : public MemberContract {
 protected:
  const std::string hash = std::string(63, '0') + "a";
};
MONITORA_FOR_EVERY_DATABASE(ApiKeyContract);

TEST_P(ApiKeyContract, AKeyOpensItsWorkspaceUntilRevoked) {
  const auto made = api_keys->create(workspace, "Intégration", "mk_abcd", hash, std::nullopt);
  ASSERT_OK(made);
  EXPECT_EQ(made->created_at, clock.now());
  const auto found = api_keys->find(hash);
  ASSERT_OK(found);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->workspace_id, workspace);
  EXPECT_EQ((*found)->name, "Intégration");
  EXPECT_EQ((*found)->prefix, "mk_abcd");
  EXPECT_FALSE(*api_keys->find(std::string(64, 'b')));

  EXPECT_KEY(api_keys->revoke(other, made->id), "api_key_not_found");
  EXPECT_TRUE(*api_keys->find(hash));
  ASSERT_OK(api_keys->revoke(workspace, made->id));
  EXPECT_FALSE(*api_keys->find(hash));
  EXPECT_TRUE(api_keys->list(workspace)->empty());
  EXPECT_KEY(api_keys->revoke(workspace, made->id), "api_key_not_found");
}

TEST_P(ApiKeyContract, ListsItsWorkspacesOwn) {
  ASSERT_OK(api_keys->create(workspace, "a", "mk_a", hash, clock.now() + 1h));
  clock.advance(1s);
  ASSERT_OK(api_keys->create(workspace, "b", "mk_b", std::string(64, 'b'), std::nullopt));
  ASSERT_OK(api_keys->create(other, "c", "mk_c", std::string(64, 'c'), std::nullopt));
  const auto keys = api_keys->list(workspace);
  ASSERT_OK(keys);
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].name, "a");
  EXPECT_TRUE((*keys)[0].expires_at);
  EXPECT_FALSE((*keys)[0].last_used_at);
  EXPECT_EQ((*keys)[1].name, "b");
  EXPECT_KEY(
      api_keys->create(WorkspaceId::random(), "d", "mk_d", std::string(64, 'd'), std::nullopt),
      "workspace_not_found");
}

TEST_P(ApiKeyContract, ExpiresOnTime) {
  ASSERT_OK(api_keys->create(workspace, "a", "mk_a", hash, clock.now() + 1h));
  clock.advance(1h - 1us);
  EXPECT_TRUE(*api_keys->find(hash));
  clock.advance(1us);
  EXPECT_FALSE(*api_keys->find(hash));
}

TEST_P(ApiKeyContract, RemembersItsLastUseToTheMinute) {
  ASSERT_OK(api_keys->create(workspace, "a", "mk_a", hash, std::nullopt));
  const Time first = clock.now();
  ASSERT_OK(api_keys->find(hash));
  clock.advance(59s);
  ASSERT_OK(api_keys->find(hash));
  EXPECT_EQ(api_keys->list(workspace)->front().last_used_at, first);
  clock.advance(1s);
  ASSERT_OK(api_keys->find(hash));
  EXPECT_EQ(api_keys->list(workspace)->front().last_used_at, clock.now());
}

}  // namespace
}  // namespace monitora::contract

// SQL Server's procedures, called as a DBA would: by the contract's parameters alone. Their rows
// are what the stores answer, and the stores go through them.
#include <gmock/gmock.h>

#include "contract/content_contract.h"

namespace monitora::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

class ProceduresContract : public ContentContract {
 protected:
  // The rows of a call; "NULL" where there is nothing.
  std::vector<std::vector<std::string>> call(const std::string& statement,
                                             std::initializer_list<sql::Param> params,
                                             int columns) {
    std::vector<std::vector<std::string>> rows;
    const Status status =
        pool().with(sql::Connection::Mode::write, [&](sql::Connection& connection) {
          return connection.query(statement, params, [&](const sql::Row& row) {
            std::vector<std::string>& texts = rows.emplace_back();
            for (int i = 0; i < columns; ++i)
              texts.emplace_back(row.is_null(i) ? "NULL" : row.text(i));
            return Status();
          });
        });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return rows;
  }
  std::string authenticate(const std::string& email) {
    const auto rows = call(
        "EXEC sp_authenticate_user @email = ?, @password_hash = N'x', "
        "@ip_address = N'192.0.2.1', @user_agent = N'ua'",
        {sql::p(email)}, 14);
    EXPECT_EQ(rows.size(), 1U);
    std::string all;
    for (const std::string& text : rows.at(0)) all += text + "|";
    return all;
  }
};

TEST_P(ProceduresContract, CreateAUserWithTheLocalPartAsItsName) {
  const auto made = call(
      "EXEC sp_create_user @email = ?, @password_hash = N'h', "
      "@password_salt = N''",
      {sql::p("Zoé.B@exemple.fr")}, 3);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0][0], "1");
  const auto found = users->find_by_email("zoé.b@EXEMPLE.fr");
  ASSERT_OK(found);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->id.to_string(), made[0][1]);
  EXPECT_EQ((*found)->full_name, "Zoé.B");
  EXPECT_EQ((*found)->role, UserRole::admin);
  EXPECT_TRUE((*found)->is_active);
  EXPECT_EQ(count("profiles"), 3);  // with the fixture's two

  const auto again = call(
      "EXEC sp_create_user @email = ?, @password_hash = N'h', "
      "@password_salt = N'', @full_name = N'x', @role = N'lecteur'",
      {sql::p("ZOÉ.b@exemple.fr")}, 3);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_THAT(again[0], ElementsAre("0", "NULL", StartsWith("Un compte existe")));
  EXPECT_EQ(count("app_users"), 3);
}

TEST_P(ProceduresContract, SignUpsOfManySessionsWithOneEmailMakeOneUser) {
  std::atomic<int> made{0}, refused{0};
  in_parallel(8, [&](int) {
    const auto rows = call(
        "EXEC sp_create_user @email = N'une@exemple.fr', @password_hash = N'h', "
        "@password_salt = N''",
        {}, 2);
    if (!rows.empty()) ++(rows[0][0] == "1" ? made : refused);
  });
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(count("app_users"), 3);
}

TEST_P(ProceduresContract, NeverSayWhichOfUnknownLockedAndDisabled) {
  const UserId locked = make_user("verrou"), disabled = make_user("parti");
  make_user("ok");
  EXPECT_THAT(authenticate("OK@exemple.fr"), StartsWith("1|"));
  const std::string unknown = authenticate("personne@exemple.fr");
  EXPECT_THAT(unknown, StartsWith("0|NULL|NULL|"));
  ASSERT_OK(users->set_active(disabled, false));
  EXPECT_EQ(authenticate("parti@exemple.fr"), unknown);
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(authenticate("verrou@exemple.fr"), StartsWith("1|"));
    call("EXEC sp_record_login @user_id = ?, @succeeded = 0, @ip_address = N'', @user_agent = N''",
         {sql::p(locked)}, 1);
  }
  EXPECT_EQ(authenticate("verrou@exemple.fr"), unknown);
  const auto minutes =
      call("SELECT DATEDIFF(SECOND, SYSDATETIMEOFFSET(), locked_until) FROM app_users WHERE id = ?",
           {sql::p(locked)}, 1);
  EXPECT_NEAR(std::stoi(minutes.at(0).at(0)), 15 * 60, 30);
  // A success resets.
  call("EXEC sp_record_login @user_id = ?, @succeeded = 1, @ip_address = N'', @user_agent = N''",
       {sql::p(locked)}, 1);
  EXPECT_THAT(authenticate("verrou@exemple.fr"), StartsWith("1|"));
}

TEST_P(ProceduresContract, ChangingAPasswordEndsTheSessionsOfThatUser) {
  for (const UserId& user : {owner, neighbour}) {
    Session session;
    session.id = SessionId::random();
    session.user_id = user;
    session.token_hash = user.to_string();
    session.expires_at = session.refresh_expires_at = clock.now() + std::chrono::hours(1);
    ASSERT_OK(sessions->create(session));
  }
  const auto changed = call(
      "EXEC sp_change_password @user_id = ?, @password_hash = N'new', "
      "@password_salt = N'salt'",
      {sql::p(owner)}, 1);
  EXPECT_THAT(changed, ElementsAre(ElementsAre("1")));
  EXPECT_EQ((*users->credentials(owner))->password_hash, "new");
  EXPECT_TRUE(sessions->list(owner)->empty());
  EXPECT_EQ(sessions->list(neighbour)->size(), 1U);
  const auto nobody = call(
      "EXEC sp_change_password @user_id = ?, @password_hash = N'new', "
      "@password_salt = N''",
      {sql::p(UserId::random())}, 1);
  EXPECT_THAT(nobody, ElementsAre(ElementsAre("0")));
}

TEST_P(ProceduresContract, InsightsAndListsAreTheStores) {
  talk(workspace, "q", "r", 0.4);
  const auto [made, messages] = talk(workspace, "q", "r", 0.9);
  ASSERT_OK(conversations->set_feedback(workspace, made.id, messages[1].id, 1));
  upload(workspace);
  const auto row =
      call("EXEC sp_calculate_workspace_insights @workspace_id = ?", {sql::p(workspace)}, 7);
  const auto stored = insights->calculate(workspace);
  ASSERT_OK(stored);
  ASSERT_EQ(row.size(), 1U);
  EXPECT_EQ(std::stod(row[0][0]), *stored->satisfaction_rate);
  EXPECT_EQ(std::stod(row[0][1]), *stored->avg_rag_score);
  EXPECT_EQ(std::stod(row[0][2]), stored->avg_messages_per_conversation);
  EXPECT_EQ(row[0][3], std::to_string(stored->low_confidence_count));
  EXPECT_EQ(row[0][4], std::to_string(stored->total_conversations));
  EXPECT_EQ(row[0][5], std::to_string(stored->total_messages));
  EXPECT_EQ(row[0][6], std::to_string(stored->total_documents));
  EXPECT_EQ(count("insights_cache"), 1);

  for (const char* name : {"Zèbre", "abeille", "Élan"}) make_workspace(owner, name);
  const auto rows = call("EXEC sp_get_user_workspaces @user_id = ?", {sql::p(owner)}, 15);
  const auto page = workspaces->list(owner, {});
  ASSERT_OK(page);
  ASSERT_EQ(rows.size(), page->items.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const WorkspaceView& view = page->items[i];
    EXPECT_EQ(rows[i][0], view.workspace.id.to_string());
    EXPECT_EQ(rows[i][2], view.workspace.name);
    EXPECT_EQ(rows[i][11], to_string(view.role));
    EXPECT_EQ(rows[i][12], std::to_string(view.counts.documents));
    EXPECT_EQ(rows[i][13], std::to_string(view.counts.conversations));
    EXPECT_EQ(rows[i][14], std::to_string(view.counts.messages));
  }
}

std::vector<DatabaseUnderTest> sqlservers_only() {
  std::vector<DatabaseUnderTest> all = databases_under_test();
  std::erase_if(all, [](const DatabaseUnderTest& database) {
    return !database.name.starts_with("sqlserver");
  });
  return all;
}
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ProceduresContract);
INSTANTIATE_TEST_SUITE_P(Database, ProceduresContract, ::testing::ValuesIn(sqlservers_only()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace monitora::contract

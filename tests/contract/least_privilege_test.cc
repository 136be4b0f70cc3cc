// The grants of docs/sqlserver.md, run as they stand there: with them the stores work on SQL
// Server, and what the document says the login cannot do is refused.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "contract/database_under_test.h"
#include "sql/migrations.h"
#include "sql/odbc/test_server.h"

namespace monitora::contract {
namespace {

class LeastPrivilege : public ::testing::TestWithParam<sql::SqlServerOptions> {
 protected:
  void SetUp() override {
    administrator_ = GetParam();
    administrator_.database = "master";
    const std::string suffix = UserId::random().to_string().substr(0, 8);
    name_ = "monitora_grants_" + suffix;
    login_ = "monitora_app_" + suffix;
    as_administrator("CREATE DATABASE " + name_);
    owner_ = administrator_;
    owner_.database = name_;
    const auto owner = sql::open_sqlserver(owner_, sql::Connection::Mode::write);
    ASSERT_OK(owner.status());
    ASSERT_OK(sql::apply(**owner).status());
    ASSERT_OK((*owner)->run_script(grants()));
    sql::SqlServerOptions program = owner_;
    program.user = login_;
    program.password = "choose-a-long-one-1";
    program.writers = 2;
    pool_ = sql::make_sqlserver_pool(program);
  }
  void TearDown() override {
    pool_.reset();
    as_administrator("DROP DATABASE " + name_);
    as_administrator("DROP LOGIN " + login_);
  }

  // The document's second block of SQL, for this test's database and login.
  std::string grants() const {
    std::ifstream file("docs/sqlserver.md");
    std::stringstream text;
    text << file.rdbuf();
    std::string block = text.str();
    for (int i = 0; i < 2; ++i) block = block.substr(block.find("```sql\n") + 7);
    block = block.substr(0, block.find("```"));
    const auto replace = [&](const std::string& from, const std::string& to) {
      const auto at = block.find(from);
      ASSERT_NE(at, std::string::npos) << from;
      block.replace(at, from.size(), to);
    };
    replace("CREATE LOGIN monitora_app", "CREATE LOGIN " + login_);
    replace("DEFAULT_DATABASE = monitora", "DEFAULT_DATABASE = " + name_);
    replace("USE monitora;", "USE " + name_ + ";");
    replace("FOR LOGIN monitora_app", "FOR LOGIN " + login_);
    return block;
  }

  Status run(const std::string& statement) {
    return pool_->with(sql::Connection::Mode::write, [&](sql::Connection& connection) {
      return connection.execute(statement, {}).status();
    });
  }

  TestClock clock_;
  std::unique_ptr<sql::Pool> pool_;

 private:
  void as_administrator(const std::string& statement) {
    const auto made = sql::open_sqlserver(administrator_, sql::Connection::Mode::write);
    const Status status = made.ok() ? (*made)->run_script(statement) : made.status();
    EXPECT_TRUE(status.ok()) << status.to_string();
  }

  sql::SqlServerOptions administrator_, owner_;
  std::string name_, login_;
};

TEST_P(LeastPrivilege, TheProgramWorksAndCanDoNothingElse) {
  // The start: the schema is looked at, and nothing is left to do.
  ASSERT_OK(pool_->with(sql::Connection::Mode::write, [](sql::Connection& connection) -> Status {
    MONITORA_ASSIGN(const int ran, sql::apply(connection));
    EXPECT_EQ(ran, 0);
    return {};
  }));

  const auto users = storage::make_user_store(*pool_, clock_);
  const auto workspaces = storage::make_workspace_store(*pool_, clock_);
  const auto conversations = storage::make_conversation_store(*pool_, clock_);
  const auto insights = storage::make_insights_store(*pool_, clock_);
  const auto audit = storage::make_audit_log(*pool_, clock_);
  NewUser wanted;
  wanted.email = "ana@exemple.fr";
  const auto user = users->create(wanted);
  ASSERT_OK(user);
  ASSERT_OK(users->credentials(wanted.email, {}));
  ASSERT_OK(users->record_login(user->id, true, {}));
  ASSERT_OK(users->change_password(user->id, "h", "", std::nullopt));
  const auto made = workspaces->create(user->id, {});
  ASSERT_OK(made);
  const WorkspaceId workspace = made->workspace.id;
  EXPECT_EQ(workspaces->list(user->id, {})->items.size(), 1U);
  Conversation conversation;
  conversation.id = ConversationId::random();
  Message message;
  message.role = "user";
  message.content = "bonjour";
  ASSERT_OK(conversations->append(workspace, conversation, true, {message}));
  EXPECT_EQ(insights->calculate(workspace)->total_messages, 1);
  ASSERT_OK(audit->append({user->id.to_string(), "test", {}, {}, {}, {}}));
  ASSERT_OK(workspaces->remove(user->id, workspace));

  for (const char* statement :
       {"UPDATE audit_log SET actor = N'x'", "DELETE FROM audit_log",
        "DELETE FROM schema_migrations", "CREATE TABLE dbo.mine (id INT NOT NULL)",
        "DROP TABLE dbo.jobs", "DROP PROCEDURE dbo.sp_create_user",
        "ALTER TABLE dbo.jobs ADD mine INT NULL", "TRUNCATE TABLE dbo.messages"})
    EXPECT_FALSE(run(statement).ok()) << statement;
}

TEST_P(LeastPrivilege, NoTableIsForgotten) {
  std::vector<std::string> tables;
  ASSERT_OK(pool_->with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
    return connection.query(
        "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND "
        "TABLE_SCHEMA = 'dbo'",
        {}, [&](const sql::Row& row) {
          tables.emplace_back(row.text(0));
          return Status();
        });
  }));
  EXPECT_GT(tables.size(), 20U);
  for (const std::string& table : tables) {
    EXPECT_TRUE(run("SELECT COUNT(*) FROM dbo." + table).ok()) << table;
    // Written by whoever owns the schema.
    const bool read_only = table == "schema_migrations" || table == "transfer_runs";
    if (read_only || table == "audit_log") continue;
    EXPECT_TRUE(run("DELETE FROM dbo." + table + " WHERE 1 = 0").ok()) << table;
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LeastPrivilege);
INSTANTIATE_TEST_SUITE_P(SqlServer, LeastPrivilege, ::testing::ValuesIn(sql::test_servers()),
                         [](const auto& info) {
                           return "sqlserver" + std::to_string(info.index + 1);
                         });

}  // namespace
}  // namespace monitora::contract

// A workspace's own database and the questions prepared for it, as the stores keep them; and the
// secrets that leave an old key.
#include <gmock/gmock.h>

#include "contract/content_contract.h"
#include "storage/secret_rotation.h"

namespace monitora::contract {
namespace {

using ::testing::ElementsAre;

class ExternalDatabaseContract : public ContentContract {
 protected:
  void SetUp() override {
    ContentContract::SetUp();
    databases = storage::make_external_database_store(pool(), clock);
    questions = storage::make_prepared_question_store(pool(), clock);
  }
  static ExternalDatabase made() {
    ExternalDatabase database;
    database.engine = ExternalEngine::mysql;
    database.host = "données.example";
    database.port = 3307;
    database.name = "boutique";
    database.user = "lecture";
    database.allowed_tables = {"orders (id, status)", "« étrange »"};
    database.descriptions = {{"orders", "Les commandes 🙂"}, {"orders.status", "où elle en est"}};
    database.sample_rows = true;
    return database;
  }
  static PreparedQuestion prepared(const std::string& description) {
    PreparedQuestion question;
    question.id = PreparedQuestionId::random();
    question.description = description;
    question.examples = {"Combien ?", "How many?"};
    question.sql = "SELECT COUNT(*) FROM orders WHERE city = :ville AND at > :depuis";
    question.parameters = {{"ville", ParameterType::choice, "la ville", {"Lyon", "Liège"}},
                           {"depuis", ParameterType::date, "", {}}};
    return question;
  }

  std::unique_ptr<ExternalDatabaseStore> databases;
  std::unique_ptr<PreparedQuestionStore> questions;
};

TEST_P(ExternalDatabaseContract, ADatabaseComesBackWhole) {
  EXPECT_FALSE(databases->find(workspace)->has_value());
  const std::int64_t before = last_change();
  ASSERT_OK(databases->put(workspace, made(), "x1.sealed"));
  EXPECT_THAT(changes_after(before), ElementsAre("database/updated"));
  const auto found = databases->find(workspace);
  ASSERT_OK(found);
  ASSERT_TRUE(found->has_value());
  const ExternalDatabase& database = (*found)->database;
  EXPECT_EQ((*found)->password_encrypted, "x1.sealed");
  EXPECT_EQ(database.engine, ExternalEngine::mysql);
  EXPECT_EQ(database.host, "données.example");
  EXPECT_EQ(database.port, 3307);
  EXPECT_EQ(database.allowed_tables, made().allowed_tables);
  EXPECT_EQ(database.descriptions, made().descriptions);
  EXPECT_TRUE(database.sample_rows);
  EXPECT_TRUE(database.is_enabled);
  EXPECT_EQ(database.last_test_status, "");
  EXPECT_FALSE(database.last_test_at.has_value());
  EXPECT_FALSE(databases->find(foreign)->has_value());
  EXPECT_EQ(databases->put(WorkspaceId::random(), made(), "x").code(), Code::not_found);
}

TEST_P(ExternalDatabaseContract, AWorkspaceHasOneAndItGoesWithIt) {
  ASSERT_OK(databases->put(workspace, made(), "x1.one"));
  ASSERT_OK(databases->set_test(workspace, "success", clock.now()));
  ExternalDatabase other = made();
  other.name = "autre";
  other.descriptions.clear();
  other.sample_rows = false;
  ASSERT_OK(databases->put(workspace, other, "x1.two"));
  EXPECT_EQ(count("workspace_databases"), 1);
  EXPECT_EQ((*databases->find(workspace))->database.name, "autre");
  EXPECT_TRUE((*databases->find(workspace))->database.descriptions.empty());
  ASSERT_OK(databases->remove(workspace));
  EXPECT_EQ(databases->remove(workspace).key(), "database_not_configured");
  ASSERT_OK(databases->set_test(workspace, "success", clock.now()));
  ASSERT_OK(databases->put(workspace, made(), "x1.one"));
  ASSERT_OK(questions->put(workspace, prepared("une")));
  ASSERT_OK(workspaces->remove(owner, workspace));
  EXPECT_EQ(count("workspace_databases"), 0);
  EXPECT_EQ(count("prepared_questions"), 0);
}

TEST_P(ExternalDatabaseContract, APreparedQuestionComesBackWhole) {
  const PreparedQuestion given = prepared("commandes d'une ville");
  const std::int64_t before = last_change();
  ASSERT_OK(questions->put(workspace, given));
  EXPECT_THAT(changes_after(before), ElementsAre("database/updated"));
  const auto found = questions->find(workspace, given.id);
  ASSERT_OK(found);
  EXPECT_EQ(found->description, given.description);
  EXPECT_EQ(found->examples, given.examples);
  EXPECT_EQ(found->sql, given.sql);
  ASSERT_EQ(found->parameters.size(), 2u);
  EXPECT_EQ(found->parameters[0].name, "ville");
  EXPECT_EQ(found->parameters[0].type, ParameterType::choice);
  EXPECT_EQ(found->parameters[0].label, "la ville");
  EXPECT_THAT(found->parameters[0].values, ElementsAre("Lyon", "Liège"));
  EXPECT_TRUE(found->is_enabled);
  EXPECT_EQ(found->created_at, clock.now());
  EXPECT_EQ(questions->find(foreign, given.id).status().key(), "question_not_found");
  EXPECT_EQ(questions->remove(foreign, given.id).key(), "question_not_found");
  EXPECT_EQ(questions->put(WorkspaceId::random(), prepared("?")).code(), Code::not_found);

  PreparedQuestion changed = *found;
  changed.is_enabled = false;
  changed.parameters.clear();
  changed.examples.clear();
  ASSERT_OK(questions->put(workspace, changed));
  const auto list = questions->list(workspace);
  ASSERT_OK(list);
  ASSERT_EQ(list->size(), 1u);
  EXPECT_FALSE(list->front().is_enabled);
  EXPECT_TRUE(list->front().parameters.empty());
  EXPECT_TRUE(list->front().examples.empty());
  ASSERT_OK(questions->remove(workspace, given.id));
  EXPECT_TRUE(questions->list(workspace)->empty());
}

TEST_P(ExternalDatabaseContract, SecretsGetANewKeyOnceAndOnlyThoseThatCanBeRead) {
  ASSERT_OK(databases->put(workspace, made(), "old:a"));
  ASSERT_OK(databases->put(foreign, made(), "lost:b"));
  ASSERT_OK(workspaces->set_identity_secret(owner, workspace, "old:c", clock.now()));
  std::vector<std::string> contexts;
  const auto reseal = [&](const std::string& sealed,
                          const std::string& context) -> std::optional<std::string> {
    if (sealed.starts_with("new:")) return sealed;
    if (!sealed.starts_with("old:")) return std::nullopt;
    contexts.push_back(context);
    return "new:" + sealed.substr(4);
  };
  auto done = storage::rotate_secrets(pool(), reseal);
  ASSERT_OK(done);
  EXPECT_EQ(done->changed, 2);
  EXPECT_EQ(done->already, 0);
  EXPECT_EQ(done->unreadable, 1);
  EXPECT_THAT(contexts, ElementsAre("external_database:" + workspace.to_string(),
                                    "identity:" + workspace.to_string()));
  EXPECT_EQ((*databases->find(workspace))->password_encrypted, "new:a");
  EXPECT_EQ((*databases->find(foreign))->password_encrypted, "lost:b");
  done = storage::rotate_secrets(pool(), reseal);
  ASSERT_OK(done);
  EXPECT_EQ(done->changed, 0);
  EXPECT_EQ(done->already, 2);
}

MONITORA_FOR_EVERY_DATABASE(ExternalDatabaseContract);

}  // namespace
}  // namespace monitora::contract

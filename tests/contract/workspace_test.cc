#include <gmock/gmock.h>

#include <set>

#include "contract/database_under_test.h"

namespace monitora::contract {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class WorkspaceContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    owner = make_user("owner");
    stranger = make_user("stranger");
    admin = make_user("admin");
    lecteur = make_user("lecteur");
    workspace = make_workspace(owner);
    EXPECT_TRUE(members->invite(workspace, "admin@exemple.fr", UserRole::admin).ok());
    EXPECT_TRUE(members->invite(workspace, "lecteur@exemple.fr", UserRole::lecteur).ok());
  }
  std::vector<std::string> names(const UserId& user, int limit = 50) {
    std::vector<std::string> all;
    PageRequest page{limit, ""};
    do {
      const auto found = workspaces->list(user, page);
      EXPECT_TRUE(found.ok()) << found.status().to_string();
      if (!found.ok()) break;
      EXPECT_LE(found->items.size(), static_cast<std::size_t>(limit));
      for (const WorkspaceView& view : found->items) all.push_back(view.workspace.name);
      page.cursor = found->next_cursor;
    } while (!page.cursor.empty());
    return all;
  }
  ConversationId add_conversation(const std::string& channel, int messages) {
    const ConversationId id = ConversationId::random();
    execute("INSERT INTO conversations (id, workspace_id, channel, started_at) VALUES (?, ?, ?, ?)",
            {sql::p(id), sql::p(workspace), sql::p(channel), sql::p(clock.now())});
    for (int i = 0; i < messages; ++i)
      execute(
          "INSERT INTO messages (id, conversation_id, role, content, created_at) VALUES (?, ?, "
          "'user', ?, ?)",
          {sql::p(MessageId::random()), sql::p(id), sql::p("Bonjour"), sql::p(clock.now())});
    return id;
  }
  UserId owner, stranger, admin, lecteur;
  WorkspaceId workspace;
};
MONITORA_FOR_EVERY_DATABASE(WorkspaceContract);

TEST_P(WorkspaceContract, KeepsEverySetting) {
  Workspace wanted;
  wanted.name = "Boutique 🛍️ «e\u0301te\u0301» ";
  wanted.description = "l'été, \"tout\" va; -- bien";
  wanted.domain = "exemple.fr";
  wanted.allowed_domains = {"exemple.fr", "boutique.exemple.fr"};
  wanted.rag.system_prompt = "Réponds {ainsi} \\ 😀";
  wanted.rag.top_k = 3;
  wanted.rag.cache_threshold = 0.91;
  wanted.widget.primary_color = "#123abc";
  wanted.widget.suggested_questions = {"Où est ma commande ?"};
  wanted.is_active = false;
  const auto made = workspaces->create(owner, wanted);
  ASSERT_OK(made);
  EXPECT_EQ(made->role, UserRole::admin);
  EXPECT_EQ(made->workspace.created_at, clock.now());
  const auto found = workspaces->get(made->workspace.id);
  ASSERT_OK(found);
  EXPECT_EQ(found->name, wanted.name);
  EXPECT_EQ(found->description, wanted.description);
  EXPECT_EQ(found->domain, wanted.domain);
  EXPECT_EQ(found->allowed_domains, wanted.allowed_domains);
  EXPECT_EQ(found->rag, wanted.rag);
  EXPECT_EQ(found->widget, wanted.widget);
  EXPECT_EQ(found->owner_id, owner);
  EXPECT_FALSE(found->is_active);
  EXPECT_KEY(workspaces->create(UserId::random(), wanted), "user_not_found");
}

TEST_P(WorkspaceContract, EverybodySeesTheirPartAndNobodyElseAnything) {
  EXPECT_EQ(*workspaces->role(owner, workspace), UserRole::admin);
  EXPECT_EQ(*workspaces->role(admin, workspace), UserRole::admin);
  EXPECT_EQ(*workspaces->role(lecteur, workspace), UserRole::lecteur);
  EXPECT_EQ(workspaces->find(lecteur, workspace)->role, UserRole::lecteur);
  const WorkspaceId absent = WorkspaceId::random();
  for (const WorkspaceId& id : {workspace, absent}) {
    EXPECT_KEY(workspaces->role(stranger, id), "workspace_not_found");
    EXPECT_KEY(workspaces->find(stranger, id), "workspace_not_found");
  }
  EXPECT_KEY(workspaces->get(absent), "workspace_not_found");
  EXPECT_THAT(names(lecteur), ElementsAre("Boutique"));
  EXPECT_THAT(names(stranger), ElementsAre());
}

TEST_P(WorkspaceContract, ListsByNameWithoutRegardToCase) {
  for (const char* name : {"banane", "Abricot", "cerise", "Cassis"}) make_workspace(owner, name);
  EXPECT_THAT(names(owner), ElementsAre("Abricot", "banane", "Boutique", "Cassis", "cerise"));
}

TEST_P(WorkspaceContract, PagesThroughEqualNames) {
  for (int i = 0; i < 7; ++i) make_workspace(owner, i % 2 == 0 ? "Pareil" : "pareil");
  for (int limit : {1, 2, 3, 8}) EXPECT_EQ(names(owner, limit).size(), 8u) << limit;
  std::set<WorkspaceId> seen;
  PageRequest page{3, ""};
  do {
    const auto found = workspaces->list(owner, page);
    ASSERT_OK(found);
    for (const WorkspaceView& view : found->items)
      EXPECT_TRUE(seen.insert(view.workspace.id).second);
    page.cursor = found->next_cursor;
  } while (!page.cursor.empty());
  EXPECT_EQ(seen.size(), 8u);
  for (const char* wrong :
       {"x", "????", "AAAA", "bm90IGEgY3Vyc29yIG9mIG91cnMgYnV0IGxvbmcgZW5vdWdo"})
    EXPECT_EQ(workspaces->list(owner, {3, wrong}).status().code(), Code::invalid_argument) << wrong;
}

TEST_P(WorkspaceContract, CountsWithoutTheConsolesOwnTries) {
  add_conversation("widget", 3);
  add_conversation("api", 2);
  add_conversation("test", 5);
  execute("INSERT INTO documents (id, workspace_id, filename) VALUES (?, ?, 'a.txt')",
          {sql::p(DocumentId::random()), sql::p(workspace)});
  make_workspace(owner, "Autre");
  for (const UserId& user : {owner, lecteur}) {
    const WorkspaceCounts counts = workspaces->find(user, workspace)->counts;
    EXPECT_EQ(counts.documents, 1);
    EXPECT_EQ(counts.conversations, 2);
    EXPECT_EQ(counts.messages, 5);
  }
  const auto listed = workspaces->list(owner, {});
  ASSERT_OK(listed);
  EXPECT_EQ(listed->items[0].counts.messages, 0);
  EXPECT_EQ(listed->items[1].counts.messages, 5);
}

TEST_P(WorkspaceContract, AdminsChangeWhatTheyName) {
  clock.advance(1s);
  WorkspaceChange change;
  change.description = "nouvelle";
  change.allowed_domains = {"a.fr"};
  RagConfig rag;
  rag.temperature = 0.7;
  change.rag = rag;
  const auto changed = workspaces->update(admin, workspace, change);
  ASSERT_OK(changed);
  EXPECT_EQ(changed->workspace.description, "nouvelle");
  EXPECT_EQ(changed->workspace.rag, rag);
  EXPECT_EQ(changed->workspace.name, "Boutique");
  EXPECT_EQ(changed->workspace.widget, WidgetConfig());
  EXPECT_EQ(changed->workspace.updated_at, clock.now());
  EXPECT_EQ(changed->workspace.created_at, clock.now() - 1s);
  EXPECT_EQ(workspaces->get(workspace)->allowed_domains, *change.allowed_domains);
  change = {};
  change.name = "Autre";
  change.is_active = false;
  ASSERT_OK(workspaces->update(owner, workspace, change));
  EXPECT_EQ(workspaces->get(workspace)->name, "Autre");
  EXPECT_FALSE(workspaces->get(workspace)->is_active);
  EXPECT_EQ(workspaces->get(workspace)->description, "nouvelle");
}

TEST_P(WorkspaceContract, NobodyElseChangesAnything) {
  const std::int64_t changes = count("change_log");
  WorkspaceChange change;
  change.name = "à moi";
  for (const UserId& user : {lecteur, stranger, UserId::random()}) {
    EXPECT_KEY(workspaces->update(user, workspace, change), "workspace_not_found");
    EXPECT_KEY(workspaces->remove(user, workspace), "workspace_not_found");
    EXPECT_KEY(workspaces->set_identity_secret(user, workspace, "x", clock.now()),
               "workspace_not_found");
  }
  EXPECT_EQ(workspaces->get(workspace)->name, "Boutique");
  EXPECT_EQ(workspaces->identity_secrets(workspace)->current_encrypted, "");
  EXPECT_EQ(count("change_log"), changes);
}

TEST_P(WorkspaceContract, GoesWithEverythingInIt) {
  const WorkspaceId other = make_workspace(stranger, "Autre");
  add_conversation("widget", 3);
  const DocumentId document = DocumentId::random();
  execute("INSERT INTO documents (id, workspace_id, filename) VALUES (?, ?, 'a.txt')",
          {sql::p(document), sql::p(workspace)});
  execute(
      "INSERT INTO document_chunks (id, document_id, workspace_id, content, chunk_index) VALUES "
      "(?, ?, ?, 'x', 0)",
      {sql::p(ChunkId::random()), sql::p(document), sql::p(workspace)});
  ASSERT_OK(api_keys->create(workspace, "clé", "mk_ab", std::string(64, 'a'), std::nullopt));
  ASSERT_OK(members->invite(workspace, "plus.tard@exemple.fr", UserRole::lecteur));
  EXPECT_EQ(count("messages"), 3);
  ASSERT_OK(workspaces->remove(admin, workspace));
  for (const char* table : {"conversations", "messages", "documents", "document_chunks", "api_keys",
                            "workspace_members", "workspace_invitations"})
    EXPECT_EQ(count(table), 0) << table;
  EXPECT_KEY(workspaces->get(workspace), "workspace_not_found");
  ASSERT_OK(workspaces->get(other));
  EXPECT_EQ(count("change_log WHERE operation = 'deleted' AND entity = 'workspace'"), 1);
  EXPECT_KEY(workspaces->remove(owner, workspace), "workspace_not_found");
}

TEST_P(WorkspaceContract, TheOlderIdentitySecretWorksForAWhile) {
  auto secrets = workspaces->identity_secrets(workspace);
  ASSERT_OK(secrets);
  EXPECT_EQ(secrets->current_encrypted, "");
  ASSERT_OK(workspaces->set_identity_secret(owner, workspace, "first", clock.now() + 24h));
  secrets = workspaces->identity_secrets(workspace);
  EXPECT_EQ(secrets->current_encrypted, "first");
  EXPECT_FALSE(secrets->previous_expires_at);

  const Time until = clock.now() + 24h;
  ASSERT_OK(workspaces->set_identity_secret(admin, workspace, "second", until));
  secrets = workspaces->identity_secrets(workspace);
  EXPECT_EQ(secrets->current_encrypted, "second");
  EXPECT_EQ(secrets->previous_encrypted, "first");
  EXPECT_EQ(secrets->previous_expires_at, until);
  clock.advance(24h);
  EXPECT_EQ(workspaces->identity_secrets(workspace)->previous_encrypted, "");
  EXPECT_KEY(workspaces->identity_secrets(WorkspaceId::random()), "workspace_not_found");
}

TEST_P(WorkspaceContract, ADeletedUserTakesTheirWorkspacesAlong) {
  execute("DELETE FROM app_users WHERE id = ?", {sql::p(owner)});
  EXPECT_KEY(workspaces->get(workspace), "workspace_not_found");
  EXPECT_EQ(count("profiles"), 3);
  EXPECT_EQ(count("workspace_members"), 0);
}

}  // namespace
}  // namespace monitora::contract

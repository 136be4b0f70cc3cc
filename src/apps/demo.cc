#include "apps/demo.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "app/documents.h"
#include "apps/terminal.h"
#include "auth/passwords.h"

namespace monitora::apps {
namespace {

constexpr const char* kEmail = "demo@monitora.example";

std::vector<std::filesystem::path> corpus(const std::filesystem::path& examples) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(examples, error)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file(error) && !name.starts_with("README") && name != "questions.json")
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Workspace demo_workspace(const UserId& owner) {
  Workspace workspace;
  workspace.id = WorkspaceId::random();
  workspace.owner_id = owner;
  workspace.name = "Démonstration";
  workspace.description = "Une entreprise fictive, pour essayer.";
  workspace.widget.chatbot_name = "Assistant";
  workspace.widget.welcome_message =
      "Bonjour ! Posez-moi une question sur nos produits, la livraison ou les retours.";
  workspace.widget.suggested_questions = {"Quel est le délai de livraison ?",
                                          "Comment retourner un article ?"};
  return workspace;
}

}  // namespace

Result<Demo> prepare_demo(Database& database, Documents& documents,
                          const std::filesystem::path& examples) {
  Demo demo;
  demo.email = kEmail;
  MONITORA_ASSIGN(std::optional<User> user, database.users->find_by_email(kEmail));
  if (!user) {
    demo.password = random_token(12);
    auth::Passwords passwords;
    NewUser fresh;
    fresh.email = kEmail;
    fresh.full_name = "Démonstration";
    MONITORA_ASSIGN(fresh.password_hash, passwords.hash(demo.password));
    MONITORA_ASSIGN(user, database.users->create(fresh));
  }
  MONITORA_ASSIGN(const Page<WorkspaceView> owned, database.workspaces->list(user->id, {}));
  if (owned.items.empty()) {
    MONITORA_ASSIGN(const WorkspaceView made,
                    database.workspaces->create(user->id, demo_workspace(user->id)));
    demo.workspace = made.workspace.id;
  } else {
    demo.workspace = owned.items.front().workspace.id;
    if (owned.items.front().counts.documents > 0) return demo;
  }
  for (const std::filesystem::path& file : corpus(examples)) {
    MONITORA_TRY(
        documents.upload({user->id, ""}, demo.workspace, file, file.filename().string()).status());
    ++demo.documents;
  }
  return demo;
}

Result<std::size_t> wait_for_documents(DocumentStore& documents, const WorkspaceId& workspace) {
  std::optional<Progress> progress;
  while (true) {
    MONITORA_ASSIGN(const Page<Document> all,
                    documents.list(workspace, std::nullopt, {.limit = 200}));
    const auto with = [&](DocumentStatus status) {
      return static_cast<std::size_t>(
          std::count_if(all.items.begin(), all.items.end(),
                        [&](const Document& d) { return d.status == status; }));
    };
    const std::size_t waiting = with(DocumentStatus::pending) + with(DocumentStatus::processing);
    if (waiting == 0) {
      if (progress) progress->update(all.items.size(), all.items.size());
      return with(DocumentStatus::error);
    }
    if (!progress) progress.emplace(in_language({"Indexation", "Indexing"}), false);
    progress->update(all.items.size() - waiting, all.items.size());
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace monitora::apps

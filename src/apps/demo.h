// `monitora serve --demo`: an account, a workspace and the example corpus, to try MONITORA at once.
#pragma once

#include <filesystem>
#include <string>

#include "apps/database.h"

namespace monitora {
class Documents;
}

namespace monitora::apps {

struct Demo {
  WorkspaceId workspace;
  std::string email;
  std::string password;  // "" when the account was there already
  std::size_t documents = 0;
};

// Makes what is missing; the documents are queued for indexing. Safe to repeat.
Result<Demo> prepare_demo(Database& database, Documents& documents,

                          const std::filesystem::path& examples);

// Waits, with progress, until no document of the workspace is pending; answers how many failed.
Result<std::size_t> wait_for_documents(DocumentStore& documents, const WorkspaceId& workspace);

}  // namespace monitora::apps

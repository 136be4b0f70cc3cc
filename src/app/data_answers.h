// Decides for each question of a workspace with a database whether the documents or that database
// answer it, and has the database answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/data_questions.h"
#include "app/data_router.h"
#include "app/order_tracking.h"
#include "app/workspace_memory.h"
#include "domain/data_routing.h"
#include "ports/external_database_store.h"

namespace monitora {

struct DataAnswerParts {
  ExternalDatabaseStore& databases;
  Embedder& embedder;
  EventBus& events;
  OrderTracking& orders;
  DataQuestions* questions = nullptr;  // null: only orders are answered
};

// Thread-safe. The parts outlive it.
class DataAnswers {
 public:
  static constexpr std::size_t kWorkspacesInMemory = 1000;

  explicit DataAnswers(DataAnswerParts parts)
      : parts_(parts),
        router_(parts.embedder),
        memory_(parts.events, "database", kWorkspacesInMemory) {}

  struct Asked {
    const Workspace& workspace;
    const std::string& text;
    const std::string& query;  // with what it leans on
    const std::optional<VisitorIdentity>& identity;
    std::string language;    // the answer's
    bool by_member = false;  // in the console
  };
  struct Step {
    DataRoute route = DataRoute::documents;
    std::optional<DataReply> reply;           // of `orders`
    std::vector<std::string> allowed_tables;  // of `data`: DataQuestion's
  };
  // Where the question goes, and the answer where that is the asker's orders (it blocks for as long
  // as the database takes). A workspace without a database that is enabled costs nothing: that is
  // kept in memory, and read again when the change log says "database". `vector` is that of
  // `query`, made here when it is empty and needed.
  Result<Step> begin(const Asked& asked, Vector& vector);
  // What the first question would have to wait for; nothing where no workspace has a database.
  Status prepare();

  DataQuestions& questions() { return *parts_.questions; }  // after a step to `data`

 private:
  Result<DataReply> answer_of_orders(const Asked& asked, const OrderMapping& mapping,
                                     ExternalEngine engine);
  struct Known;  // a workspace's database in memory
  Result<std::shared_ptr<const Known>> read(const WorkspaceId& workspace);

  DataAnswerParts parts_;
  DataRouter router_;
  WorkspaceMemory<Known> memory_;
};

}  // namespace monitora

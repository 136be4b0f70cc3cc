#include "app/data_answers.h"

#include <algorithm>

#include "app/order_mapping_json.h"
#include "base/log.h"
#include "base/text.h"

namespace monitora {
namespace {

constexpr double kLowScore = 0.1;  // of an answer that helps nobody

// What of `allowed` is left without the tables that hold everybody's orders.
std::vector<std::string> without_orders(const std::vector<std::string>& allowed,
                                        const OrderMapping& mapping) {
  std::vector<std::string> held{mapping.table};
  if (mapping.customers) held.push_back(mapping.customers->table);
  if (mapping.items) held.push_back(mapping.items->table);
  std::vector<std::string> left;
  for (const std::string& each : allowed) {
    const auto table = parse_allowed_table(each);
    const bool is_held = !table || std::ranges::any_of(held, [&](const std::string& name) {
      const auto other = parse_allowed_table(name);
      return other && lower(other->table) == lower(table->table);
    });
    if (!is_held) left.push_back(each);
  }
  return left;
}

}  // namespace

struct DataAnswers::Known {
  bool is_enabled = false;
  ExternalEngine engine = ExternalEngine::postgres;
  std::vector<std::string> allowed_tables;
  std::optional<OrderMapping> orders;
  std::vector<Vector> subjects;
};

Result<DataAnswers::Step> DataAnswers::begin(const Asked& asked, Vector& vector) {
  Step step;
  MONITORA_ASSIGN(const std::shared_ptr<const Known> known,
                  memory_.get(asked.workspace.id, [&] { return read(asked.workspace.id); }));
  const bool has_orders = known->orders && known->orders->is_enabled;
  if (!known->is_enabled || (!has_orders && parts_.questions == nullptr)) return step;
  if (vector.empty()) {
    MONITORA_ASSIGN(vector, parts_.embedder.embed_one(Embedder::Kind::query, asked.query));
  }
  MONITORA_ASSIGN(step.route, router_.route(asked.query, vector, known->subjects));
  if (step.route == DataRoute::orders && has_orders) {
    MONITORA_ASSIGN(step.reply, answer_of_orders(asked, *known->orders, known->engine));
  } else if (step.route == DataRoute::data && parts_.questions != nullptr) {
    step.allowed_tables = asked.by_member || !known->orders
                              ? known->allowed_tables
                              : without_orders(known->allowed_tables, *known->orders);
  } else {
    step.route = DataRoute::documents;
  }
  return step;
}

Status DataAnswers::prepare() {
  MONITORA_ASSIGN(const bool is_needed, parts_.databases.any_enabled());
  return is_needed ? router_.prepare() : Status();
}

// A database that cannot be asked is no reason to fail: the visitor is told.
Result<DataReply> DataAnswers::answer_of_orders(const Asked& asked, const OrderMapping& mapping,
                                                ExternalEngine engine) {
  const auto answer = parts_.orders.answer(
      {asked.workspace, asked.identity, asked.text, asked.query}, mapping, engine);
  DataReply reply;
  if (!answer.ok() && answer.status().code() == Code::cancelled) return answer.status();
  if (!answer.ok()) {
    log::warning("orders of {}: {}", asked.workspace.id.to_string(), answer.status().to_string());
    reply.rag_score = kLowScore;
  }
  const Sentence text = answer.ok() ? answer->text : orders_unavailable();
  reply.text = asked.language == "en" ? text.en : text.fr;
  if (answer.ok()) reply.sql = answer->sql;
  return reply;
}

Result<std::shared_ptr<const DataAnswers::Known>> DataAnswers::read(const WorkspaceId& workspace) {
  auto made = std::make_shared<Known>();
  MONITORA_ASSIGN(auto stored, parts_.databases.find(workspace));
  if (stored && stored->database.is_enabled) {
    made->is_enabled = true;
    made->engine = stored->database.engine;
    made->orders = load_order_mapping(stored->order_tracking);
    made->allowed_tables = std::move(stored->database.allowed_tables);
    if (parts_.questions != nullptr) {
      MONITORA_ASSIGN(const std::vector<std::string> subjects,
                      parts_.questions->subjects(workspace));
      MONITORA_ASSIGN(made->subjects, embed_all(parts_.embedder, subjects));
    }
  }
  return std::shared_ptr<const Known>(std::move(made));
}

}  // namespace monitora

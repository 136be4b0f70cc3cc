#include "app/answer_cache.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/crypto.h"
#include "base/log.h"
#include "domain/question.h"
#include "ports/insights_store.h"

namespace monitora {
namespace {

std::string settings_hash(const Workspace& workspace, const Embedder& embedder, bool extractive) {
  return sha256_hex(fmt::format("{}\n{}\n{}\n{}", boost::json::serialize(to_json(workspace.rag)),
                                workspace.widget.chatbot_name, embedder.model(), extractive))
      .substr(0, 32);
}

}  // namespace

Result<std::optional<CacheEntry>> AnswerCache::find(const Workspace& workspace,
                                                    const std::string& question, bool extractive,
                                                    Place& place) {
  place.settings_hash = settings_hash(workspace, embedder_, extractive);
  MONITORA_ASSIGN(CacheStore::Lookup found,
                  store_.find(workspace.id, question_hash(question), place.settings_hash));
  place.chunks_version = found.version;
  return std::move(found.entry);
}

void AnswerCache::remember(const Workspace& workspace, const Place& place, const Answer& answer) {
  if (place.settings_hash.empty()) return;
  const Status status = store_.put(
      workspace.id,
      {question_hash(answer.question), answer.question, answer.question_vector, embedder_.model(),
       answer.response, answer.sources, answer.rag_score, place.chunks_version, place.settings_hash,
       clock_.now() + std::chrono::seconds(workspace.rag.cache_ttl)});
  if (!status.ok()) log::warning("the answer was not cached: {}", status.to_string());
}

}  // namespace monitora

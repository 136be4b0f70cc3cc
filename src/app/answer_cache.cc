#include "app/answer_cache.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <numeric>
#include <string_view>

#include "base/crypto.h"
#include "base/log.h"
#include "domain/question.h"
#include "domain/same_question.h"
#include "ports/insights_store.h"
#include "ports/retriever.h"

namespace monitora {
namespace {

// Longer questions tell a story: nobody tells the same one.
constexpr std::size_t kLongestAlike = 600;  // bytes
constexpr int kCandidates = 32;

// Unlike one another, as visitors' questions are: how near a model puts them says what its cosines
// mean. multilingual-e5-small has 0.80 for them and its paraphrases from 0.87 on.
constexpr std::array<std::string_view, 10> kUnlike = {"Quels sont vos horaires d'ouverture ?",
                                                      "Mon colis est arrivé cassé.",
                                                      "Comment réinitialiser mon mot de passe ?",
                                                      "Faut-il une ordonnance pour ce médicament ?",
                                                      "Combien coûte la location de la salle ?",
                                                      "Do you deliver to Canada?",
                                                      "Who can see my personal data?",
                                                      "How do I cancel my subscription?",
                                                      "Is the museum open on Sundays?",
                                                      "Which documents do I need for a passport?"};
// Of the way from there to 1. Questions are told apart by their words; the cosine only keeps out
// those that share words and nothing else.
constexpr float kShare = 0.35F;

std::string settings_hash(const AnswerCache::Question& question, const Embedder& embedder) {
  return sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}",
                                boost::json::serialize(to_json(question.workspace.rag)),
                                question.workspace.widget.chatbot_name, embedder.model(),
                                question.extractive, question.language))
      .substr(0, 32);
}

}  // namespace

Result<std::optional<CacheEntry>> AnswerCache::find(const Question& question, Place& place,
                                                    Vector& vector) {
  const WorkspaceId& workspace = question.workspace.id;
  place.settings_hash = settings_hash(question, parts_.embedder);
  const std::string hash = question_hash(question.text);
  const std::optional<std::int64_t> searched = parts_.retriever.version(workspace);
  if (searched && !parts_.questions.may_have({workspace, *searched, place.settings_hash}, hash)) {
    place.chunks_version = *searched;
  } else {
    MONITORA_ASSIGN(CacheStore::Lookup same,
                    parts_.store.find(workspace, hash, place.settings_hash));
    place.chunks_version = same.version;
    if (same.entry) return std::move(same.entry);
  }
  if (vector.empty()) {
    MONITORA_ASSIGN(vector, parts_.embedder.embed_one(Embedder::Kind::query, question.text));
  }
  if (question.text.size() > kLongestAlike) return std::optional<CacheEntry>();
  return find_alike(question, {workspace, place.chunks_version, place.settings_hash}, vector);
}

Result<std::optional<CacheEntry>> AnswerCache::find_alike(const Question& question,
                                                          const CacheScope& scope,
                                                          const Vector& vector) {
  MONITORA_ASSIGN(const float least, least_similarity(question.workspace.rag));
  const std::vector<CachedQuestions::Near> near =
      parts_.questions.nearest(scope, vector, least, kCandidates);
  if (near.empty()) return std::optional<CacheEntry>();
  const QuestionMeaning meaning = question_meaning(question.text);
  for (const CachedQuestions::Near& each : near) {
    if (!question_difference(meaning, question_meaning(each.question)).empty()) continue;
    MONITORA_ASSIGN(std::optional<CacheEntry> entry,
                    parts_.store.use(scope, each.id, each.similarity));
    if (entry) return entry;
    parts_.questions.forget(scope, each.id);
  }
  return std::optional<CacheEntry>();
}

Result<float> AnswerCache::least_similarity(const RagConfig& settings) {
  if (settings.cache_threshold) return static_cast<float>(*settings.cache_threshold);
  const std::lock_guard lock(calibrating_);
  if (calibrated_) return *calibrated_;
  MONITORA_ASSIGN(const std::vector<Vector> vectors,
                  parts_.embedder.embed(Embedder::Kind::query, kUnlike));
  float sum = 0;
  int pairs = 0;
  for (std::size_t i = 0; i < vectors.size(); ++i)
    for (std::size_t j = 0; j < i; ++j, ++pairs)
      sum += std::inner_product(vectors[i].begin(), vectors[i].end(), vectors[j].begin(), 0.0F);
  const float unlike = sum / static_cast<float>(pairs);
  calibrated_ = unlike + kShare * (1 - unlike);
  log::info("cached answers serve questions from a cosine of {:.3f} on", *calibrated_);
  return *calibrated_;
}

void AnswerCache::remember(const Workspace& workspace, const Place& place, const Answer& answer) {
  if (place.settings_hash.empty()) return;
  const Time now = parts_.clock.now();
  CacheStore::NewEntry entry;
  entry.question_hash = question_hash(answer.question);
  entry.question = answer.question;
  entry.question_vector = answer.question_vector;
  entry.embedding_model = parts_.embedder.model();
  entry.response = answer.response;
  entry.sources = answer.sources;
  entry.rag_score = answer.rag_score;
  entry.version = place.chunks_version;
  entry.settings_hash = place.settings_hash;
  entry.expires_at = now + std::chrono::seconds(workspace.rag.cache_ttl);
  const Status status = parts_.store.put(workspace.id, entry);
  if (!status.ok()) return log::warning("the answer was not cached: {}", status.to_string());
  parts_.questions.add({workspace.id, place.chunks_version, place.settings_hash},
                       {entry.id, entry.question, entry.question_vector, now, entry.expires_at});
}

}  // namespace monitora

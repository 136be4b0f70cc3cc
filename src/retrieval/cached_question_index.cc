#include "retrieval/cached_question_index.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/log.h"
#include "domain/question.h"
#include "ports/insights_store.h"
#include "retrieval/vector_block.h"

namespace monitora::retrieval {
namespace {

using Steady = std::chrono::steady_clock;
// Clocks of nodes differ and transactions end late: so far back additions are looked for.
constexpr std::chrono::seconds kLookBack{60};
constexpr std::size_t kBatch = 1024;

// The questions of one scope, in the order in which they came.
class Questions {
 public:
  explicit Questions(int dimension) : codes_(dimension, false) {}

  void add(const CachedQuestion& question) {
    if (!places_.emplace(question.id.uuid().to_string(), rows_.size()).second) return;
    codes_.add(question.vector);
    rows_.push_back({question.id, question.question, question.expires_at});
    text_bytes_ += question.question.size();
    hashes_.insert(question_hash(question.question));
  }

  bool has(const std::string& question_hash) const { return hashes_.contains(question_hash); }

  void forget(const CacheEntryId& id) {
    const auto found = places_.find(id.uuid().to_string());
    if (found != places_.end()) rows_[found->second].expires_at = Time();
  }

  std::vector<CachedQuestions::Near> nearest(const Vector& question, float least, int limit,
                                             Time now) const {
    using Place = std::pair<float, std::size_t>;
    std::vector<Place> best;  // a heap, the farthest first
    const QueryCode query(question);
    std::array<float, kBatch> scores;
    for (std::size_t first = 0; first < rows_.size(); first += kBatch) {
      const std::span<float> batch(scores.data(), std::min(kBatch, rows_.size() - first));
      codes_.approximate(query, first, batch);
      for (std::size_t i = 0; i < batch.size(); ++i) {
        if (batch[i] < least || rows_[first + i].expires_at <= now) continue;
        if (best.size() == static_cast<std::size_t>(limit)) {
          if (batch[i] <= best.front().first) continue;
          std::ranges::pop_heap(best, std::ranges::greater());
          best.pop_back();
        }
        best.emplace_back(batch[i], first + i);
        std::ranges::push_heap(best, std::ranges::greater());
      }
    }
    std::ranges::sort(best, std::ranges::greater());
    std::vector<CachedQuestions::Near> found;
    for (const auto& [similarity, place] : best)
      found.push_back({rows_[place].id, rows_[place].question, std::min(similarity, 1.0F)});
    return found;
  }

  // Most are over: the rest is better read anew.
  bool is_stale(Time now) const {
    const auto over =
        std::ranges::count_if(rows_, [&](const Row& row) { return row.expires_at <= now; });
    return static_cast<std::size_t>(over) * 2 > rows_.size();
  }

  std::size_t size() const { return rows_.size(); }
  std::size_t bytes() const {
    constexpr std::size_t kPlace = 200;  // an entry of places_, and one of hashes_
    return codes_.bytes() + rows_.size() * (sizeof(Row) + kPlace) + text_bytes_;
  }

 private:
  struct Row {
    CacheEntryId id;
    std::string question;
    Time expires_at;
  };
  VectorBlock codes_;
  std::vector<Row> rows_;
  std::unordered_map<std::string, std::size_t> places_;
  std::unordered_set<std::string> hashes_;
  std::size_t text_bytes_ = 0;
};

struct Slot {
  explicit Slot(int dimension) : questions(dimension) {}

  std::shared_mutex mutex;  // guards questions
  Questions questions;
  std::atomic<bool> ready = false;
  std::mutex refreshing;  // one reads the store for a scope at a time
  Steady::time_point refreshed_at;
  Time read_at;                // when the last reading began
  Steady::time_point used_at;  // guarded by the index's mutex
};

class Index final : public CachedQuestions {
 public:
  Index(CacheStore& store, const Clock& clock, std::string model, int dimension,
        CachedQuestionOptions options)
      : store_(store),
        clock_(clock),
        model_(std::move(model)),
        dimension_(dimension),
        options_(options),
        loader_([this](const std::stop_token& stop) { load_queued(stop); }) {}

  bool may_have(const CacheScope& scope, const std::string& question_hash) override {
    const std::shared_ptr<Slot> slot = slot_of(scope, true);
    if (!slot->ready) return true;
    refresh_if_due(scope, *slot);
    const std::shared_lock lock(slot->mutex);
    return slot->questions.size() >= options_.most_questions || slot->questions.has(question_hash);
  }

  std::vector<Near> nearest(const CacheScope& scope, const Vector& question, float least,
                            int limit) override {
    if (question.size() != static_cast<std::size_t>(dimension_)) return {};
    const std::shared_ptr<Slot> slot = slot_of(scope, true);
    if (!slot->ready) {
      std::unique_lock lock(mutex_);
      loaded_.wait_for(lock, options_.first_wait, [&] { return slot->ready.load(); });
      if (!slot->ready) return {};
    }
    refresh_if_due(scope, *slot);
    const std::shared_lock lock(slot->mutex);
    return slot->questions.nearest(question, least, limit, clock_.now());
  }

  void add(const CacheScope& scope, const CachedQuestion& question) override {
    if (question.vector.size() != static_cast<std::size_t>(dimension_)) return;
    const std::shared_ptr<Slot> slot = slot_of(scope, false);
    if (!slot) return;
    const std::unique_lock lock(slot->mutex);
    if (slot->questions.size() < options_.most_questions) slot->questions.add(question);
  }

  void forget(const CacheScope& scope, const CacheEntryId& id) override {
    const std::shared_ptr<Slot> slot = slot_of(scope, false);
    if (!slot) return;
    const std::unique_lock lock(slot->mutex);
    slot->questions.forget(id);
  }

 private:
  std::shared_ptr<Slot> slot_of(const CacheScope& scope, bool make) {
    const std::lock_guard lock(mutex_);
    auto found = slots_.find(scope);
    if (found == slots_.end()) {
      if (!make) return nullptr;
      found = slots_.emplace(scope, std::make_shared<Slot>(dimension_)).first;
      queue_.push_back(scope);
      work_.notify_one();
    }
    found->second->used_at = Steady::now();
    return found->second;
  }

  void load_queued(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (work_.wait(lock, stop, [&] { return !queue_.empty(); })) {
      const CacheScope scope = std::move(queue_.front());
      queue_.pop_front();
      const auto found = slots_.find(scope);
      if (found == slots_.end()) continue;
      const std::shared_ptr<Slot> slot = found->second;
      lock.unlock();
      const Status status = read(scope, Time(), *slot, stop);
      slot->refreshed_at = Steady::now();
      lock.lock();
      if (status.ok()) {
        slot->ready = true;
        loaded_.notify_all();
        drop_old();
      } else {
        // The next question tries again.
        slots_.erase(scope);
        if (!stop.stop_requested())
          log::warning("cached questions were not read: {}", status.to_string());
      }
    }
  }

  void refresh_if_due(const CacheScope& scope, Slot& slot) {
    const std::unique_lock only(slot.refreshing, std::try_to_lock);
    if (!only || Steady::now() - slot.refreshed_at < options_.refresh) return;
    const Time now = clock_.now();
    std::shared_lock reading(slot.mutex);
    const bool stale = slot.questions.is_stale(now);
    reading.unlock();
    if (stale) {
      const std::lock_guard lock(mutex_);
      slots_.erase(scope);  // read anew when it is asked for again
      return;
    }
    const Status status = read(scope, slot.read_at - kLookBack, slot, {});
    if (!status.ok()) log::warning("cached questions were not read: {}", status.to_string());
    slot.refreshed_at = Steady::now();
  }

  Status read(const CacheScope& scope, Time since, Slot& slot, const std::stop_token& stop) {
    slot.read_at = clock_.now();
    return store_.for_each_question(scope, model_, since, [&](CachedQuestion question) -> Status {
      if (stop.stop_requested()) return Status::cancelled();
      if (question.vector.size() != static_cast<std::size_t>(dimension_)) return {};
      const std::unique_lock lock(slot.mutex);
      if (slot.questions.size() < options_.most_questions) slot.questions.add(question);
      return {};
    });
  }

  // With mutex_ held.
  void drop_old() {
    const auto bytes = [&] {
      std::size_t sum = 0;
      for (const auto& [scope, slot] : slots_)
        if (slot->ready) {
          const std::shared_lock lock(slot->mutex);
          sum += slot->questions.bytes();
        }
      return sum;
    };
    while (slots_.size() > 1 && bytes() > options_.memory_budget) {
      const auto oldest = std::ranges::min_element(
          slots_, {}, [](const auto& each) { return each.second->used_at; });
      slots_.erase(oldest);
    }
    // Scopes of earlier documents and settings are never asked for again.
    constexpr std::size_t kMostScopes = 1000;
    while (slots_.size() > kMostScopes)
      slots_.erase(std::ranges::min_element(slots_, {},
                                            [](const auto& each) { return each.second->used_at; }));
  }

  CacheStore& store_;
  const Clock& clock_;
  const std::string model_;
  const int dimension_;
  const CachedQuestionOptions options_;
  std::mutex mutex_;  // guards what follows
  std::map<CacheScope, std::shared_ptr<Slot>> slots_;
  std::deque<CacheScope> queue_;
  std::condition_variable_any work_;
  std::condition_variable loaded_;
  std::jthread loader_;  // last: it uses the others
};

}  // namespace

std::unique_ptr<CachedQuestions> make_cached_question_index(CacheStore& store, const Clock& clock,
                                                            std::string model, int dimension,
                                                            CachedQuestionOptions options) {
  return std::make_unique<Index>(store, clock, std::move(model), dimension, options);
}

}  // namespace monitora::retrieval

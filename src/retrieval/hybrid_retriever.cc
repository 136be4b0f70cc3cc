#include "retrieval/hybrid_retriever.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/deadline.h"
#include "base/log.h"
#include "retrieval/load_queue.h"

namespace monitora::retrieval {
namespace {

bool usable(const Vector& vector, int dimension) {
  return vector.size() == static_cast<std::size_t>(dimension) &&
         std::all_of(vector.begin(), vector.end(), [](float x) { return std::isfinite(x); });
}

// A request waits so long for its workspace to be loaded, and so many of them do: each holds one of
// the server's workers, of which others need some. Those beyond wait for a moment, in which a small
// workspace is there.
constexpr std::chrono::seconds kPatience{3};
constexpr int kPatientRequests = 4;
constexpr std::chrono::milliseconds kMoment{50};
constexpr int kRetryAfterSeconds = 2;
// Loading at the start stops at this share of the budget: what is asked for needs room too.
constexpr double kPreloadedShare = 0.75;

Status being_loaded() {
  return Status(Code::unavailable, "index_loading",
                {"L'index de cet espace est en cours de chargement. Réessayez dans un instant.",
                 "The index of this workspace is being loaded. Try again in a moment."})
      .with_retry_after(kRetryAfterSeconds);
}

class HybridRetrieverImpl final : public HybridRetriever {
 public:
  HybridRetrieverImpl(ChunkSource& source, std::string model, int dimension, Options options)
      : source_(source),
        model_(std::move(model)),
        dimension_(dimension),
        memory_budget_(options.memory_budget),
        files_(options.directory.empty()
                   ? nullptr
                   : std::make_unique<IndexFiles>(options.directory, model_, dimension)),
        maintainer_([this](std::stop_token stop) { maintain(stop); }),
        loader_([this](const WorkspaceId& workspace, Slot& slot,
                       const std::stop_token& stop) { fill(workspace, slot, stop); },
                [this](const WorkspaceId& workspace) { return begin_preload(workspace); }) {}

  Result<Retrieved> search(const WorkspaceId& workspace, const std::string& question,
                           const Vector& vector, const RetrievalOptions& options) override {
    if (!usable(vector, dimension_))
      return Status::internal("a question's vector is not of the index's dimension");
    MONITORA_ASSIGN(const std::shared_ptr<WorkspaceIndex> index, get_soon(workspace));
    AnswerFeatures features;
    Retrieved found = index->snapshot()->search(question, vector, options, &features);
    if (!knows_cosines_) found.answerable = answerable_by_words(features);
    return found;
  }

  Status put_document(const WorkspaceId& workspace, const DocumentId& document,
                      std::vector<IndexedChunk> chunks, std::int64_t version) override {
    for (const IndexedChunk& chunk : chunks)
      if (!usable(chunk.vector, dimension_))
        return Status::internal("a chunk's vector is not of the index's dimension");
    change(workspace,
           [document, chunks = std::move(chunks), version](WorkspaceIndex& index) mutable {
             index.put(document, std::move(chunks), version);
           });
    return {};
  }

  Status remove_document(const WorkspaceId& workspace, const DocumentId& document,
                         std::int64_t version) override {
    change(workspace,
           [document, version](WorkspaceIndex& index) { index.remove(document, version); });
    return {};
  }

  Status remove_workspace(const WorkspaceId& workspace) override {
    std::shared_ptr<Slot> slot;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = slots_.find(workspace); found != slots_.end()) {
        slot = found->second;
        slots_.erase(found);
      }
    }
    if (!files_) return {};
    std::unique_lock<std::mutex> lock;
    if (slot) lock = std::unique_lock(slot->file_mutex);  // not while it is being saved
    files_->remove(workspace);
    return {};
  }

  Status reload() override {
    std::vector<std::shared_ptr<Slot>> all;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [workspace, slot] : slots_) all.push_back(slot);
    }
    for (const std::shared_ptr<Slot>& slot : all) {
      const std::lock_guard lock(slot->mutex);
      slot->index.reset();  // who searches it keeps it to the end of the search
      slot->again = slot->loading;
    }
    return {};
  }

  std::optional<std::int64_t> version(const WorkspaceId& workspace) override {
    const std::shared_ptr<Slot> slot = [&]() -> std::shared_ptr<Slot> {
      const std::lock_guard lock(mutex_);
      const auto found = slots_.find(workspace);
      return found == slots_.end() ? nullptr : found->second;
    }();
    if (!slot) return std::nullopt;
    const std::lock_guard lock(slot->mutex);
    return slot->index ? std::optional(slot->index->snapshot()->version()) : std::nullopt;
  }

  Result<std::size_t> count(const WorkspaceId& workspace) override {
    MONITORA_ASSIGN(const std::shared_ptr<WorkspaceIndex> index,
                    get(workspace, Deadline::current().at()));
    return index->snapshot()->live();
  }

  Status save() override {
    if (!files_) return {};
    std::vector<std::pair<WorkspaceId, std::shared_ptr<Slot>>> all;
    {
      const std::lock_guard lock(mutex_);
      all.assign(slots_.begin(), slots_.end());
    }
    Status first_error;
    for (const auto& [workspace, slot] : all)
      if (Status status = save(workspace, *slot); !status.ok() && first_error.ok())
        first_error = status;
    return first_error;
  }

  void settle() override {
    loader_.wait_idle();  // each load asks for maintenance before it ends
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [&] { return queue_.empty() && !busy_; });
  }

  void preload() override {
    if (files_) loader_.preload(files_->workspaces());
  }

 private:
  std::shared_ptr<Slot> slot_of(const WorkspaceId& workspace) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Slot>& slot = slots_[workspace];
    if (!slot) slot = std::make_shared<Slot>();
    slot->last_used = ++clock_;
    return slot;
  }

  // For requests: the index, or `index_loading` soon.
  Result<std::shared_ptr<WorkspaceIndex>> get_soon(const WorkspaceId& workspace) {
    struct Counted {
      explicit Counted(std::atomic<int>& count) : count_(count), before(count++) {}
      ~Counted() { --count_; }
      std::atomic<int>& count_;
      const int before;
    } const waiting(waiting_);
    const std::chrono::milliseconds patience =
        waiting.before < kPatientRequests ? std::chrono::milliseconds(kPatience) : kMoment;
    return get(workspace,
               std::min(Deadline::current().at(), Deadline::SteadyClock::now() + patience));
  }

  // The index, loaded in the background if it is not there; waits for it until then.
  Result<std::shared_ptr<WorkspaceIndex>> get(const WorkspaceId& workspace,
                                              Deadline::SteadyClock::time_point until) {
    const std::shared_ptr<Slot> slot = slot_of(workspace);
    std::unique_lock lock(slot->mutex);
    if (slot->index) return slot->index;
    begin_load(workspace, slot);
    const auto ended = [&] { return slot->index || !slot->loading; };
    const std::stop_token& stop = Deadline::current().stop();
    if (until == Deadline::SteadyClock::time_point::max())
      slot->changed.wait(lock, stop, ended);
    else
      slot->changed.wait_until(lock, stop, until, ended);
    if (slot->index) return slot->index;
    if (stop.stop_requested()) return Status::cancelled();
    return slot->loading || slot->failure.ok() ? being_loaded() : slot->failure;
  }

  // Applies a change at once, or as soon as the workspace is loaded: searches wait for that, this
  // does not.
  void change(const WorkspaceId& workspace, std::function<void(WorkspaceIndex&)> apply) {
    const std::shared_ptr<Slot> slot = slot_of(workspace);
    std::shared_ptr<WorkspaceIndex> index;
    {
      const std::lock_guard lock(slot->mutex);
      index = slot->index;
      if (!index) {
        begin_load(workspace, slot);
        slot->changes.push_back(std::move(apply));
        return;
      }
    }
    apply(*index);
    ask_maintenance(workspace);
  }

  // With the slot's mutex held.
  void begin_load(const WorkspaceId& workspace, const std::shared_ptr<Slot>& slot) {
    if (slot->loading) return;
    slot->loading = true;
    slot->failure = Status();
    loader_.load(workspace, slot);
  }

  // Nothing when it is in memory or being loaded already, or when there is no room.
  std::shared_ptr<Slot> begin_preload(const WorkspaceId& workspace) {
    std::size_t total = 0;
    for (const Loaded& one : loaded()) total += one.bytes;
    if (static_cast<double>(total) >= kPreloadedShare * static_cast<double>(memory_budget_))
      return nullptr;
    std::shared_ptr<Slot> slot;
    {
      const std::lock_guard lock(mutex_);
      std::shared_ptr<Slot>& known = slots_[workspace];
      if (!known) known = std::make_shared<Slot>();  // never used: the first to be evicted
      slot = known;
    }
    const std::lock_guard lock(slot->mutex);
    if (slot->index || slot->loading) return nullptr;
    slot->loading = true;
    return slot;
  }

  void fill(const WorkspaceId& workspace, Slot& slot, const std::stop_token& stop) {
    while (true) {
      Result<std::shared_ptr<const Snapshot>> snapshot = load(workspace, slot, stop);
      const std::lock_guard lock(slot.mutex);
      if (std::exchange(slot.again, false) && snapshot.ok()) continue;
      if (snapshot.ok()) {
        slot.index = std::make_shared<WorkspaceIndex>(dimension_, *std::move(snapshot));
        for (const auto& apply : slot.changes) apply(*slot.index);
      } else {
        slot.failure = snapshot.status();
        if (!stop.stop_requested())
          log::warning("the index of workspace {} was not loaded: {}", workspace.to_string(),
                       slot.failure.to_string());
      }
      slot.changes.clear();  // where the load failed, the next one finds them in the database
      slot.loading = false;
      slot.changed.notify_all();
      break;
    }
    ask_maintenance(workspace);
  }

  Result<std::shared_ptr<const Snapshot>> load(const WorkspaceId& workspace, Slot& slot,
                                               const std::stop_token& stop) {
    MONITORA_ASSIGN(const std::int64_t version, source_.version(workspace));
    if (files_) {
      const std::lock_guard lock(slot.file_mutex);
      if (auto saved = files_->load(workspace, version, slot.known)) return saved;
    }
    SegmentBuilder builder(dimension_);
    std::size_t unusable = 0;
    MONITORA_TRY(source_.for_each(workspace, model_, [&](IndexedChunk chunk) -> Status {
      if (stop.stop_requested()) return Status::cancelled();
      if (usable(chunk.vector, dimension_))
        builder.add(std::move(chunk));
      else
        ++unusable;
      return {};
    }));
    if (unusable > 0)
      log::warning("workspace {}: {} vectors are not of the model's dimension",
                   workspace.to_string(), unusable);
    std::shared_ptr<const Segment> segment = builder.finish();
    if (!segment) return Status::internal("the chunk source gives a document twice");
    std::vector<Part> parts;
    if (segment->size() > 0) parts.push_back({std::move(segment), nullptr, nullptr});
    return std::make_shared<const Snapshot>(std::move(parts), version);
  }

  Status save(const WorkspaceId& workspace, Slot& slot) {
    std::shared_ptr<WorkspaceIndex> index;
    {
      const std::unique_lock lock(slot.mutex, std::try_to_lock);
      if (!lock.owns_lock() || !slot.index) return {};  // being loaded: nothing of it is new
      index = slot.index;
    }
    const std::lock_guard lock(slot.file_mutex);
    bool used = false;
    {
      const std::lock_guard map_lock(mutex_);
      if (!slots_.contains(workspace)) return {};  // removed meanwhile
      used = std::exchange(slot.touched, slot.last_used) != slot.last_used;
    }
    MONITORA_TRY(files_->save(workspace, index->snapshot(), slot.known));
    if (used) files_->touch(workspace);
    return {};
  }

  void ask_maintenance(const WorkspaceId& workspace) {
    const std::lock_guard lock(mutex_);
    if (std::find(queue_.begin(), queue_.end(), workspace) != queue_.end()) return;
    queue_.push_back(workspace);
    work_.notify_one();
  }

  // The body of the maintenance thread.
  void maintain(std::stop_token stop) {
    // Merges and graphs may wait; requests may not.
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10);
    std::unique_lock lock(mutex_);
    while (true) {
      busy_ = false;
      if (queue_.empty()) idle_.notify_all();
      if (!work_.wait(lock, stop, [&] { return !queue_.empty(); })) break;
      busy_ = true;
      const WorkspaceId workspace = queue_.front();
      queue_.pop_front();
      const auto found = slots_.find(workspace);
      const std::shared_ptr<Slot> slot = found == slots_.end() ? nullptr : found->second;
      lock.unlock();
      const bool more = slot && maintain(*slot, stop);
      evict();
      lock.lock();
      if (more && std::find(queue_.begin(), queue_.end(), workspace) == queue_.end())
        queue_.push_back(workspace);
    }
    queue_.clear();
    busy_ = false;
    idle_.notify_all();
  }

  static bool maintain(Slot& slot, std::stop_token stop) {
    std::shared_ptr<WorkspaceIndex> index;
    {
      const std::lock_guard lock(slot.mutex);
      index = slot.index;
    }
    return index && index->maintain(stop);
  }

  struct Loaded {
    WorkspaceId workspace;
    std::shared_ptr<Slot> slot;
    std::size_t bytes;  // 0: not in memory
    std::uint64_t last_used;
  };
  std::vector<Loaded> loaded() {
    std::vector<Loaded> all;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [workspace, slot] : slots_)
        all.push_back({workspace, slot, 0, slot->last_used});
    }
    for (Loaded& one : all) {
      const std::lock_guard lock(one.slot->mutex);
      if (one.slot->index) one.bytes = one.slot->index->snapshot()->bytes();
    }
    return all;
  }

  // Drops the least recently used workspaces until the rest fits; the last one always stays.
  void evict() {
    std::vector<Loaded> loaded = this->loaded();
    std::size_t total = 0;
    for (const Loaded& one : loaded) total += one.bytes;
    std::sort(loaded.begin(), loaded.end(),
              [](const Loaded& a, const Loaded& b) { return a.last_used < b.last_used; });
    for (std::size_t i = 0; i + 1 < loaded.size() && total > memory_budget_; ++i) {
      if (loaded[i].bytes == 0) continue;
      if (files_)
        if (const Status status = save(loaded[i].workspace, *loaded[i].slot); !status.ok())
          log::warning("index not saved before it left memory: {}", status.to_string());
      const std::lock_guard lock(mutex_);
      const auto found = slots_.find(loaded[i].workspace);
      if (found == slots_.end() || found->second->last_used != loaded[i].last_used)
        continue;  // wanted again
      slots_.erase(found);
      total -= loaded[i].bytes;
    }
  }

  ChunkSource& source_;
  const std::string model_;
  const bool knows_cosines_ = model_.starts_with("multilingual-e5");  // as answerable.h was fitted
  const int dimension_;
  const std::size_t memory_budget_;
  const std::unique_ptr<const IndexFiles> files_;

  std::mutex mutex_;  // guards what follows; never held while working
  std::unordered_map<WorkspaceId, std::shared_ptr<Slot>> slots_;
  std::uint64_t clock_ = 0;
  std::deque<WorkspaceId> queue_;
  bool busy_ = false;
  std::condition_variable_any work_;
  std::condition_variable idle_;
  std::atomic<int> waiting_ = 0;  // requests in get_soon()
  std::jthread maintainer_;       // these two last: they use the others
  LoadQueue loader_;
};

}  // namespace

std::unique_ptr<HybridRetriever> make_hybrid_retriever(ChunkSource& source, std::string model,
                                                       int dimension, Options options) {
  return std::make_unique<HybridRetrieverImpl>(source, std::move(model), dimension,
                                               std::move(options));
}

}  // namespace monitora::retrieval

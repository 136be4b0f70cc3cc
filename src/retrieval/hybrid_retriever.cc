#include "retrieval/hybrid_retriever.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/deadline.h"
#include "base/log.h"
#include "retrieval/index_files.h"
#include "retrieval/workspace_index.h"

namespace monitora::retrieval {
namespace {

bool usable(const Vector& vector, int dimension) {
  return vector.size() == static_cast<std::size_t>(dimension) &&
         std::all_of(vector.begin(), vector.end(), [](float x) { return std::isfinite(x); });
}

// A workspace that is in memory or being loaded.
struct Slot {
  std::mutex mutex;  // held while loading, so that it happens once; otherwise for a moment
  std::shared_ptr<WorkspaceIndex> index;
  std::mutex file_mutex;
  IndexFiles::Known known;      // guarded by file_mutex
  std::uint64_t last_used = 0;  // guarded by the retriever's mutex
};

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
        maintainer_([this](std::stop_token stop) { maintain(stop); }) {}

  ~HybridRetrieverImpl() override {
    maintainer_.request_stop();
    work_.notify_all();
  }

  Result<Retrieved> search(const WorkspaceId& workspace, const std::string& question,
                           const Vector& vector, const RetrievalOptions& options) override {
    if (!usable(vector, dimension_))
      return Status::internal("a question's vector is not of the index's dimension");
    MONITORA_ASSIGN(const std::shared_ptr<WorkspaceIndex> index, get(workspace));
    return index->snapshot()->search(question, vector, options);
  }

  Status put_document(const WorkspaceId& workspace, const DocumentId& document,
                      std::vector<IndexedChunk> chunks, std::int64_t version) override {
    for (const IndexedChunk& chunk : chunks)
      if (!usable(chunk.vector, dimension_))
        return Status::internal("a chunk's vector is not of the index's dimension");
    MONITORA_ASSIGN(const std::shared_ptr<WorkspaceIndex> index, get(workspace));
    index->put(document, std::move(chunks), version);
    ask_maintenance(workspace);
    return {};
  }

  Status remove_document(const WorkspaceId& workspace, const DocumentId& document,
                         std::int64_t version) override {
    MONITORA_ASSIGN(const std::shared_ptr<WorkspaceIndex> index, get(workspace));
    index->remove(document, version);
    ask_maintenance(workspace);
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
    }
    return {};
  }

  Result<std::size_t> count(const WorkspaceId& workspace) override {
    MONITORA_ASSIGN(const std::shared_ptr<WorkspaceIndex> index, get(workspace));
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
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [&] { return queue_.empty() && !busy_; });
  }

 private:
  std::shared_ptr<Slot> slot_of(const WorkspaceId& workspace) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Slot>& slot = slots_[workspace];
    if (!slot) slot = std::make_shared<Slot>();
    slot->last_used = ++clock_;
    return slot;
  }

  Result<std::shared_ptr<WorkspaceIndex>> get(const WorkspaceId& workspace) {
    const std::shared_ptr<Slot> slot = slot_of(workspace);
    {
      const std::lock_guard lock(slot->mutex);
      if (slot->index) return slot->index;
      MONITORA_ASSIGN(std::shared_ptr<const Snapshot> loaded, load(workspace, *slot));
      slot->index = std::make_shared<WorkspaceIndex>(dimension_, std::move(loaded));
    }
    ask_maintenance(workspace);
    const std::lock_guard lock(slot->mutex);
    return slot->index;
  }

  Result<std::shared_ptr<const Snapshot>> load(const WorkspaceId& workspace, Slot& slot) {
    // What is loaded serves every later question. Cut off with the request that happened to be
    // first, a workspace that takes longer than a request may would never be loaded at all.
    const ScopedDeadline unhurried(Deadline::never());
    MONITORA_ASSIGN(const std::int64_t version, source_.version(workspace));
    if (files_) {
      const std::lock_guard lock(slot.file_mutex);
      if (auto saved = files_->load(workspace, version, slot.known)) return saved;
    }
    SegmentBuilder builder(dimension_);
    std::size_t unusable = 0;
    MONITORA_TRY(source_.for_each(workspace, model_, [&](IndexedChunk chunk) -> Status {
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
    {
      const std::lock_guard map_lock(mutex_);
      if (!slots_.contains(workspace)) return {};  // removed meanwhile
    }
    return files_->save(workspace, index->snapshot(), slot.known);
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

  // Drops the least recently used workspaces until the rest fits; the last one always stays.
  void evict() {
    struct Loaded {
      WorkspaceId workspace;
      std::shared_ptr<Slot> slot;
      std::size_t bytes;
      std::uint64_t last_used;
    };
    std::vector<Loaded> loaded;
    std::size_t total = 0;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [workspace, slot] : slots_)
        loaded.push_back({workspace, slot, 0, slot->last_used});
    }
    for (Loaded& one : loaded) {
      const std::unique_lock lock(one.slot->mutex, std::try_to_lock);
      if (!lock.owns_lock() || !one.slot->index) continue;
      one.bytes = one.slot->index->snapshot()->bytes();
      total += one.bytes;
    }
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
  std::jthread maintainer_;  // last: it uses the others
};

}  // namespace

std::unique_ptr<HybridRetriever> make_hybrid_retriever(ChunkSource& source, std::string model,
                                                       int dimension, Options options) {
  return std::make_unique<HybridRetrieverImpl>(source, std::move(model), dimension,
                                               std::move(options));
}

}  // namespace monitora::retrieval

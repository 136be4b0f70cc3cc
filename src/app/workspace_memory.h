// What is known of each workspace, kept in memory until the change log says that it changed.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "ports/event_bus.h"

namespace monitora {

// Of at most `most` workspaces, the least recently used go first. Thread-safe. The bus outlives it.
template <class Known>
class WorkspaceMemory {
 public:
  // `entity`: a change of this entity makes what is known of its workspace old.
  WorkspaceMemory(EventBus& events, std::string_view entity, std::size_t most)
      : events_(events), entity_(entity), most_(most) {}

  // What is known, or else what `read()` gives, a Result<std::shared_ptr<const Known>> with its
  // errors; called without a lock, perhaps by several at once. It is not kept when a change came
  // meanwhile.
  template <class Read>
  Result<std::shared_ptr<const Known>> get(const WorkspaceId& workspace, const Read& read) {
    // Its handle waits for the bus, which may wait for the mutex: it ends without it.
    Place evicted;
    int generation = 0;
    {
      const std::lock_guard lock(mutex_);
      auto [place, is_new] = places_.try_emplace(workspace);
      if (is_new) {
        used_.push_front(workspace);
        // Listening begins before reading: no change falls between.
        place->second.listening =
            events_.listen(workspace, [this, workspace](const Change& change) {
              if (change.entity == entity_) forget(workspace);
            });
        if (places_.size() > most_) {
          const auto oldest = places_.find(used_.back());
          evicted = std::move(oldest->second);
          places_.erase(oldest);
          used_.pop_back();
        }
      } else {
        used_.splice(used_.begin(), used_, place->second.used);
      }
      place->second.used = used_.begin();
      if (place->second.known) return place->second.known;
      generation = place->second.generation;
    }
    MONITORA_ASSIGN(std::shared_ptr<const Known> made, read());
    const std::lock_guard lock(mutex_);
    if (const auto place = places_.find(workspace);
        place != places_.end() && place->second.generation == generation)
      place->second.known = made;
    return made;
  }

  // It has been changed here, and the log need not be waited for.
  void forget(const WorkspaceId& workspace) {
    const std::lock_guard lock(mutex_);
    const auto place = places_.find(workspace);
    if (place == places_.end()) return;
    ++place->second.generation;
    place->second.known.reset();
  }

 private:
  struct Place {
    std::shared_ptr<const Known> known;  // nothing: to be read
    std::shared_ptr<void> listening;
    int generation = 0;  // grows when it changes
    std::list<WorkspaceId>::iterator used;
  };

  EventBus& events_;
  const std::string entity_;
  const std::size_t most_;
  std::mutex mutex_;
  std::list<WorkspaceId> used_;  // the latest first
  std::map<WorkspaceId, Place> places_;
};

}  // namespace monitora

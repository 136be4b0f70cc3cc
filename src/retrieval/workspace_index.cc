#include "retrieval/workspace_index.h"

#include <algorithm>
#include <optional>

namespace monitora::retrieval {
namespace {

constexpr std::size_t kMergeCount = 8;  // segments of a size that become one
constexpr std::size_t kSmallSegment =
    64;                               // chunks; the writer merges up to here, in some milliseconds
constexpr double kMaxDeleted = 0.25;  // share of a segment from which it is written anew

int size_class(std::size_t chunks) {
  int size = 0;
  for (std::size_t limit = 64; chunks > limit; limit *= kMergeCount) ++size;
  return size;
}

// The positions of the first size that has too many segments, or nothing.
std::optional<std::vector<std::size_t>> too_many(const std::vector<Part>& parts, bool small) {
  std::unordered_map<int, std::vector<std::size_t>> sizes;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if ((parts[i].segment->size() <= kSmallSegment) != small) continue;
    auto& same = sizes[size_class(parts[i].segment->size())];
    same.push_back(i);
    if (same.size() == kMergeCount) return same;
  }
  return std::nullopt;
}

bool mostly_deleted(const Part& part) {
  return part.deletions && static_cast<double>(part.deletions->count()) >
                               kMaxDeleted * static_cast<double>(part.segment->size());
}

std::shared_ptr<const Segment> merge(int dimension, const std::vector<Part>& parts) {
  SegmentBuilder builder(dimension);
  for (const Part& part : parts) builder.add_part(part);
  return builder.finish();
}

}  // namespace

WorkspaceIndex::WorkspaceIndex(int dimension, std::shared_ptr<const Snapshot> loaded)
    : dimension_(dimension), loaded_version_(loaded->version()), snapshot_(std::move(loaded)) {}

std::shared_ptr<const Snapshot> WorkspaceIndex::snapshot() const {
  const std::lock_guard lock(snapshot_mutex_);
  return snapshot_;
}

void WorkspaceIndex::publish(std::vector<Part> parts, std::int64_t version) {
  std::erase_if(parts, [](const Part& part) { return part.live() == 0; });
  auto next = std::make_shared<const Snapshot>(std::move(parts), version);
  const std::lock_guard lock(snapshot_mutex_);
  snapshot_.swap(next);  // the old one, if this was its last holder, is freed after the lock
}

bool WorkspaceIndex::outdated(const DocumentId& document, std::int64_t version) {
  if (version <= loaded_version_) return true;
  std::int64_t& last = last_version_.try_emplace(document, version).first->second;
  if (version < last) return true;
  last = version;
  return false;
}

std::vector<Part> WorkspaceIndex::without(const DocumentId& document) const {
  std::vector<Part> parts = snapshot()->parts();
  for (Part& part : parts) {
    const auto at = part.segment->find(document);
    if (at && !(part.deletions && part.deletions->has_document(*at)))
      part.deletions = std::make_shared<const Deletions>(*part.segment, part.deletions.get(), *at);
  }
  return parts;
}

void WorkspaceIndex::put(const DocumentId& document, std::vector<IndexedChunk> chunks,
                         std::int64_t version) {
  SegmentBuilder builder(dimension_);  // outside the lock: others may write meanwhile
  for (IndexedChunk& chunk : chunks) {
    chunk.chunk.document_id = document;
    builder.add(std::move(chunk));
  }
  const std::shared_ptr<const Segment> segment = builder.finish();
  const std::lock_guard lock(write_mutex_);
  if (outdated(document, version)) return;
  std::vector<Part> parts = without(document);
  if (segment->size() > 0) parts.push_back({segment, nullptr, nullptr});
  merge_small(parts);
  publish(std::move(parts), std::max(version, snapshot()->version()));
}

void WorkspaceIndex::remove(const DocumentId& document, std::int64_t version) {
  const std::lock_guard lock(write_mutex_);
  if (outdated(document, version)) return;
  publish(without(document), std::max(version, snapshot()->version()));
}

void WorkspaceIndex::merge_small(std::vector<Part>& parts) const {
  while (const auto positions = too_many(parts, true)) {
    std::vector<Part> chosen;
    for (const std::size_t at : *positions) chosen.push_back(parts[at]);
    for (auto at = positions->rbegin(); at != positions->rend(); ++at)
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(*at));
    parts.push_back({merge(dimension_, chosen), nullptr, nullptr});
  }
}

bool WorkspaceIndex::maintain(std::stop_token stop) {
  return merge_large(stop) || build_graph(stop);
}

bool WorkspaceIndex::merge_large(std::stop_token stop) {
  const std::shared_ptr<const Snapshot> now = snapshot();
  const std::vector<Part>& parts = now->parts();
  std::vector<Part> chosen;
  const auto largest = std::max_element(
      parts.begin(), parts.end(),
      [](const Part& a, const Part& b) { return a.segment->size() < b.segment->size(); });
  if (largest == parts.end()) return false;
  std::vector<Part> rest;  // small segments are left to the writers, who may be merging them now
  std::size_t rest_size = 0;
  for (const Part& part : parts) {
    if (&part == &*largest || part.segment->size() <= kSmallSegment) continue;
    rest.push_back(part);
    rest_size += part.live();
  }
  if (const auto positions = too_many(parts, false)) {
    for (const std::size_t at : *positions) chosen.push_back(parts[at]);
  } else if (largest->graph && rest_size >= kGraphThreshold) {
    // What is scanned beside the graph is now worth adding to it.
    chosen.push_back(*largest);
    chosen.insert(chosen.end(), rest.begin(), rest.end());
  } else {
    const auto holed = std::find_if(parts.begin(), parts.end(), mostly_deleted);
    if (holed == parts.end()) return false;
    chosen.push_back(*holed);
  }
  Part merged{merge(dimension_, chosen), nullptr, nullptr};
  // Nodes keep their numbers when nothing is deleted before them: then the graph grows instead of
  // being made anew.
  if (chosen.front().graph && !chosen.front().deletions) {
    merged.graph = Graph::build(merged.segment->vectors(), chosen.front().graph.get(), stop);
    if (!merged.graph) return false;
  }
  replace(chosen, std::move(merged));
  return true;
}

bool WorkspaceIndex::build_graph(std::stop_token stop) {
  const std::shared_ptr<const Snapshot> now = snapshot();
  for (const Part& part : now->parts()) {
    if (part.graph || part.segment->size() < kGraphThreshold) continue;
    auto graph = Graph::build(part.segment->vectors(), nullptr, stop);
    if (!graph) return false;
    replace({part}, {part.segment, std::move(graph), nullptr});
    return true;
  }
  return false;
}

// Puts `merged`, made from `old`, in their place; what was deleted from them meanwhile is deleted
// from it. Nothing happens if a writer merged one of them itself.
void WorkspaceIndex::replace(const std::vector<Part>& old, Part merged) {
  const std::lock_guard lock(write_mutex_);
  const std::shared_ptr<const Snapshot> now = snapshot();
  std::vector<Part> parts = now->parts();
  for (const Part& before : old) {
    const auto at = std::find_if(parts.begin(), parts.end(),
                                 [&](const Part& p) { return p.segment == before.segment; });
    if (at == parts.end() && before.segment->size() <= kSmallSegment) return;
    const std::shared_ptr<const Deletions> deletions = at == parts.end() ? nullptr : at->deletions;
    const bool all_gone = at == parts.end();
    if (!all_gone) parts.erase(at);
    if (merged.segment == before.segment) {  // only a graph was made
      if (all_gone) return;
      merged.deletions = deletions;
      break;
    }
    for (std::uint32_t i = 0; i < before.segment->documents().size(); ++i) {
      const bool was = before.deletions && before.deletions->has_document(i);
      if (was || !(all_gone || (deletions && deletions->has_document(i)))) continue;
      const auto copy = merged.segment->find(before.segment->documents()[i].id);
      if (copy)
        merged.deletions =
            std::make_shared<const Deletions>(*merged.segment, merged.deletions.get(), *copy);
    }
  }
  parts.push_back(std::move(merged));
  publish(std::move(parts), now->version());
}

}  // namespace monitora::retrieval
